package io.github.metadatareset.invocation;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;

/// Messages of the request queue, for tests of a single class.
final class Messages {

  private Messages() {}

  /// A message that was received for the first time.
  static SqsMessage message(String id) {
    return ofRecord(
        """
        {"eventSource": "aws:sqs", "messageId": "%s", "receiptHandle": "r", "body": "{}"}"""
            .formatted(id));
  }

  /// A message with times of SQS's clock, in milliseconds.
  static SqsMessage message(String id, String body, long sent, long firstReceived) {
    return ofRecord(
        """
        {"eventSource": "aws:sqs", "messageId": "%s", "receiptHandle": "r", "body": "%s",
         "attributes": {"SentTimestamp": "%d", "ApproximateFirstReceiveTimestamp": "%d"}}"""
            .formatted(id, body.replace("\"", "\\\""), sent, firstReceived));
  }

  private static SqsMessage ofRecord(String record) {
    JsonValue batch = JsonValue.parse("{\"Records\": [%s]}".formatted(record), "");
    return SqsMessage.batch(batch).orElseThrow().getFirst();
  }
}
