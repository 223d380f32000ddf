package io.github.metadatareset.aws;

import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// Sends messages with SendMessageBatch: as many in one batch as SQS accepts, and several batches
/// at the same time.
final class SqsBatchSender {

  static final String OPERATION = "SendMessageBatch";

  /// The most entries that SQS accepts in one batch.
  static final int MAX_ENTRIES = 10;

  static final int CONCURRENT_BATCHES = 8;

  private final SqsClient client;
  private final String queueUrl;

  SqsBatchSender(SqsClient client, String queueUrl) {
    this.client = client;
    this.queueUrl = queueUrl;
  }

  /// A message to send.
  record Message(String body, Map<String, String> attributes, Optional<String> messageGroupId) {

    /// The size as SQS counts it: the body, and each attribute's name, type and value.
    int bytes() {
      return bytes(body)
          + attributes.entrySet().stream()
              .mapToInt(a -> bytes(a.getKey()) + bytes("String") + bytes(a.getValue()))
              .sum();
    }

    private static int bytes(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  /// Returns by the deadline. An interrupt of the caller does not stop the batches; the thread is
  /// still interrupted afterwards.
  ///
  /// @return for each message, in order, why SQS did not accept it; empty if it did
  List<Optional<Failure>> send(List<Message> messages, Deadline deadline) {
    return batches(messages).stream()
        .gather(Gatherers.mapConcurrent(CONCURRENT_BATCHES, batch -> sendBatch(batch, deadline)))
        .flatMap(List::stream)
        .toList();
  }

  private static List<List<Message>> batches(List<Message> messages) {
    List<List<Message>> batches = new ArrayList<>();
    List<Message> batch = new ArrayList<>();
    int bytes = 0;
    for (Message message : messages) {
      int messageBytes = message.bytes();
      if (!batch.isEmpty()
          && (batch.size() == MAX_ENTRIES || bytes + messageBytes > SqsMessage.MAX_BYTES)) {
        batches.add(batch);
        batch = new ArrayList<>();
        bytes = 0;
      }
      batch.add(message);
      bytes += messageBytes;
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  /// SQS responds with 200 even if it refused entries: only those that it lists as successful are
  /// stored.
  private List<Optional<Failure>> sendBatch(List<Message> batch, Deadline deadline) {
    try {
      Duration timeout = BoundedCalls.timeoutWithin(deadline, AwsClients.SHORT_CALL_TIMEOUT);
      var response =
          client.sendMessageBatch(
              request ->
                  request
                      .queueUrl(queueUrl)
                      .overrideConfiguration(override -> override.apiCallTimeout(timeout))
                      .entries(
                          IntStream.range(0, batch.size())
                              .mapToObj(i -> entry(i, batch.get(i)))
                              .toList()));
      Map<String, Optional<Failure>> results = new HashMap<>();
      response
          .failed()
          .forEach(
              entry ->
                  results.put(entry.id(), Optional.of(refused(entry.code(), entry.message()))));
      response.successful().forEach(entry -> results.put(entry.id(), Optional.empty()));
      return IntStream.range(0, batch.size())
          .mapToObj(i -> results.getOrDefault(Integer.toString(i), Optional.of(missing())))
          .toList();
    } catch (Exception e) {
      Failure failure = AwsFailures.retryable(e);
      return batch.stream().map(_ -> Optional.of(failure)).toList();
    }
  }

  static Failure missing() {
    return refused("InvalidResponse", "SQS's response does not list the message");
  }

  static Failure refused(String code, String message) {
    return new Failure.Unavailable(
        Optional.ofNullable(code).orElse("InvalidResponse"),
        Optional.ofNullable(message).orElse("no message"));
  }

  private static SendMessageBatchRequestEntry entry(int id, Message message) {
    return SendMessageBatchRequestEntry.builder()
        .id(Integer.toString(id))
        .messageBody(message.body())
        .messageGroupId(message.messageGroupId().orElse(null))
        .messageAttributes(attributes(message.attributes()))
        .build();
  }

  private static Map<String, MessageAttributeValue> attributes(Map<String, String> attributes) {
    Map<String, MessageAttributeValue> values = new HashMap<>();
    attributes.forEach(
        (name, value) ->
            values.put(
                name,
                MessageAttributeValue.builder().dataType("String").stringValue(value).build()));
    return values;
  }
}
