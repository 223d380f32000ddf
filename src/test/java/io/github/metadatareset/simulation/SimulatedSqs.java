package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.Weather.Trouble;
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

/// SQS as one environment meets it.
final class SimulatedSqs implements SqsClient {

  /// As the function's own client has it, in milliseconds.
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
    boolean letters = request.queueUrl().equals(Surroundings.DEAD_LETTER_QUEUE_URL);
    Trouble failing = letters ? Trouble.DEAD_LETTERS_FAIL : Trouble.SENDS_FAIL;
    return exchange(
        invocation -> {
          if (world.weather().strikes(failing) && world.random().nextBoolean()) {
            throw unavailable(invocation);
          }
          SendMessageBatchResponse answer = send(request, letters, invocation);
          if (world.weather().strikes(failing)) {
            throw unavailable(invocation);
          }
          return answer;
        });
  }

  private SendMessageBatchResponse send(
      SendMessageBatchRequest request, boolean letters, Invocation invocation) {
    List<SendMessageBatchResultEntry> successful = new ArrayList<>();
    List<BatchResultErrorEntry> failed = new ArrayList<>();
    for (SendMessageBatchRequestEntry entry : request.entries()) {
      if (world.weather().strikes(Trouble.SENDS_FAIL_IN_PART)) {
        trouble(invocation, REFUSED);
        failed.add(
            BatchResultErrorEntry.builder().id(entry.id()).code(REFUSED).message("").build());
      } else {
        Map<String, String> attributes = attributes(entry);
        if (letters) {
          world.letter(invocation, entry.messageBody(), attributes);
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
    return exchange(
        invocation -> {
          if (world.weather().strikes(Trouble.DELAYS_FAIL)) {
            throw unavailable(invocation);
          }
          List<ChangeMessageVisibilityBatchResultEntry> successful = new ArrayList<>();
          List<BatchResultErrorEntry> failed = new ArrayList<>();
          request
              .entries()
              .forEach(
                  entry -> {
                    if (world
                        .requests()
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

  private <T> T exchange(Function<Invocation, T> effect) {
    Invocation invocation = environment.invocation();
    return environment.exchange(
        world.weather().strikes(Trouble.SLOW_SENDS)
            ? world.random().nextLong(1_000, 20_000)
            : world.random().nextLong(1, 20),
        CALL_TIMEOUT,
        () -> effect.apply(invocation),
        () -> {
          trouble(invocation, "SdkClientException");
          return SdkClientException.create("no answer in time");
        });
  }

  private void trouble(Invocation invocation, String code) {
    invocation.troubles.add(code);
    invocation.batch().forEach(world::excuse);
  }

  private RuntimeException unavailable(Invocation invocation) {
    trouble(invocation, UNAVAILABLE);
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
