package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SqsException;

class SqsRequestQueueTest {

  private static final Correlation CORRELATION =
      new Correlation("correlation-1", OptionalInt.of(70));

  private final FakeSqsClient sqs = new FakeSqsClient();
  private final SqsRequestQueue queue = new SqsRequestQueue(sqs, "https://queue");

  @Nested
  class Enqueuing {

    @Test
    void sendsEachRequestAsJsonWithTheCorrelation() {
      List<Request> requests = entities(2);

      queue.enqueue(waiting(requests), inAMinute());

      List<SendMessageBatchRequestEntry> entries = sqs.sends().getFirst().entries();
      assertEquals(
          requests.stream().map(Request::json).toList(),
          entries.stream().map(SendMessageBatchRequestEntry::messageBody).toList());
      for (SendMessageBatchRequestEntry entry : entries) {
        assertEquals(
            Map.of("CorrelationId", "correlation-1", "MaxCalls", "70"),
            entry.messageAttributes().entrySet().stream()
                .collect(toMap(Map.Entry::getKey, value -> value.getValue().stringValue())));
      }
    }

    static Stream<Arguments> groups() {
      return Stream.of(
          Arguments.of(entity("a".repeat(128), "E"), Optional.of("a".repeat(128))),
          Arguments.of(
              entity("a".repeat(129), "E"),
              // printf 'a%.0s' {1..129} | sha256sum
              Optional.of("c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3db752166ae")),
          Arguments.of(
              new Request.OfConnector(
                  new NamedProfile(new ProfileName("crm/eu#1")), new Entities.UsedByFlows()),
              Optional.of("crm/eu#1")),
          Arguments.of(
              new Request.OfConnector(
                  new MatchingProfiles(ProfilePattern.ALL), new Entities.Names()),
              Optional.empty()),
          Arguments.of(
              new Request.OfConnector(new WithoutProfile(ConnectorType.S3), new Entities.Names()),
              Optional.empty()),
          Arguments.of(new Request.OfFlows(new FlowPattern("crm-*")), Optional.empty()),
          Arguments.of(
              new Request.Several(List.of(entity("crm", "A"), entity("crm", "B"))),
              Optional.empty()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("groups")
    void putsARequestForOneProfileIntoTheMessageGroupOfTheProfile(
        Request request, Optional<String> group) {
      queue.enqueue(waiting(List.of(request)), inAMinute());

      assertEquals(
          group, Optional.ofNullable(sqs.sends().getFirst().entries().getFirst().messageGroupId()));
    }

    /// [SqsRules] has the characters that are valid in a message group.
    @Test
    void putsEveryCharacterOfAProfileNameIntoTheMessageGroup() {
      List<StrictSqs.Message> accepted = new ArrayList<>();
      StrictSqs strict = new StrictSqs(accepted::add, _ -> {});
      List<Request> requests =
          IntStream.rangeClosed('!', '~')
              .mapToObj(Character::toString)
              .filter(name -> name.matches("[\\w/!@#+=.-]"))
              .<Request>map(
                  name ->
                      new Request.OfConnector(
                          new NamedProfile(new ProfileName(name)), new Entities.Names()))
              .toList();

      strict.requestQueue().enqueue(waiting(requests), inAMinute());

      assertEquals(71, accepted.stream().map(StrictSqs.Message::messageGroupId).distinct().count());
    }

    @Test
    void failsWithTheFirstFailure() {
      sqs.onSend(
          _ ->
              FakeSqsClient.accepting(List.of("0", "3"))
                  .failed(
                      FakeSqsClient.refused("2", "Second", "b"),
                      FakeSqsClient.refused("1", "First", "a"))
                  .build());

      assertEquals(
          new Failure.Unavailable("First", "a").during("SendMessageBatch"),
          failure(() -> queue.enqueue(waiting(entities(4)), inAMinute())));
    }

    @Test
    void anInterruptIsNotAFailure() {
      sqs.onSend(
          _ -> {
            throw AbortedException.create("Thread was interrupted");
          });

      assertThrows(
          InvocationInterruptedException.class,
          () -> queue.enqueue(waiting(entities(1)), inAMinute()));
    }
  }

  @Nested
  class Delaying {

    @Test
    void setsTheVisibilityTimeoutOfEachMessage() {
      delay(
          Map.of(
              message("handle-0"), Duration.ofMinutes(15),
              message("handle-1"), Duration.ofMillis(1999)));

      ChangeMessageVisibilityBatchRequest request = sqs.changes().getFirst();
      assertEquals("https://queue", request.queueUrl());
      assertEquals(List.of("0", "1"), FakeSqsClient.ids(request));
      assertEquals(
          Map.of("handle-0", 900, "handle-1", 1),
          request.entries().stream()
              .collect(toMap(entry -> entry.receiptHandle(), entry -> entry.visibilityTimeout())));
    }

    @ParameterizedTest(name = "{0} messages in {1} batches")
    @CsvSource({"0, 0", "1, 1", "10, 1", "11, 2", "25, 3"})
    void aBatchHoldsTenMessages(int messages, int batches) {
      delay(messages(messages));

      assertEquals(batches, sqs.changes().size());
      assertEquals(
          messages, sqs.changes().stream().mapToInt(batch -> batch.entries().size()).sum());
    }

    @Test
    void failsIfSqsRefusesAMessage() {
      sqs.onChange(
          _ ->
              FakeSqsClient.changing(List.of("0"))
                  .failed(FakeSqsClient.refused("1", "ReceiptHandleIsInvalid", "expired"))
                  .build());

      assertEquals(
          new Failure.Unavailable("ReceiptHandleIsInvalid", "expired")
              .during("ChangeMessageVisibilityBatch"),
          failure(() -> delay(messages(2))));
    }

    @Test
    void failsIfTheResponseDoesNotListAMessage() {
      sqs.onChange(_ -> FakeSqsClient.changing(List.of("0")).build());

      assertEquals(
          new Failure.Unavailable("InvalidResponse", "SQS's response does not list the message")
              .during("ChangeMessageVisibilityBatch"),
          failure(() -> delay(messages(2))));
    }

    @Test
    void triesAllBatchesBeforeItFails() {
      sqs.onChange(
          request -> {
            if (request.entries().size() == 10) {
              throw SqsException.builder().statusCode(503).message("down").build();
            }
            return FakeSqsClient.changing(FakeSqsClient.ids(request)).build();
          });

      assertEquals("HTTP 503", failure(() -> delay(messages(25))).code());
      assertEquals(3, sqs.changes().size());
    }

    @ParameterizedTest(name = "{0} left: {1}")
    @CsvSource({"PT60S, PT8S", "PT7.999S, PT7.999S"})
    void aCallTimesOutAtTheDeadlineOrAfterEightSeconds(Duration left, Duration expected) {
      queue.delay(messages(1), in(left));

      assertEquals(
          Optional.of(expected),
          sqs.changes().getFirst().overrideConfiguration().orElseThrow().apiCallTimeout());
    }

    @Test
    void noCallIsMadeAtTheDeadline() {
      assertEquals(
          "OutOfTime", failure(() -> queue.delay(messages(1), new Deadline(CLOCK, NOON))).code());
      assertEquals(List.of(), sqs.changes());
    }

    @Test
    void anInterruptedCallIsNotAFailure() {
      sqs.onChange(
          _ -> {
            throw AbortedException.create("Thread was interrupted");
          });

      assertThrows(InvocationInterruptedException.class, () -> delay(messages(1)));
    }

    @Test
    void anInterruptOfTheCallerStaysAndDoesNotStopTheBatches() {
      Thread.currentThread().interrupt();

      delay(messages(12));

      assertTrue(Thread.interrupted());
      assertEquals(2, sqs.changes().size());
    }

    private void delay(Map<SqsMessage, Duration> messages) {
      queue.delay(messages, inAMinute());
    }

    private static Map<SqsMessage, Duration> messages(int count) {
      return IntStream.range(0, count)
          .mapToObj(i -> message("handle-" + i))
          .collect(toMap(message -> message, _ -> Duration.ZERO));
    }

    private static SqsMessage message(String receiptHandle) {
      return new SqsMessage(
          "message",
          receiptHandle,
          "{}",
          1,
          Optional.empty(),
          Optional.empty(),
          CORRELATION,
          Optional.empty());
    }
  }

  private static Request entity(String profile, String name) {
    return new Request.OfConnector(
        new NamedProfile(new ProfileName(profile)), new Entities.One(new EntityName(name)));
  }

  private static List<RequestQueue.Waiting> waiting(List<? extends Request> requests) {
    return requests.stream()
        .map(request -> RequestQueue.Waiting.request(request, CORRELATION))
        .toList();
  }

  private static List<Request> entities(int count) {
    return IntStream.range(0, count).mapToObj(i -> entity("crm", "Entity" + i)).toList();
  }

  private static Failure failure(Runnable call) {
    return assertThrows(RequestFailedException.class, call::run).failure();
  }
}
