package io.github.metadatareset.aws;

import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.RequestQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/// The function's queues on an SQS in memory, which refuses every message that [SqsRules] do not
/// allow.
public final class StrictSqs {

  private static final String REQUESTS = "requests";
  private static final String DEAD_LETTERS = "dead-letters";

  private final Consumer<Message> requests;
  private final Consumer<Message> deadLetters;
  private final Client client = new Client();

  /// A message that was accepted.
  ///
  /// @param attributes values by name
  public record Message(
      String body, Map<String, String> attributes, Optional<String> messageGroupId) {}

  /// @param requests receives each message that the request queue accepts, from one thread at a
  ///     time
  /// @param deadLetters the same for the dead-letter queue
  public StrictSqs(Consumer<Message> requests, Consumer<Message> deadLetters) {
    this.requests = requests;
    this.deadLetters = deadLetters;
  }

  public RequestQueue requestQueue() {
    return new SqsRequestQueue(client, REQUESTS);
  }

  public DeadLetterQueue deadLetterQueue() {
    return new SqsDeadLetterQueue(client, DEAD_LETTERS);
  }

  private final class Client implements SqsClient {

    @Override
    public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest batch) {
      synchronized (StrictSqs.this) {
        return accept(batch);
      }
    }

    private SendMessageBatchResponse accept(SendMessageBatchRequest batch) {
      SqsRules.violation(batch.entries())
          .ifPresent(
              violation -> {
                throw new IllegalArgumentException("SQS would refuse the batch: " + violation);
              });
      List<SendMessageBatchResultEntry> accepted = new ArrayList<>();
      List<BatchResultErrorEntry> refused = new ArrayList<>();
      for (SendMessageBatchRequestEntry entry : batch.entries()) {
        SqsRules.violation(entry)
            .ifPresentOrElse(
                violation ->
                    refused.add(
                        BatchResultErrorEntry.builder()
                            .id(entry.id())
                            .code("InvalidMessageContents")
                            .message(violation)
                            .build()),
                () -> {
                  accepted.add(SendMessageBatchResultEntry.builder().id(entry.id()).build());
                  (batch.queueUrl().equals(REQUESTS) ? requests : deadLetters)
                      .accept(message(entry));
                });
      }
      return SendMessageBatchResponse.builder().successful(accepted).failed(refused).build();
    }

    @Override
    public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
        ChangeMessageVisibilityBatchRequest batch) {
      return ChangeMessageVisibilityBatchResponse.builder()
          .successful(
              batch.entries().stream()
                  .map(entry -> ChangeMessageVisibilityBatchResultEntry.builder().id(entry.id()))
                  .map(ChangeMessageVisibilityBatchResultEntry.Builder::build)
                  .toList())
          .build();
    }

    @Override
    public String serviceName() {
      return "sqs";
    }

    @Override
    public void close() {}
  }

  private static Message message(SendMessageBatchRequestEntry entry) {
    Map<String, String> attributes = new TreeMap<>();
    entry.messageAttributes().forEach((name, value) -> attributes.put(name, value.stringValue()));
    return new Message(
        entry.messageBody(), attributes, Optional.ofNullable(entry.messageGroupId()));
  }
}
