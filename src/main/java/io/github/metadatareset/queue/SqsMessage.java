package io.github.metadatareset.queue;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A record of an SQS batch, as the event source mapping delivers it.
///
/// @param receiveCount how often it was received, including this time; 1 if SQS does not say
/// @param sent when it was sent, by SQS's clock
/// @param firstReceived when it was first received, by SQS's clock
/// @param correlation the event from outside to which it belongs
/// @param messageGroupId the tenant for which a fair queue counts the message
public record SqsMessage(
    String messageId,
    String receiptHandle,
    String body,
    int receiveCount,
    Optional<Instant> sent,
    Optional<Instant> firstReceived,
    Correlation correlation,
    Optional<String> messageGroupId) {

  /// The most bytes that SQS accepts in one message, including attributes, and in one
  /// SendMessageBatch.
  public static final int MAX_BYTES = 1_048_576;

  /// What SQS accepts in a dead letter too
  /// (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html).
  private static final Pattern GROUP_ID_FORM = Pattern.compile("[!-~]{1,128}");

  private static final Pattern COUNT_FORM = Pattern.compile("[0-9]{1,15}");

  /// The messages of an SQS batch; empty if the event is not a list of records that are all of SQS.
  /// If at-least-once delivery puts a message into a batch twice, only the later receive counts.
  ///
  /// @throws InvalidJsonException if a record has no ID or no body
  public static Optional<List<SqsMessage>> batch(JsonValue event) {
    Optional<JsonValue> records = event.member("Records");
    if (records.isEmpty() || !(records.get().content() instanceof List)) {
      return Optional.empty();
    }
    List<JsonValue> list = records.get().asList("a list");
    for (JsonValue json : list) {
      if (!json.text("eventSource").equals(Optional.of("aws:sqs"))) {
        return Optional.empty();
      }
    }
    Map<String, SqsMessage> byId = new LinkedHashMap<>();
    for (JsonValue json : list) {
      SqsMessage message = of(json);
      byId.merge(message.messageId(), message, SqsMessage::later);
    }
    return Optional.of(List.copyOf(byId.values()));
  }

  public String correlationId() {
    return correlation.id();
  }

  /// The same message, for a sub-request of these flows.
  public SqsMessage withFlows(Optional<String> names) {
    return new SqsMessage(
        messageId,
        receiptHandle,
        body,
        receiveCount,
        sent,
        firstReceived,
        correlation.withFlows(names),
        messageGroupId);
  }

  /// Whether it was sent before this time, by SQS's clock; false if SQS does not say when.
  public boolean wasSentBefore(Instant time) {
    return sent.filter(sentAt -> sentAt.isBefore(time)).isPresent();
  }

  /// Only the later receipt handle is certainly valid, and only the later count says whether this
  /// is the last receive.
  private static SqsMessage later(SqsMessage one, SqsMessage next) {
    return one.receiveCount > next.receiveCount ? one : next;
  }

  private static SqsMessage of(JsonValue json) {
    String messageId = required(json, "messageId");
    Optional<JsonValue> attributes = json.member("attributes");
    return new SqsMessage(
        messageId,
        json.text("receiptHandle").orElse(""),
        required(json, "body"),
        attribute(attributes, "ApproximateReceiveCount").map(SqsMessage::bounded).orElse(1),
        attribute(attributes, "SentTimestamp").map(Instant::ofEpochMilli),
        attribute(attributes, "ApproximateFirstReceiveTimestamp").map(Instant::ofEpochMilli),
        Correlation.of(json, messageId),
        attributes
            .flatMap(all -> all.text("MessageGroupId"))
            .filter(id -> GROUP_ID_FORM.matcher(id).matches()));
  }

  private static int bounded(long count) {
    return (int) Math.min(count, Integer.MAX_VALUE);
  }

  private static String required(JsonValue json, String member) {
    if (!json.has(member)) {
      throw json.refused("a message of SQS with the member " + member);
    }
    return json.member(member).get().asText("a string");
  }

  private static Optional<Long> attribute(Optional<JsonValue> attributes, String name) {
    return attributes
        .flatMap(all -> all.text(name))
        .filter(text -> COUNT_FORM.matcher(text).matches())
        .map(Long::valueOf);
  }
}
