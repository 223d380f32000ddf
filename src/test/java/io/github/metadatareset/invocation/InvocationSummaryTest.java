package io.github.metadatareset.invocation;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.check;
import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.request.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InvocationSummaryTest {

  private static final ExecutionResult RESET = new ExecutionResult.Reset(Instant.EPOCH);
  private static final ExecutionResult SPLIT = new ExecutionResult.Split(1, 20, 3, 4);
  private static final Failure PERMANENT = new Failure.Permanent("NoMatch", "none");
  private static final Failure THROTTLED = new Failure.Throttled("ThrottlingException", "slow");
  private static final Failure DENIED = new Failure.Denied("AccessDeniedException", "no");
  private static final Failure UNAVAILABLE = new Failure.Unavailable("InternalError", "down");

  @Test
  void countsEveryMetricOfABatch() {
    InvocationSummary summary =
        new InvocationSummary(
            List.of(
                RESET,
                RESET,
                SPLIT,
                SPLIT,
                checked(2, fields("Id id")),
                checked(1, fields("Id id", "Name string")),
                failed(PERMANENT),
                failed(THROTTLED),
                failed(THROTTLED),
                failed(DENIED),
                failed(UNAVAILABLE)),
            List.of(
                new MessageOutcome.Done(),
                new MessageOutcome.Duplicate(),
                new MessageOutcome.Duplicate(),
                new MessageOutcome.Ignored("no change"),
                new MessageOutcome.Failed(PERMANENT),
                new MessageOutcome.Failed(THROTTLED)),
            4,
            5,
            Optional.of(Duration.ofMillis(1500)));

    assertEquals(
        Map.ofEntries(
            Map.entry(Metric.RESETS, 7L),
            Map.entry(Metric.SPLITS, 2L),
            Map.entry(Metric.SUB_REQUESTS, 40L),
            Map.entry(Metric.DUPLICATES, 2L),
            Map.entry(Metric.IGNORED, 1L),
            Map.entry(Metric.SKIPPED, 8L),
            Map.entry(Metric.REJECTED, 7L),
            Map.entry(Metric.RETURNED, 5L),
            Map.entry(Metric.DEAD_LETTERS, 10L),
            Map.entry(Metric.THROTTLED, 2L),
            Map.entry(Metric.DENIED, 1L),
            Map.entry(Metric.FLOWS_CHECKED, 2L),
            Map.entry(Metric.BREAKING_FLOWS, 1L),
            Map.entry(Metric.REQUEST_AGE, 1500L)),
        summary.metrics());
  }

  @Test
  void hasAllMetricsButTheAgeEvenIfNothingHappened() {
    Map<Metric, Long> metrics =
        new InvocationSummary(List.of(), List.of(), 0, 0, Optional.empty()).metrics();

    assertFalse(metrics.containsKey(Metric.REQUEST_AGE));
    assertEquals(
        Arrays.stream(Metric.values()).filter(each -> each != Metric.REQUEST_AGE).toList(),
        List.copyOf(metrics.keySet()));
    assertEquals(List.of(0L), metrics.values().stream().distinct().toList());
  }

  private static ExecutionResult checked(int resets, List<Field> now) {
    return new ExecutionResult.Checked(
        resets,
        check(
            flow(salesforce("Account"), S3, map("Id", "Id", "id"), map("Name", "Name", "string")),
            Map.of("Account", now)));
  }

  private static ExecutionResult failed(Failure failure) {
    return new ExecutionResult.Failed(failure);
  }
}
