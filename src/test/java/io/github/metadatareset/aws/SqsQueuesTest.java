package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.SdkAppFlowTest.inAMinute;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalQueues.Depth;
import io.github.metadatareset.local.SqsEvent;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.local.SqsProxy.Answer;
import io.github.metadatareset.local.SqsProxy.Script;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.DeadLetterQueue.Sent;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// The queues over SQS's wire protocol. Between the SDK and ElasticMQ stands a proxy, which keeps
/// what passes and answers, where it is told to, as ElasticMQ never would.
class SqsQueuesTest {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final Correlation CAUSE = new Correlation("cause-1", OptionalInt.of(70));

  private static LocalQueues queues;
  private static SqsProxy proxy;
  private static RequestQueue requestQueue;
  private static DeadLetterQueue deadLetterQueue;

  @BeforeAll
  static void start() {
    queues = LocalQueues.start();
    proxy = new SqsProxy(queues.endpoint());
    AwsClients aws = SdkAppFlowTest.client(proxy.endpoint(), 8);
    requestQueue = aws.requestQueue(queues.requestQueueUrl());
    deadLetterQueue = aws.deadLetterQueue(queues.deadLetterQueueUrl());
  }

  @AfterAll
  static void stop() {
    proxy.close();
    queues.close();
  }

  @BeforeEach
  void forgetCalls() {
    proxy.forget();
  }

  @AfterEach
  void empty() {
    queues.client().purgeQueue(r -> r.queueUrl(queues.requestQueueUrl()));
    queues.client().purgeQueue(r -> r.queueUrl(queues.deadLetterQueueUrl()));
  }

  @Nested
  class Parts {

    @Test
    void arriveWithTheirCauseInTheMessageGroupOfTheirProfile() {
      Request part = entity("crm-prod", "Größe_客户");

      enqueue(List.of(part));

      Message message = queues.messages(queues.requestQueueUrl()).getFirst();
      assertEquals(part.json(), message.body());
      assertEquals(Map.of("CorrelationId", "cause-1", "MaxCalls", "70"), attributes(message));
      assertEquals(Optional.of("crm-prod"), group(message));
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
    void areCountedForTheOneProfileThatTheyAreOf(Request part, Optional<String> group) {
      enqueue(List.of(part));

      assertEquals(group, group(queues.messages(queues.requestQueueUrl()).getFirst()));
    }

    @Test
    void goByTens() {
      List<Request> parts = entities(25);

      enqueue(parts);

      assertEquals(List.of(5, 10, 10), proxy.sizes());
      assertEquals(
          parts.stream().map(Request::json).collect(toSet()),
          queues.messages(queues.requestQueueUrl()).stream().map(Message::body).collect(toSet()));
    }

    @Test
    void ofWhichThereAreNoneCostNoCall() {
      enqueue(List.of());

      assertEquals(List.of(), proxy.sizes());
    }

    @Test
    void ofWhichOneIsRefusedFailAsAWholeThoughOthersLieThere() {
      proxy.answer(Script.refusing(entry -> entry.body().contains("Entity13")));

      Failure failure = failure(() -> enqueue(entities(25)));

      assertEquals(new Failure.Unavailable("Disliked", "no message"), failure);
      assertEquals(3, proxy.sizes().size(), "all batches were sent");
    }

    @Test
    void failInAWayThatMayPassWhateverSqsAnswers() {
      proxy.answer((_, _) -> Answer.error(400, "ValidationException"));
      assertInstanceOf(Failure.Unavailable.class, failure(() -> enqueue(entities(1))));

      proxy.answer((_, _) -> Answer.error(403, "AccessDeniedException"));
      assertInstanceOf(Failure.Denied.class, failure(() -> enqueue(entities(1))));
    }

    private static void enqueue(List<? extends Request> parts) {
      requestQueue.enqueue(parts, CAUSE, inAMinute());
    }
  }

  @Nested
  class DeadLetters {

