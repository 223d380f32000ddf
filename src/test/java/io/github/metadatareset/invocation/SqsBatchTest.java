package io.github.metadatareset.invocation;

import static io.github.metadatareset.invocation.Messages.message;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.ConnectorType;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a batch reports of its messages. What is done with them is in `MetadataResetHandlerTest`.
class SqsBatchTest {

  private static final long NOON = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();
  private static final String ACCOUNT =
      "{\"connectorProfileName\":\"crm\",\"connectorEntityName\":\"Account\"}";
  private static final String ACCOUNT_WITH_TYPE =
      "{\"connectorProfileName\":\"crm\",\"connectorType\":\"Salesforce\",\"connectorEntityName\":\"Account\"}";

  private final FakeAppFlow appFlow = new FakeAppFlow().profile("crm", ConnectorType.SALESFORCE);
  private final CompletedRequests completed = new CompletedRequests();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @Test
  void reportsTheLongestTimeThatAMessageWaitedForItsReset() {
    handle(
        message("a", ACCOUNT, NOON - 1000, NOON - 10),
        message("b", ACCOUNT, NOON - 7000, NOON - 10),
        message("c", ACCOUNT, NOON - 3000, NOON - 10));

    assertEquals(7000L, metric("RequestAge").orElseThrow());
  }

  @Test
  void reportsNoNegativeAgeIfTheClocksDiffer() {
    handle(message("a", ACCOUNT, NOON + 5000, NOON + 6000));

    assertEquals(0L, metric("RequestAge").orElseThrow());
  }

  @Test
  void makesOneCallForDifferentRequestsForTheSameCallAndCountsTheOthersAsDuplicates() {
    handle(
        message("a", ACCOUNT, NOON - 1000, NOON - 10),
        message("b", ACCOUNT_WITH_TYPE, NOON - 1000, NOON - 10));

    assertEquals(1, appFlow.resets().size());
    assertEquals(1L, metric("Resets").orElseThrow());
    assertEquals(1L, metric("Duplicates").orElseThrow());
  }

  @Test
  void makesNoCallForAMessageThatWasSentBeforeTheSameCallOfAnotherRequestBegan() {
    handle(message("a", ACCOUNT_WITH_TYPE, NOON - 1000, NOON - 10));

    handle(message("b", ACCOUNT, NOON - 500, NOON));

    assertEquals(1, appFlow.resets().size());
    assertEquals(1L, metric("Duplicates").orElseThrow());
  }

  private List<SqsMessage> handle(SqsMessage... messages) {
    log.reset();
    Services services =
        new Services(
            _ -> appFlow,
            UNUSED_REQUEST_QUEUE,
            UNUSED_DEAD_LETTER_QUEUE,
            HandlerFixture.NO_REPORTS,
            InstantSource.fixed(Instant.ofEpochMilli(NOON)),
            new Random(1),
            new PrintStream(log, true));
    Invocation invocation =
        Invocation.of(
            HandlerFixture.LIMITS, services, "function", "request-1", Duration.ofMinutes(1));
    return new SqsBatch(invocation, completed, List.of(messages)).handle();
  }

  private Optional<Object> metric(String name) {
    return log.toString()
        .lines()
        .map(line -> JsonValue.parse(line, ""))
        .flatMap(line -> line.member(name).stream())
        .map(value -> (Object) ((Number) value.content()).longValue())
        .findFirst();
  }

  private static final DeadLetterQueue UNUSED_DEAD_LETTER_QUEUE =
      (_, _) -> {
        throw new AssertionError("no message fails here");
      };

  private static final RequestQueue UNUSED_REQUEST_QUEUE =
      new RequestQueue() {
        @Override
        public void enqueue(List<Waiting> messages, Deadline deadline) {
          throw new AssertionError("no request is split here");
        }

        @Override
        public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
          throw new AssertionError("no message is returned here");
        }
      };
}
