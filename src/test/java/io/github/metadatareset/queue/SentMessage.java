package io.github.metadatareset.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.local.SqsEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// A message as a test describes it.
public record SentMessage(
    String id,
    String body,
    Map<MessageSystemAttributeName, String> attributes,
    Map<String, String> messageAttributes) {

  private static final String QUEUE_ARN = "arn:aws:sqs:us-east-1:111122223333:requests";

  /// A message that is received for the first time, of which SQS says no times.
  public static SentMessage message(String id, String bodyWithSingleQuotes) {
    return new SentMessage(id, bodyWithSingleQuotes.replace('\'', '"'), Map.of(), Map.of())
        .received(1);
  }

  public SentMessage received(int times) {
    return with(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, times);
  }

  public SentMessage sent(Instant sent, Instant firstReceived) {
    return with(MessageSystemAttributeName.SENT_TIMESTAMP, sent.toEpochMilli())
        .with(
            MessageSystemAttributeName.APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
            firstReceived.toEpochMilli());
  }

  public SentMessage causedBy(String correlationId) {
    return with("CorrelationId", correlationId);
  }

  public SentMessage maxCalls(int calls) {
    return with("MaxCalls", Integer.toString(calls));
  }

  /// The messages as the event source mapping hands them over.
  public static String batch(SentMessage... messages) {
    return new String(
        SqsEvent.of(Stream.of(messages).map(SentMessage::asReceived).toList(), QUEUE_ARN), UTF_8);
  }

  private SentMessage with(MessageSystemAttributeName attribute, long value) {
    Map<MessageSystemAttributeName, String> more = new HashMap<>(attributes);
    more.put(attribute, Long.toString(value));
    return new SentMessage(id, body, more, messageAttributes);
  }

  private SentMessage with(String attribute, String value) {
    Map<String, String> more = new HashMap<>(messageAttributes);
    more.put(attribute, value);
    return new SentMessage(id, body, attributes, more);
  }

  private Message asReceived() {
    Map<String, MessageAttributeValue> values = new HashMap<>();
    messageAttributes.forEach(
        (name, value) ->
            values.put(
                name,
                MessageAttributeValue.builder().dataType("String").stringValue(value).build()));
    return Message.builder()
        .messageId(id)
        .receiptHandle("handle-" + id)
        .body(body)
        .attributes(attributes)
        .messageAttributes(values)
        .build();
  }
}