    @Test
    void areTheMessagesOwnBodiesUnchangedWithTheReasonAsAttributes() {
      String body = " {\"connectorProfileName\" : \"Größe 客户 \ud83d\ude00\"}\n\t";
      DeadLetter letter = letter(body, "message-1");

      assertEquals(Set.of(letter), deadLetterQueue.send(List.of(letter), inAMinute()).accepted());

      Message message = queues.deadLetters().getFirst();
      assertEquals(body, message.body());
      assertEquals(
          Map.of(
              "ErrorCode", "InvalidRequest",
              "ErrorMessage", "/entity: expected no such member",
              "RequestID", "request-1",
              "CorrelationId", "cause-1",
              "SourceMessageId", "message-1",
              "ReceiveCount", "3"),
          attributes(message));
      assertEquals(Optional.of("crm"), group(message));
    }

    @ParameterizedTest(name = "{0} bytes short of 1 MiB")
    @ValueSource(ints = {0, 1, 28, 29, 100, 200, 300, 400})
    void ofTheGreatestSizeAreAcceptedWithAsManyAttributesAsFit(int room) {
      DeadLetter letter = letter("x".repeat(MAX_BYTES - room), "message-1");

      Sent sent = deadLetterQueue.send(List.of(letter), inAMinute());

      assertEquals(Set.of(letter), sent.accepted(), sent.refused()::toString);
      assertEquals(letter.attributes(), attributes(queues.deadLetters().getFirst()));
    }

    @Test
    void goInBatchesOfTenAtMostThatKeepWithinOneMebibyte() {
      new RandomCases(2)
          .check(
              random -> {
                proxy.forget();
                List<DeadLetter> letters = lettersOfAnySize(random);

                Sent sent = deadLetterQueue.send(letters, inAMinute());

                assertEquals(Set.copyOf(letters), sent.accepted(), sent.refused()::toString);
                for (SqsProxy.Batch batch : proxy.batches()) {
                  assertTrue(batch.entries().size() <= 10);
                  assertTrue(batch.bytes() <= MAX_BYTES, () -> batch.bytes() + " bytes");
                }
                queues.takeAll(queues.deadLetterQueueUrl());
              });
    }

    @Test
    void thatAreRefusedDoNotKeepTheOthers() {
      List<DeadLetter> letters = IntStream.range(0, 12).mapToObj(DeadLetters::numbered).toList();
      proxy.answer(Script.refusing(entry -> entry.body().matches(".*\"(3|11)\".*")));

      Sent sent = deadLetterQueue.send(letters, inAMinute());

      Failure why = new Failure.Unavailable("Disliked", "no message");
      assertEquals(Map.of(letters.get(3), why, letters.get(11), why), sent.refused());
      assertEquals(
          letters.stream().filter(letter -> !sent.refused().containsKey(letter)).collect(toSet()),
          sent.accepted());
    }

    @Test
    void thatSqsDoesNotAccountForAreNotAccepted() {
      DeadLetter letter = numbered(1);
      proxy.answer((_, _) -> new Answer(200, "{}"));

      Sent sent = deadLetterQueue.send(List.of(letter), inAMinute());

      assertEquals(Set.of(), sent.accepted());
      assertEquals("InvalidResponse", sent.refused().get(letter).code());
    }

    @Test
    void thatAreRefusedWithoutAReasonAreNotAccepted() {
      DeadLetter letter = numbered(1);
      proxy.answer((_, _) -> new Answer(200, "{\"Failed\":[{\"Id\":\"0\",\"SenderFault\":true}]}"));

      assertEquals(
          new Failure.Unavailable("InvalidResponse", "no message"),
          deadLetterQueue.send(List.of(letter), inAMinute()).refused().get(letter));
    }

    @Test
    void thatDidNotArriveAsTheyWereSentAreNotAccepted() {
      DeadLetter letter = numbered(1);
      proxy.answer(
          (batch, sqs) ->
              new Answer(
                  200,
                  sqs.apply(batch)
                      .body()
                      .replaceAll("(\"MD5OfMessageBody\":\")[0-9a-f]{32}", "$1" + "0".repeat(32))));

      Sent sent = deadLetterQueue.send(List.of(letter), inAMinute());

      assertEquals(Set.of(), sent.accepted());
      assertEquals("SdkClientException", sent.refused().get(letter).code());
    }

