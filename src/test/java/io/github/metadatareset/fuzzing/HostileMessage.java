package io.github.metadatareset.fuzzing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A message whose sender means harm; some of it even SQS would not deliver.
public record HostileMessage(
    String id, String body, String correlationId, String messageGroupId, int receives) {

  /// The batch as an event, in which anything may stand escaped.
  public static byte[] batch(List<HostileMessage> messages) {
    return JsonValue.write(
            Map.of("Records", messages.stream().map(HostileMessage::asRecord).toList()))
        .getBytes(UTF_8);
  }

  private Map<String, Object> asRecord() {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("messageId", id);
    record.put("receiptHandle", "handle");
    record.put("body", body);
    record.put(
        "attributes",
        Map.of(
            "ApproximateReceiveCount",
            Integer.toString(receives),
            "MessageGroupId",
            messageGroupId));
    record.put(
        "messageAttributes",
        Map.of("CorrelationId", Map.of("stringValue", correlationId, "dataType", "String")));
    record.put("eventSource", "aws:sqs");
    return record;
  }
}
