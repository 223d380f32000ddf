package io.github.metadatareset.aws;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;

/// Records the batches, and accepts every entry unless a test sets another response.
final class FakeSqsClient implements SqsClient {

  private final Queue<SendMessageBatchRequest> sends = new ConcurrentLinkedQueue<>();
  private final Queue<ChangeMessageVisibilityBatchRequest> changes = new ConcurrentLinkedQueue<>();

  private Function<SendMessageBatchRequest, SendMessageBatchResponse> onSend =
      request -> accepting(ids(request)).build();

  private Function<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResponse>
      onChange = request -> changing(ids(request)).build();

  void onSend(Function<SendMessageBatchRequest, SendMessageBatchResponse> response) {
    onSend = response;
  }

  void onChange(
      Function<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResponse>
          response) {
    onChange = response;
  }

  List<SendMessageBatchRequest> sends() {
    return List.copyOf(sends);
  }

  List<ChangeMessageVisibilityBatchRequest> changes() {
    return List.copyOf(changes);
  }

  static List<String> ids(SendMessageBatchRequest request) {
    return request.entries().stream().map(SendMessageBatchRequestEntry::id).toList();
  }

  static List<String> ids(ChangeMessageVisibilityBatchRequest request) {
    return request.entries().stream().map(ChangeMessageVisibilityBatchRequestEntry::id).toList();
  }

  static SendMessageBatchResponse.Builder accepting(List<String> ids) {
    return SendMessageBatchResponse.builder()
        .successful(
            ids.stream().map(id -> SendMessageBatchResultEntry.builder().id(id).build()).toList());
  }

  static ChangeMessageVisibilityBatchResponse.Builder changing(List<String> ids) {
    return ChangeMessageVisibilityBatchResponse.builder()
        .successful(
            ids.stream()
                .map(id -> ChangeMessageVisibilityBatchResultEntry.builder().id(id).build())
                .toList());
  }

  static BatchResultErrorEntry refused(String id, String code, String message) {
    return BatchResultErrorEntry.builder().id(id).code(code).message(message).build();
  }

  @Override
  public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
    sends.add(request);
    return onSend.apply(request);
  }

  @Override
  public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
      ChangeMessageVisibilityBatchRequest request) {
    changes.add(request);
    return onChange.apply(request);
  }

  @Override
  public String serviceName() {
    return "sqs";
  }

  @Override
  public void close() {}
}