    static Stream<Arguments> failures() {
      return Stream.of(
          Arguments.of(Answer.error(400, "ThrottlingException"), Failure.Throttled.class),
          Arguments.of(Answer.error(403, "AccessDeniedException"), Failure.Denied.class),
          Arguments.of(Answer.error(400, "KmsAccessDenied"), Failure.Denied.class),
          Arguments.of(Answer.error(400, "ValidationException"), Failure.Unavailable.class),
          Arguments.of(Answer.error(500, "InternalFailure"), Failure.Unavailable.class),
          Arguments.of(new Answer(503, ""), Failure.Unavailable.class),
          Arguments.of(new Answer(200, "<html>"), Failure.Unavailable.class));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("failures")
    void ofABatchThatFailsAreRefusedTogetherButNotThoseOfTheOthers(
        Answer answer, Class<? extends Failure> failure) {
      List<DeadLetter> letters = IntStream.range(0, 12).mapToObj(DeadLetters::numbered).toList();
      proxy.answer((batch, sqs) -> batch.entries().size() == 10 ? answer : sqs.apply(batch));

      Sent sent = deadLetterQueue.send(letters, inAMinute());

      assertEquals(Set.copyOf(letters.subList(10, 12)), sent.accepted());
      assertEquals(Set.copyOf(letters.subList(0, 10)), sent.refused().keySet());
      sent.refused().values().forEach(why -> assertInstanceOf(failure, why));
    }

    private static DeadLetter numbered(int number) {
      return letter("{\"number\":\"%d\"}".formatted(number), "message-" + number);
    }

    private static DeadLetter letter(String body, String messageId) {
      return new DeadLetter(
          body,
          new Failure.Permanent("InvalidRequest", "/entity: expected no such member"),
          "request-1",
          new SqsMessage(
              messageId,
              "receipt",
              body,
              3,
              Optional.empty(),
              Optional.empty(),
              CAUSE,
              Optional.of("crm")));
    }

    /// Mostly small ones, and some that fill a batch almost or entirely.
    private static List<DeadLetter> lettersOfAnySize(RandomGenerator random) {
      return IntStream.range(0, 25)
          .mapToObj(
              i -> {
                int most = random.nextInt(4) == 0 ? MAX_BYTES : 120_000;
                String body = "x".repeat(random.nextInt(1, most + 1));
                return letter(body, "message-" + i);
              })
          .toList();
    }
  }

  /// The queue's own visibility timeout of half a minute is still running.
  @Nested
  class ReturnedMessages {

    @Test
    void stayInvisibleForAsLongAsIsAsked() {
      List<SqsMessage> received = receive(2);

      requestQueue.delay(
          Map.of(received.get(0), Duration.ofMinutes(15), received.get(1), Duration.ZERO),
          inAMinute());

      assertEquals(
          Set.of(
              received.get(0).receiptHandle() + ": 900", received.get(1).receiptHandle() + ": 0"),
          proxy.batches().getFirst().entries().stream()
              .map(
                  entry ->
                      handle(entry)
                          + ": "
                          + entry.json().member("VisibilityTimeout").orElseThrow().content())
              .collect(toSet()));
      assertEquals(new Depth(1, 1, 0), queues.depth());
    }

    @Test
    void areDelayedByTens() {
      requestQueue.delay(noDelay(receive(25)), inAMinute());

      assertEquals(List.of(5, 10, 10), proxy.sizes());
      assertEquals(new Depth(25, 0, 0), queues.depth());
    }

    @Test
    void ofWhichOneCannotBeDelayedAreAFailureAfterAllWereTried() {
      List<SqsMessage> received = receive(25);
      proxy.answer(
          Script.refusing(entry -> handle(entry).equals(received.getFirst().receiptHandle())));

      assertEquals(
          new Failure.Unavailable("Disliked", "no message"),
          failure(() -> requestQueue.delay(noDelay(received), inAMinute())));
      assertEquals(new Depth(24, 1, 0), queues.depth());
    }

    @Test
    void ofABatchThatFailsDoNotKeepTheOthers() {
      proxy.answer(
          (batch, sqs) ->
              batch.entries().size() == 10
                  ? Answer.error(500, "InternalFailure")
                  : sqs.apply(batch));

      assertEquals(
          "InternalFailure",
          failure(() -> requestQueue.delay(noDelay(receive(25)), inAMinute())).code());
      assertEquals(new Depth(5, 20, 0), queues.depth());
    }

