package io.github.metadatareset.aws;

import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Fingerprint;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Gatherers;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;

/// The request queue in Amazon SQS.
final class SqsRequestQueue implements RequestQueue {

  private static final int MAX_GROUP_ID_LENGTH = 128;

  private final SqsClient client;
  private final String queueUrl;
  private final SqsBatchSender batches;

  SqsRequestQueue(SqsClient client, String queueUrl) {
    this.client = client;
    this.queueUrl = queueUrl;
    this.batches = new SqsBatchSender(client, queueUrl);
  }

  @Override
  public void enqueue(List<Waiting> waiting, Deadline deadline) {
    List<SqsBatchSender.Message> messages =
        waiting.stream()
            .map(
                each ->
                    new SqsBatchSender.Message(
                        each.body(),
                        each.correlation().attributes(),
                        each.group().map(SqsRequestQueue::groupId)))
            .toList();
    batches.send(messages, deadline).stream()
        .flatMap(Optional::stream)
        .findFirst()
        .ifPresent(
            failure -> {
              throw new RequestFailedException(failure.during(SqsBatchSender.OPERATION));
            });
  }

  @Override
  public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
    List<Failure> failures =
        returned.entrySet().stream()
            .gather(Gatherers.windowFixed(SqsBatchSender.MAX_ENTRIES))
            .gather(
                Gatherers.mapConcurrent(
                    SqsBatchSender.CONCURRENT_BATCHES, batch -> delay(batch, deadline)))
            .flatMap(List::stream)
            .toList();
    if (!failures.isEmpty()) {
      throw new RequestFailedException(failures.getFirst().during("ChangeMessageVisibilityBatch"));
    }
  }

  private List<Failure> delay(List<Map.Entry<SqsMessage, Duration>> returned, Deadline deadline) {
    try {
      Duration timeout = BoundedCalls.timeoutWithin(deadline, AwsClients.SHORT_CALL_TIMEOUT);
      var response =
          client.changeMessageVisibilityBatch(
              request ->
                  request
                      .queueUrl(queueUrl)
                      .overrideConfiguration(override -> override.apiCallTimeout(timeout))
                      .entries(entries(returned)));
      return response.failed().size() + response.successful().size() < returned.size()
          ? List.of(SqsBatchSender.missing())
          : response.failed().stream()
              .map(entry -> SqsBatchSender.refused(entry.code(), entry.message()))
              .toList();
    } catch (Exception e) {
      return List.of(AwsFailures.retryable(e));
    }
  }

  private static List<ChangeMessageVisibilityBatchRequestEntry> entries(
      List<Map.Entry<SqsMessage, Duration>> returned) {
    return returned.stream()
        .map(
            entry ->
                ChangeMessageVisibilityBatchRequestEntry.builder()
                    .id(Integer.toString(returned.indexOf(entry)))
                    .receiptHandle(entry.getKey().receiptHandle())
                    .visibilityTimeout(Math.toIntExact(entry.getValue().toSeconds()))
                    .build())
        .toList();
  }

  /// With group IDs, SQS's fair queues keep a group with many messages from delaying the others. A
  /// name that is too long for a group ID is hashed.
  private static String groupId(String group) {
    return group.length() <= MAX_GROUP_ID_LENGTH ? group : Fingerprint.of(group).hex();
  }
}
