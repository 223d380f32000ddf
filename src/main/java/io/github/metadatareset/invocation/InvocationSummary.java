package io.github.metadatareset.invocation;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.Severity;
import io.github.metadatareset.request.Failure;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/// What an invocation did. Its metrics are calculated from this.
///
/// @param results one for each executed request, even if several messages contain it
/// @param outcomes one for each message, or one for the event of a direct invocation
/// @param deadLetters how many dead letters were accepted for whole messages
/// @param returned how many messages return to the request queue
/// @param requestAge the longest time from sending a message to its reset
record InvocationSummary(
    List<ExecutionResult> results,
    Collection<MessageOutcome> outcomes,
    int deadLetters,
    int returned,
    Optional<Duration> requestAge) {

  /// All metrics, even those that are 0.
  Map<Metric, Long> metrics() {
    Map<Metric, Long> metrics = new LinkedHashMap<>();
    long rejected = splits(ExecutionResult.Split::rejected);
    metrics.put(Metric.RESETS, resets());
    metrics.put(Metric.SPLITS, splits(_ -> 1));
    metrics.put(Metric.SUB_REQUESTS, splits(ExecutionResult.Split::subRequests));
    metrics.put(Metric.DUPLICATES, outcomes(MessageOutcome.Duplicate.class::isInstance));
    metrics.put(Metric.IGNORED, outcomes(MessageOutcome.Ignored.class::isInstance));
    metrics.put(Metric.SKIPPED, splits(ExecutionResult.Split::skipped));
    metrics.put(Metric.REJECTED, rejected + outcomes(InvocationSummary::isPermanent));
    metrics.put(Metric.RETURNED, (long) returned);
    metrics.put(Metric.DEAD_LETTERS, rejected + deadLetters);
    metrics.put(Metric.THROTTLED, failures(Failure.Throttled.class));
    metrics.put(Metric.DENIED, failures(Failure.Denied.class));
    metrics.put(Metric.FLOWS_CHECKED, checks(_ -> true));
    metrics.put(Metric.BREAKING_FLOWS, checks(report -> report.severity() == Severity.BREAKING));
    requestAge.ifPresent(age -> metrics.put(Metric.REQUEST_AGE, age.toMillis()));
    return metrics;
  }

  private long resets() {
    return results.stream()
        .mapToLong(
            result ->
                switch (result) {
                  case ExecutionResult.Reset _ -> 1;
                  case ExecutionResult.Split split -> split.resets();
                  case ExecutionResult.Checked checked -> checked.resets();
                  case ExecutionResult.Failed _ -> 0;
                })
        .sum();
  }

  private long checks(Predicate<FlowReport> condition) {
    return results.stream()
        .filter(
            result ->
                result instanceof ExecutionResult.Checked(_, var report) && condition.test(report))
        .count();
  }

  private long splits(ToIntFunction<ExecutionResult.Split> count) {
    return results.stream()
        .filter(ExecutionResult.Split.class::isInstance)
        .map(ExecutionResult.Split.class::cast)
        .mapToInt(count)
        .sum();
  }

  private long outcomes(Predicate<MessageOutcome> condition) {
    return outcomes.stream().filter(condition).count();
  }

  private static boolean isPermanent(MessageOutcome outcome) {
    return outcome instanceof MessageOutcome.Failed(Failure.Permanent _);
  }

  private long failures(Class<? extends Failure> kind) {
    return results.stream()
        .filter(
            result ->
                result instanceof ExecutionResult.Failed(var failure, _)
                    && kind.isInstance(failure))
        .count();
  }
}