    @Test
    void thatSqsNoLongerKnowsAreAFailureThatMayPass() {
      List<SqsMessage> received = receive(1);
      queues.client().purgeQueue(r -> r.queueUrl(queues.requestQueueUrl()));

      Failure failure = failure(() -> requestQueue.delay(noDelay(received), inAMinute()));

      assertInstanceOf(Failure.Retryable.class, failure);
    }

    @Test
    void thatSqsDoesNotAccountForAreAFailure() {
      proxy.answer((_, _) -> new Answer(200, "{}"));

      assertEquals(
          "InvalidResponse",
          failure(() -> requestQueue.delay(noDelay(receive(2)), inAMinute())).code());
    }

    private static String handle(SqsProxy.Entry entry) {
      return entry.json().text("ReceiptHandle").orElseThrow();
    }

    private static Map<SqsMessage, Duration> noDelay(List<SqsMessage> messages) {
      return messages.stream().collect(toMap(message -> message, _ -> Duration.ZERO));
    }

    /// Messages as the function has them in hand.
    private static List<SqsMessage> receive(int count) {
      queues.sendAll(IntStream.range(0, count).mapToObj("body %d"::formatted).toList());
      List<Message> received = new ArrayList<>();
      while (received.size() < count) {
        received.addAll(
            queues
                .client()
                .receiveMessage(r -> r.queueUrl(queues.requestQueueUrl()).maxNumberOfMessages(10))
                .messages());
      }
      byte[] event = SqsEvent.of(received, queues.requestQueueArn());
      return SqsMessage.batch(JsonValue.parse(event)).orElseThrow();
    }
  }

  /// Past it, Lambda would give up the invocation, and with it what was settled.
  @Nested
  class TheDeadline {

    /// Each is given 25 messages, and says why they were not taken.
    static Stream<Named<Function<Deadline, Failure>>> calls() {
      return Stream.of(
          Named.of(
              "parts",
              deadline -> failure(() -> requestQueue.enqueue(entities(25), CAUSE, deadline))),
          Named.of(
              "dead letters",
              deadline -> {
                List<DeadLetter> letters =
                    IntStream.range(0, 25).mapToObj(DeadLetters::numbered).toList();
                Sent sent = deadLetterQueue.send(letters, deadline);
                assertEquals(Set.copyOf(letters), sent.refused().keySet());
                return sent.refused().get(letters.getFirst());
              }),
          Named.of(
              "returned messages",
              deadline -> {
                Map<SqsMessage, Duration> returned =
                    ReturnedMessages.noDelay(ReturnedMessages.receive(25));
                return failure(() -> requestQueue.delay(returned, deadline));
              }));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void onceReachedLetsNoCallBegin(Function<Deadline, Failure> call) {
      Instant noon = Instant.parse("2026-11-23T12:00:00Z");

      assertEquals("OutOfTime", call.apply(new Deadline(InstantSource.fixed(noon), noon)).code());
      assertEquals(List.of(), proxy.sizes());
    }

    @ParameterizedTest
    @MethodSource("calls")
    void endsCallsThatSqsDoesNotAnswer(Function<Deadline, Failure> call) {
      CountDownLatch over = new CountDownLatch(1);
      proxy.answer(Script.stalledUntil(over));

      Instant noon = Instant.parse("2026-11-23T12:00:00Z");
      Failure failure = call.apply(Deadline.in(InstantSource.fixed(noon), Duration.ofMillis(500)));
      over.countDown();

      assertEquals("ApiCallTimeoutException", failure.code());
      assertEquals(List.of(5, 10, 10), proxy.sizes(), "there was no time for a retry");
    }
  }

  private static Request entity(String profile, String name) {
    return new Request.OfConnector(
        new NamedProfile(new ProfileName(profile)), new Entities.One(new EntityName(name)));
  }

  private static List<Request> entities(int count) {
    return IntStream.range(0, count).mapToObj(i -> entity("crm-prod", "Entity" + i)).toList();
  }

  private static Failure failure(Runnable call) {
    return assertThrows(RequestFailedException.class, call::run).failure();
  }

  private static Map<String, String> attributes(Message message) {
    return message.messageAttributes().entrySet().stream()
        .collect(toMap(Map.Entry::getKey, attribute -> attribute.getValue().stringValue()));
  }

  private static Optional<String> group(Message message) {
    return Optional.ofNullable(
        message.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID));
  }
}
