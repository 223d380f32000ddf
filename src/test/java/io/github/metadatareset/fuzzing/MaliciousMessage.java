package io.github.metadatareset.fuzzing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A message from a malicious sender. Some of its values could not come from SQS.
public record MaliciousMessage(
    String id, String body, String correlationId, String messageGroupId, int receiveCount) {

  /// The event with which Lambda invokes the function for these messages.
  public static byte[] batch(List<MaliciousMessage> messages) {
    return JsonValue.write(
            Map.of("Records", messages.stream().map(MaliciousMessage::sqsRecord).toList()))
        .getBytes(UTF_8);
  }

  private Map<String, Object> sqsRecord() {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("messageId", id);
    record.put("receiptHandle", "handle");
    record.put("body", body);
    record.put(
        "attributes",
        Map.of(
            "ApproximateReceiveCount",
            Integer.toString(receiveCount),
            "MessageGroupId",
            messageGroupId));
    record.put(
        "messageAttributes",
        Map.of("CorrelationId", Map.of("stringValue", correlationId, "dataType", "String")));
    record.put("eventSource", "aws:sqs");
    return record;
  }
}
