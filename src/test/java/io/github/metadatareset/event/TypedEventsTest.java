package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.ScheduledEvent;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.SqsMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The function reads events without the event types of Lambda. It must read the same values as
/// these types, which the runtime's serializer fills.
class TypedEventsTest {

  private static final Path EVENTS = Path.of("events");

  @Test
  void anSqsBatchIsReadLikeLambdasType() throws IOException {
    String json = Files.readString(EVENTS.resolve("sqs-batch.json"));

    List<SqsMessage> ours = SqsMessage.batch(JsonValue.parse(json, "")).orElseThrow();
    List<SqsMessage> typed =
        typed(SQSEvent.class, json).getRecords().stream().map(TypedEventsTest::message).toList();

    assertEquals(4, ours.size());
    assertEquals(typed, ours);
  }

  @ParameterizedTest
  @MethodSource("eventBridgeEvents")
  void anEventBridgeEventIsReadLikeLambdasType(Path file) throws IOException {
    String json = Files.readString(file);
    JsonValue ours = JsonValue.parse(json, "");

    ScheduledEvent typed = typed(ScheduledEvent.class, json);

    assertEquals(typed.getSource(), ours.text("source").orElseThrow());
    assertEquals(typed.getDetailType(), ours.text("detail-type").orElseThrow());
    assertEquals(typed.getDetail(), ours.member("detail").orElseThrow().content());
  }

  @Test
  void thereAreEventsToCompare() throws IOException {
    assertTrue(eventBridgeEvents().count() > 15);
  }

  /// One reason why the function reads the raw event.
  @Test
  void lambdasTypeFailsForAScheduleWithoutInput() throws IOException {
    String json = Files.readString(EVENTS.resolve("scheduler-without-input.json"));

    assertThrows(RuntimeException.class, () -> typed(ScheduledEvent.class, json));
  }

  static Stream<Path> eventBridgeEvents() throws IOException {
    try (var files = Files.list(EVENTS)) {
      return files.filter(TypedEventsTest::isEventBridgeEvent).sorted().toList().stream();
    }
  }

  private static boolean isEventBridgeEvent(Path file) {
    try {
      return file.toString().endsWith(".json")
          && JsonValue.parse(Files.readAllBytes(file))
              .member("detail")
              .filter(JsonValue::isObject)
              .isPresent();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static SqsMessage message(SQSEvent.SQSMessage typed) {
    return new SqsMessage(
        typed.getMessageId(),
        typed.getReceiptHandle(),
        typed.getBody(),
        Integer.parseInt(typed.getAttributes().get("ApproximateReceiveCount")),
        instant(typed, "SentTimestamp"),
        instant(typed, "ApproximateFirstReceiveTimestamp"),
        new Correlation(
            Optional.ofNullable(typed.getMessageAttributes().get(Correlation.ID))
                .map(SQSEvent.MessageAttribute::getStringValue)
                .orElse(typed.getMessageId())),
        Optional.ofNullable(typed.getAttributes().get("MessageGroupId")));
  }

  private static Optional<Instant> instant(SQSEvent.SQSMessage typed, String attribute) {
    return Optional.of(Instant.ofEpochMilli(Long.parseLong(typed.getAttributes().get(attribute))));
  }

  private static <T> T typed(Class<T> type, String json) {
    return LambdaEventSerializers.serializerFor(type, type.getClassLoader()).fromJson(json);
  }
}
