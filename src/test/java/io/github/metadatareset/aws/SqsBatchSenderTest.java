package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.aws.SqsBatchSender.Message;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

@Timeout(60)
class SqsBatchSenderTest {

  private static final int MAX_BYTES = 1024 * 1024;

  private static final Optional<Failure> ACCEPTED = Optional.empty();

  private final FakeSqsClient sqs = new FakeSqsClient();
  private final SqsBatchSender sender = new SqsBatchSender(sqs, "https://queue");

  @Test
  void sendsBodyAttributesAndMessageGroup() {
    sender.send(
        List.of(new Message("body", Map.of("CorrelationId", "c-1"), Optional.of("crm"))),
        inAMinute());

    SendMessageBatchRequest request = sqs.sends().getFirst();
    assertEquals("https://queue", request.queueUrl());
    assertEquals(
        List.of(
            SendMessageBatchRequestEntry.builder()
                .id("0")
                .messageBody("body")
                .messageGroupId("crm")
                .messageAttributes(
                    Map.of(
                        "CorrelationId",
                        MessageAttributeValue.builder()
                            .dataType("String")
                            .stringValue("c-1")
                            .build()))
                .build()),
        request.entries());
  }

  @ParameterizedTest(name = "{0} messages in {1} batches")
  @CsvSource({"0, 0", "1, 1", "9, 1", "10, 1", "11, 2", "20, 2", "21, 3"})
  void aBatchHoldsTenMessages(int messages, int batches) {
    assertEquals(
        Collections.nCopies(messages, ACCEPTED), sender.send(messages(messages), inAMinute()));

    assertEquals(batches, sqs.sends().size());
    assertTrue(sqs.sends().stream().allMatch(batch -> batch.entries().size() <= 10));
  }

  /// `é` has two bytes.
  @ParameterizedTest(name = "{0} bytes more than 1 MiB: {1} batches")
  @CsvSource({"-1, 1", "0, 1", "1, 2"})
  void aBatchHoldsOneMebibyteOfBodiesAndAttributes(int more, int batches) {
    Message half =
        new Message("é".repeat(MAX_BYTES / 4), Map.of("näme", "välue"), Optional.of("crm"));
    int attribute = "naeme".length() + "String".length() + "vaelue".length();
    Message rest =
        new Message("x".repeat(MAX_BYTES / 2 - attribute + more), Map.of(), Optional.empty());

    sender.send(List.of(half, rest), inAMinute());

    assertEquals(batches, sqs.sends().size());
  }

  @Test
  void theBytesOfEachBatchAreCountedSeparately() {
    Message message = new Message("x".repeat(MAX_BYTES / 2), Map.of(), Optional.empty());

    sender.send(Collections.nCopies(6, message), inAMinute());

    assertEquals(3, sqs.sends().size());
  }

  @Test
  void eightBatchesAreSentAtTheSameTime() {
    CyclicBarrier eight = new CyclicBarrier(8);
    sqs.onSend(
        request -> {
          try {
            eight.await();
          } catch (InterruptedException | BrokenBarrierException e) {
            throw new AssertionError(e);
          }
          return FakeSqsClient.accepting(FakeSqsClient.ids(request)).build();
        });

    assertEquals(Collections.nCopies(160, ACCEPTED), sender.send(messages(160), inAMinute()));
  }

  @Test
  void everyMessageHasItsOwnResult() {
    sqs.onSend(
        _ ->
            FakeSqsClient.accepting(List.of("3", "1"))
                .failed(
                    FakeSqsClient.refused("2", "InvalidMessageContents", "a character"),
                    FakeSqsClient.refused("4", null, null))
                .build());

    assertEquals(
        List.of(
            Optional.of(
                new Failure.Unavailable(
                    "InvalidResponse", "SQS's response does not list the message")),
            ACCEPTED,
            Optional.of(new Failure.Unavailable("InvalidMessageContents", "a character")),
            ACCEPTED,
            Optional.of(new Failure.Unavailable("InvalidResponse", "no message"))),
        sender.send(messages(5), inAMinute()));
  }

  @Test
  void aFailedBatchDoesNotAffectTheOthers() {
    sqs.onSend(
        request -> {
          if (request.entries().size() == 10) {
            throw SqsException.builder().statusCode(503).message("down").build();
          }
          return FakeSqsClient.accepting(FakeSqsClient.ids(request)).build();
        });

    List<Optional<Failure>> results = sender.send(messages(12), inAMinute());

    assertEquals(
        Collections.nCopies(10, Optional.of("HTTP 503")),
        results.subList(0, 10).stream().map(result -> result.map(Failure::code)).toList());
    assertEquals(List.of(ACCEPTED, ACCEPTED), results.subList(10, 12));
  }

  @ParameterizedTest(name = "{0} left: {1}")
  @CsvSource({"PT60S, PT8S", "PT8S, PT8S", "PT7.999S, PT7.999S", "PT0.000001S, PT0.001S"})
  void aCallTimesOutAtTheDeadlineOrAfterEightSeconds(Duration left, Duration expected) {
    sender.send(messages(1), in(left));

    assertEquals(
        Optional.of(expected),
        sqs.sends().getFirst().overrideConfiguration().orElseThrow().apiCallTimeout());
  }

  @Test
  void nothingIsSentAtTheDeadline() {
    List<Optional<Failure>> results = sender.send(messages(12), new Deadline(CLOCK, NOON));

    assertEquals(
        Collections.nCopies(12, Optional.of("OutOfTime")),
        results.stream().map(result -> result.map(Failure::code)).toList());
    assertEquals(List.of(), sqs.sends());
  }

  @Test
  void anInterruptedCallIsNotAFailure() {
    sqs.onSend(
        _ -> {
          throw AbortedException.create("Thread was interrupted");
        });

    assertThrows(
        InvocationInterruptedException.class, () -> sender.send(messages(12), inAMinute()));
  }

  @Test
  void anInterruptOfTheCallerStaysAndDoesNotStopTheBatches() {
    Thread.currentThread().interrupt();

    List<Optional<Failure>> results = sender.send(messages(12), inAMinute());

    assertTrue(Thread.interrupted());
    assertEquals(Collections.nCopies(12, ACCEPTED), results);
  }

  private static List<Message> messages(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Message("body " + i, Map.of(), Optional.empty()))
        .toList();
  }
}
