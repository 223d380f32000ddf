package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalQueues.Depth;
import io.github.metadatareset.local.LocalQueues.Settings;
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
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// The queues over SQS's wire protocol. Between the SDK and ElasticMQ is a proxy that records the
/// batches and can respond as ElasticMQ never would. No test depends on how fast the machine is:
/// the clock stands still, and timeouts expire when the test says so.
@Timeout(60)
@LongSuite(
    "The adapters of both queues speak the protocol of SQS, with the real SDK and a real queue server.")
class SqsQueuesTest {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final Correlation CORRELATION =
      new Correlation("correlation-1", OptionalInt.of(70));

  private static LocalQueues queues;
  private static SqsProxy proxy;
  private static final ManualTimers TIMERS = new ManualTimers();
  private static RequestQueue requestQueue;
  private static DeadLetterQueue deadLetterQueue;

  @BeforeAll
  static void start() {
    queues = LocalQueues.start(Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(12)));
    proxy = new SqsProxy(queues.endpoint());
    AwsClients aws = AwsFixture.clients(proxy.endpoint(), 8, TIMERS);
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
  class Requests {

    @Test
    void carryTheCorrelationAndTheMessageGroupOfTheirProfile() {
      Request request = entity("crm-prod", "Größe_客户");

      enqueue(List.of(request));

      Message message = queues.messages(queues.requestQueueUrl()).getFirst();
      assertEquals(request.json(), message.body());
      assertEquals(Map.of("CorrelationId", "correlation-1", "MaxCalls", "70"), attributes(message));
      assertEquals(Optional.of("crm-prod"), group(message));
    }

    @Test
    void areSentInBatchesOfTen() {
      List<Request> requests = entities(25);

      enqueue(requests);

      assertEquals(List.of(5, 10, 10), proxy.sizes());
      assertEquals(
          requests.stream().map(Request::json).collect(toSet()),
          queues.messages(queues.requestQueueUrl()).stream().map(Message::body).collect(toSet()));
    }

    @Test
    void needNoCallIfThereAreNone() {
      enqueue(List.of());

      assertEquals(List.of(), proxy.sizes());
    }

    @Test
    void failTogetherIfOneIsRefusedButAllAreSent() {
      proxy.answer(Script.refusing(entry -> entry.body().contains("Entity13")));

      Failure failure = failure(() -> enqueue(entities(25)));

      assertEquals(
          new Failure.Unavailable("Disliked", "no message").during("SendMessageBatch"), failure);
      assertEquals(3, proxy.sizes().size(), "all batches were sent");
    }

    @Test
    void failRetryablyWhateverTheErrorOfSqs() {
      proxy.answer((_, _) -> Answer.error(400, "ValidationException"));
      assertInstanceOf(Failure.Unavailable.class, failure(() -> enqueue(entities(1))));

      proxy.answer((_, _) -> Answer.error(403, "AccessDeniedException"));
      assertInstanceOf(Failure.Denied.class, failure(() -> enqueue(entities(1))));
    }

    private static void enqueue(List<? extends Request> requests) {
      requestQueue.enqueue(waiting(requests), inAMinute());
    }
  }

  @Nested
  class DeadLetters {

    @Test
    void haveTheBodyOfTheMessageAndTheReasonAsAttributes() {
      String body = " {\"connectorProfileName\" : \"Größe 客户 \ud83d\ude00\"}\n\t";
      DeadLetter deadLetter = deadLetter(body, "message-1");

      assertEquals(
          Set.of(deadLetter), deadLetterQueue.send(List.of(deadLetter), inAMinute()).accepted());

      Message message = queues.deadLetters().getFirst();
      assertEquals(body, message.body());
      assertEquals(
          Map.of(
              "ErrorCode", "InvalidRequest",
              "ErrorMessage", "/entity: expected no such member",
              "RequestID", "request-1",
              "CorrelationId", "correlation-1",
              "SourceMessageId", "message-1",
              "ReceiveCount", "3"),
          attributes(message));
      assertEquals(Optional.of("crm"), group(message));
    }

    @ParameterizedTest(name = "a body {0} bytes below 1 MiB")
    @ValueSource(ints = {0, 1, 28, 29, 100, 200, 300, 400})
    void ofTheMaximumSizeHaveAsManyAttributesAsFit(int room) {
      DeadLetter deadLetter = deadLetter("x".repeat(MAX_BYTES - room), "message-1");

      Sent sent = deadLetterQueue.send(List.of(deadLetter), inAMinute());

      assertEquals(Set.of(deadLetter), sent.accepted(), sent.refused()::toString);
      assertEquals(deadLetter.attributes(), attributes(queues.deadLetters().getFirst()));
    }

