package io.github.metadatareset;

import io.github.metadatareset.request.JsonValue;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An SQS batch as the event source mapping hands it over.
final class SqsEvent {

  private SqsEvent() {}

  static String of(Message... messages) {
    return JsonValue.write(
        Map.of("Records", List.of(messages).stream().map(Message::record).toList()));
  }

  /// A message that was sent and received just now, for the first time.
  static Message message(String id, String bodyWithSingleQuotes) {
    return new Message(id, bodyWithSingleQuotes.replace('\'', '"'), 1, Map.of(), Map.of());
  }

  record Message(
      String id,
      String body,
      int receiveCount,
      Map<String, String> attributes,
      Map<String, String> messageAttributes) {

    Message received(int times) {
      return new Message(id, body, times, attributes, messageAttributes);
    }

    Message sent(Instant sent, Instant firstReceived) {
      return new Message(
          id,
          body,
          receiveCount,
          Map.of(
              "SentTimestamp",
              Long.toString(sent.toEpochMilli()),
              "ApproximateFirstReceiveTimestamp",
              Long.toString(firstReceived.toEpochMilli())),
          messageAttributes);
    }

    Message causedBy(String causeId) {
      return new Message(id, body, receiveCount, attributes, Map.of("CauseId", causeId));
    }

    private Map<String, Object> record() {
      Map<String, Object> all = new LinkedHashMap<>(attributes);
      all.put("ApproximateReceiveCount", Integer.toString(receiveCount));
      Map<String, Object> custom = new LinkedHashMap<>();
      messageAttributes.forEach(
          (name, value) -> custom.put(name, Map.of("stringValue", value, "dataType", "String")));
      return Map.of(
          "messageId",
          id,
          "receiptHandle",
          "handle-" + id,
          "body",
          body,
          "attributes",
          all,
          "messageAttributes",
          custom,
          "eventSource",
          "aws:sqs",
          "eventSourceARN",
          "arn:aws:sqs:us-east-1:111122223333:requests",
          "awsRegion",
          "us-east-1");
    }
  }
}
