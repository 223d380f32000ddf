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

/// A message of the request queue, as a test describes it.
public record TestMessage(
    String id,
    String body,
    Map<MessageSystemAttributeName, String> attributes,
    Map<String, String> messageAttributes) {

  private static final String QUEUE_ARN = "arn:aws:sqs:us-east-1:111122223333:requests";

  /// A message on its first receive, without timestamps.
  public static TestMessage message(String id, String bodyWithSingleQuotes) {
    return new TestMessage(id, bodyWithSingleQuotes.replace('\'', '"'), Map.of(), Map.of())
        .received(1);
  }

  public TestMessage received(int count) {
    return with(MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, count);
  }

  public TestMessage sent(Instant sent, Instant firstReceived) {
    return with(MessageSystemAttributeName.SENT_TIMESTAMP, sent.toEpochMilli())
        .with(
            MessageSystemAttributeName.APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
            firstReceived.toEpochMilli());
  }

  public TestMessage withCorrelationId(String correlationId) {
    return with("CorrelationId", correlationId);
  }

  public TestMessage withFlows(String names) {
    return with("Flows", names);
  }

  public TestMessage maxCalls(int calls) {
    return with("MaxCalls", Integer.toString(calls));
  }

  /// The event with which Lambda invokes the function for these messages.
  public static String batch(TestMessage... messages) {
    return new String(
        SqsEvent.of(Stream.of(messages).map(TestMessage::sdkMessage).toList(), QUEUE_ARN), UTF_8);
  }

  private TestMessage with(MessageSystemAttributeName attribute, long value) {
    Map<MessageSystemAttributeName, String> more = new HashMap<>(attributes);
    more.put(attribute, Long.toString(value));
    return new TestMessage(id, body, more, messageAttributes);
  }

  private TestMessage with(String attribute, String value) {
    Map<String, String> more = new HashMap<>(messageAttributes);
    more.put(attribute, value);
    return new TestMessage(id, body, attributes, more);
  }

  private Message sdkMessage() {
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