    @Test
    void areSentInBatchesOfAtMostTenAndOneMebibyte() {
      new RandomCases(2)
          .check(
              random -> {
                proxy.forget();
                List<DeadLetter> deadLetters = deadLettersOfAnySize(random);

                Sent sent = deadLetterQueue.send(deadLetters, inAMinute());

                assertEquals(Set.copyOf(deadLetters), sent.accepted(), sent.refused()::toString);
                for (SqsProxy.Batch batch : proxy.batches()) {
                  assertTrue(batch.entries().size() <= 10);
                  assertTrue(batch.bytes() <= MAX_BYTES, () -> batch.bytes() + " bytes");
                }
                queues.takeAll(queues.deadLetterQueueUrl());
              });
    }

    @Test
    void thatAreRefusedDoNotStopTheOthers() {
      List<DeadLetter> deadLetters =
          IntStream.range(0, 12).mapToObj(DeadLetters::numbered).toList();
      proxy.answer(Script.refusing(entry -> entry.body().matches(".*\"(3|11)\".*")));

      Sent sent = deadLetterQueue.send(deadLetters, inAMinute());

      Failure why = new Failure.Unavailable("Disliked", "no message").during("SendMessageBatch");
      assertEquals(Map.of(deadLetters.get(3), why, deadLetters.get(11), why), sent.refused());
      assertEquals(
          deadLetters.stream()
              .filter(deadLetter -> !sent.refused().containsKey(deadLetter))
              .collect(toSet()),
          sent.accepted());
    }

    @Test
    void thatTheResponseDoesNotListAreNotAccepted() {
      DeadLetter deadLetter = numbered(1);
      proxy.answer((_, _) -> new Answer(200, "{}"));

      Sent sent = deadLetterQueue.send(List.of(deadLetter), inAMinute());

      assertEquals(Set.of(), sent.accepted());
      assertEquals("InvalidResponse", sent.refused().get(deadLetter).code());
    }

    @Test
    void thatAreRefusedWithoutReasonAreNotAccepted() {
      DeadLetter deadLetter = numbered(1);
      proxy.answer((_, _) -> new Answer(200, "{\"Failed\":[{\"Id\":\"0\",\"SenderFault\":true}]}"));

      assertEquals(
          new Failure.Unavailable("InvalidResponse", "no message").during("SendMessageBatch"),
          deadLetterQueue.send(List.of(deadLetter), inAMinute()).refused().get(deadLetter));
    }

    @Test
    void withAWrongChecksumAreNotAccepted() {
      DeadLetter deadLetter = numbered(1);
      proxy.answer(
          (batch, sqs) ->
              new Answer(
                  200,
                  sqs.apply(batch)
                      .body()
                      .replaceAll("(\"MD5OfMessageBody\":\")[0-9a-f]{32}", "$1" + "0".repeat(32))));

      Sent sent = deadLetterQueue.send(List.of(deadLetter), inAMinute());

      assertEquals(Set.of(), sent.accepted());
      assertEquals("SdkClientException", sent.refused().get(deadLetter).code());
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
    void ofAFailedBatchAreRefusedButNotThoseOfOtherBatches(
        Answer answer, Class<? extends Failure> failure) {
      List<DeadLetter> deadLetters =
          IntStream.range(0, 12).mapToObj(DeadLetters::numbered).toList();
      proxy.answer((batch, sqs) -> batch.entries().size() == 10 ? answer : sqs.apply(batch));

      Sent sent = deadLetterQueue.send(deadLetters, inAMinute());

      assertEquals(Set.copyOf(deadLetters.subList(10, 12)), sent.accepted());
      assertEquals(Set.copyOf(deadLetters.subList(0, 10)), sent.refused().keySet());
      sent.refused().values().forEach(why -> assertInstanceOf(failure, why));
    }

    private static DeadLetter numbered(int number) {
      return deadLetter("{\"number\":\"%d\"}".formatted(number), "message-" + number);
    }

    private static DeadLetter deadLetter(String body, String messageId) {
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
              CORRELATION,
              Optional.of("crm")));
    }

