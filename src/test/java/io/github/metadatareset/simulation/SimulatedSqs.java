package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.FaultSchedule.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResultEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

/// SQS for one environment.
final class SimulatedSqs implements SqsClient {

  /// The timeout of the function's own client, in milliseconds.
  private static final long CALL_TIMEOUT = 8_000;

  private static final int MAX_ENTRIES = 10;
  private static final String UNAVAILABLE = "ServiceUnavailable";
  private static final String REFUSED = "InternalError";

  private final World world;
  private final Environment environment;

  SimulatedSqs(World world, Environment environment) {
    this.world = world;
    this.environment = environment;
  }

  @Override
  public SendMessageBatchResponse sendMessageBatch(SendMessageBatchRequest request) {
    if (request.entries().size() > MAX_ENTRIES) {
      throw new IllegalArgumentException("more than ten entries");
    }
    boolean isDeadLetterQueue = request.queueUrl().equals(Dependencies.DEAD_LETTER_QUEUE_URL);
    if (!isDeadLetterQueue && environment.invocation().isLateInItsBatch()) {
      world.violation("%s splits a request after it began to check", environment.invocation().id());
    }
    Fault fault = isDeadLetterQueue ? Fault.DEAD_LETTERS_FAIL : Fault.SENDS_FAIL;
    return call(
        invocation -> {
          if (world.faults().occurs(fault) && world.random().nextBoolean()) {
            throw unavailable(invocation);
          }
          SendMessageBatchResponse answer = send(request, isDeadLetterQueue, invocation);
          if (world.faults().occurs(fault)) {
            throw unavailable(invocation);
          }
          return answer;
        });
  }

  private SendMessageBatchResponse send(
      SendMessageBatchRequest request, boolean isDeadLetterQueue, Invocation invocation) {
    List<SendMessageBatchResultEntry> successful = new ArrayList<>();
    List<BatchResultErrorEntry> failed = new ArrayList<>();
    for (SendMessageBatchRequestEntry entry : request.entries()) {
      if (world.faults().occurs(Fault.SENDS_FAIL_IN_PART)) {
        error(invocation, REFUSED);
        failed.add(
            BatchResultErrorEntry.builder().id(entry.id()).code(REFUSED).message("").build());
      } else {
        Map<String, String> attributes = attributes(entry);
        if (isDeadLetterQueue) {
          world.deadLetter(invocation, entry.messageBody(), attributes);
        } else {
          world.enqueue(invocation, entry.messageBody(), attributes);
        }
        successful.add(SendMessageBatchResultEntry.builder().id(entry.id()).build());
      }
    }
    return SendMessageBatchResponse.builder().successful(successful).failed(failed).build();
  }

  private static Map<String, String> attributes(SendMessageBatchRequestEntry entry) {
    Map<String, String> attributes = new HashMap<>();
    entry.messageAttributes().forEach((name, value) -> attributes.put(name, value.stringValue()));
    return attributes;
  }

  @Override
  public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
      ChangeMessageVisibilityBatchRequest request) {
    return call(
        invocation -> {
          if (world.faults().occurs(Fault.BACKOFFS_FAIL)) {
            throw unavailable(invocation);
          }
          List<ChangeMessageVisibilityBatchResultEntry> successful = new ArrayList<>();
          List<BatchResultErrorEntry> failed = new ArrayList<>();
          request
              .entries()
              .forEach(
                  entry -> {
                    if (world
                        .requestQueue()
                        .changeVisibility(
                            entry.receiptHandle(), entry.visibilityTimeout() * 1000L)) {
                      successful.add(
                          ChangeMessageVisibilityBatchResultEntry.builder().id(entry.id()).build());
                    } else {
                      failed.add(
                          BatchResultErrorEntry.builder()
                              .id(entry.id())
                              .code("MessageNotInflight")
                              .build());
                    }
                  });
          return ChangeMessageVisibilityBatchResponse.builder()
              .successful(successful)
              .failed(failed)
              .build();
        });
  }

  private <T> T call(Function<Invocation, T> effect) {
    Invocation invocation = environment.invocation();
    return environment.exchange(
        world.faults().occurs(Fault.SLOW_SENDS)
            ? world.random().nextLong(1_000, 20_000)
            : world.random().nextLong(1, 20),
        CALL_TIMEOUT,
        () -> effect.apply(invocation),
        () -> {
          error(invocation, "SdkClientException");
          return SdkClientException.create("no answer in time");
        });
  }

  private void error(Invocation invocation, String code) {
    invocation.errorCodes.add(code);
    invocation.batch().forEach(world::allowRedrive);
  }

  private RuntimeException unavailable(Invocation invocation) {
    error(invocation, UNAVAILABLE);
    return SqsException.builder()
        .statusCode(503)
        .awsErrorDetails(
            AwsErrorDetails.builder().errorCode(UNAVAILABLE).errorMessage("try again").build())
        .build();
  }

  @Override
  public String serviceName() {
    return SERVICE_NAME;
  }

  @Override
  public void close() {}
}
