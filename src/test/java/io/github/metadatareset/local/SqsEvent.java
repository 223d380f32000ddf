package io.github.metadatareset.local;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/// The SQS event with which Lambda invokes a function
/// (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
public final class SqsEvent {
  private SqsEvent() {}

  /// An event with these messages, as JSON in UTF-8.
  public static byte[] of(List<Message> messages, String queueArn) {
    var records = messages.stream().map(message -> toRecord(message, queueArn)).toList();
    try {
      return JSON.std.asBytes(Map.of("Records", records));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, Object> toRecord(Message message, String queueArn) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("messageId", message.messageId());
    record.put("receiptHandle", message.receiptHandle());
    record.put("body", message.body());
    record.put("attributes", message.attributesAsStrings());
    record.put("messageAttributes", attributes(message.messageAttributes()));
    if (message.hasMessageAttributes()) {
      record.put("md5OfMessageAttributes", message.md5OfMessageAttributes());
    }
    record.put("md5OfBody", message.md5OfBody());
    record.put("eventSource", "aws:sqs");
    record.put("eventSourceARN", queueArn);
    record.put("awsRegion", queueArn.split(":")[3]);
    return record;
  }

  private static Map<String, Object> attributes(Map<String, MessageAttributeValue> attributes) {
    Map<String, Object> byName = new LinkedHashMap<>();
    attributes.forEach((name, value) -> byName.put(name, attribute(value)));
    return byName;
  }

  private static Map<String, Object> attribute(MessageAttributeValue value) {
    Map<String, Object> attribute = new LinkedHashMap<>();
    if (value.binaryValue() == null) {
      attribute.put("stringValue", value.stringValue());
    } else {
      attribute.put(
          "binaryValue", Base64.getEncoder().encodeToString(value.binaryValue().asByteArray()));
    }
    attribute.put("stringListValues", List.of());
    attribute.put("binaryListValues", List.of());
    attribute.put("dataType", value.dataType());
    return attribute;
  }
}