    /// Mostly small ones, and some that almost fill a batch.
    private static List<DeadLetter> deadLettersOfAnySize(RandomGenerator random) {
      return IntStream.range(0, 25)
          .mapToObj(
              i -> {
                int most = random.nextInt(4) == 0 ? MAX_BYTES : 120_000;
                String body = "x".repeat(random.nextInt(1, most + 1));
                return deadLetter(body, "message-" + i);
              })
          .toList();
    }
  }

  /// The queue's own visibility timeout of twelve hours applies to messages that were not delayed.
  @Nested
  class ReturnedMessages {

    @Test
    void getTheirOwnVisibilityTimeout() {
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
    void areDelayedInBatchesOfTen() {
      requestQueue.delay(noDelay(receive(25)), inAMinute());

      assertEquals(List.of(5, 10, 10), proxy.sizes());
      assertEquals(new Depth(25, 0, 0), queues.depth());
    }

    @Test
    void failIfOneIsRefusedButAllOthersAreDelayed() {
      List<SqsMessage> received = receive(25);
      proxy.answer(
          Script.refusing(entry -> handle(entry).equals(received.getFirst().receiptHandle())));

      assertEquals(
          new Failure.Unavailable("Disliked", "no message").during("ChangeMessageVisibilityBatch"),
          failure(() -> requestQueue.delay(noDelay(received), inAMinute())));
      assertEquals(new Depth(24, 1, 0), queues.depth());
    }

    @Test
    void ofAFailedBatchDoNotStopTheOthers() {
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
    void thatSqsNoLongerHasAreARetryableFailure() {
      List<SqsMessage> received = receive(1);
      queues.client().purgeQueue(r -> r.queueUrl(queues.requestQueueUrl()));

      Failure failure = failure(() -> requestQueue.delay(noDelay(received), inAMinute()));

      assertInstanceOf(Failure.Retryable.class, failure);
    }

    @Test
    void thatTheResponseDoesNotListAreAFailure() {
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

    /// Messages as the function receives them.
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

  /// After it, Lambda would end the invocation and return all of its messages.
  @Nested
  class TheDeadline {

    /// Calls with 25 messages each, and why they fail.
    static Stream<Named<Function<Deadline, Failure>>> calls() {
      return Stream.of(
          Named.of(
              "enqueue",
              deadline -> failure(() -> requestQueue.enqueue(waiting(entities(25)), deadline))),
          Named.of(
              "send dead letters",
              deadline -> {
                List<DeadLetter> deadLetters =
                    IntStream.range(0, 25).mapToObj(DeadLetters::numbered).toList();
                Sent sent = deadLetterQueue.send(deadLetters, deadline);
                assertEquals(Set.copyOf(deadLetters), sent.refused().keySet());
                return sent.refused().get(deadLetters.getFirst());
              }),
          Named.of(
              "delay",
              deadline -> {
                Map<SqsMessage, Duration> returned =
                    ReturnedMessages.noDelay(ReturnedMessages.receive(25));
                return failure(() -> requestQueue.delay(returned, deadline));
              }));
    }

    @ParameterizedTest
    @MethodSource("calls")
    void letsNoCallBeginOnceItHasPassed(Function<Deadline, Failure> call) {
      assertEquals("OutOfTime", call.apply(new Deadline(CLOCK, NOON)).code());
      assertEquals(List.of(), proxy.sizes());
    }

    @ParameterizedTest
    @MethodSource("calls")
    void endsCallsWithoutResponse(Function<Deadline, Failure> call) throws Exception {
      CountDownLatch arrived = new CountDownLatch(3);
      CountDownLatch over = new CountDownLatch(1);
      Script stall = Script.stalledUntil(over);
      proxy.answer(
          (batch, sqs) -> {
            arrived.countDown();
            return stall.answer(batch, sqs);
          });
      Duration left = Duration.ofMillis(500);

      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Failure> failure = threads.submit(() -> call.apply(in(left)));
        arrived.await();

        TIMERS.expire(left);

        assertEquals("ApiCallTimeoutException", failure.get().code());
        assertEquals(List.of(5, 10, 10), proxy.sizes(), "no batch is sent again");
      } finally {
        over.countDown();
      }
    }
  }

  @Nested
  class AnAttempt {

    @Test
    void withoutResponseIsRepeatedAfterThreeSeconds() throws Exception {
      CountDownLatch arrived = new CountDownLatch(1);
      CountDownLatch over = new CountDownLatch(1);
      Script stall = Script.stalledUntil(over);
      AtomicInteger attempts = new AtomicInteger();
      proxy.answer(
          (batch, sqs) -> {
            if (attempts.getAndIncrement() > 0) {
              return sqs.apply(batch);
            }
            arrived.countDown();
            return stall.answer(batch, sqs);
          });

      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<?> call =
            threads.submit(() -> requestQueue.enqueue(waiting(entities(1)), inAMinute()));
        arrived.await();
        Duration attempt = Duration.ofSeconds(3);
        assertEquals(List.of(attempt, Duration.ofSeconds(8)), TIMERS.running());

        TIMERS.expire(attempt);

        call.get();
        assertEquals(2, attempts.get());
      } finally {
        over.countDown();
      }
    }

    @Test
    void thatFailsIsRepeatedTwice() {
      proxy.answer((_, _) -> Answer.error(500, "InternalFailure"));

      assertEquals(
          "InternalFailure",
          failure(() -> requestQueue.enqueue(waiting(entities(1)), inAMinute())).code());
      assertEquals(AwsClients.ATTEMPTS, proxy.sizes().size());
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
