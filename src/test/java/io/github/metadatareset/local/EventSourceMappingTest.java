package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import io.github.metadatareset.local.LocalQueues.Depth;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/// How the event source mapping collects batches, invokes the function and retries, and which event
/// the function receives. [ReportBatchItemFailuresTest] tests the meaning of responses.
class EventSourceMappingTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT.withBatchSize(10);

  /// So long that no test is slow enough to receive a message again by this timeout.
  private static final LocalQueues.Settings QUEUES =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  private static LocalQueues queues;

  @BeforeAll
  static void startQueues() {
    queues = LocalQueues.start(QUEUES);
  }

  @AfterAll
  static void closeQueues() {
    queues.close();
  }

  @AfterEach
  void emptyQueues() {
    queues.client().purgeQueue(r -> r.queueUrl(queues.requestQueueUrl()));
    queues.client().purgeQueue(r -> r.queueUrl(queues.deadLetterQueueUrl()));
  }

  // Retries and environments

  @Test
  void deliversAReturnedMessageAgainWithAHigherReceiveCount() throws Exception {
    queues.send("fails twice");
    var receives = new ConcurrentLinkedQueue<String>();
    RequestStreamHandler function =
        (in, out, context) -> {
          SQSMessage message = read(in).getRecords().getFirst();
          receives.add(message.getAttributes().get("ApproximateReceiveCount"));
          out.write(receives.size() < 3 ? failures(message.getMessageId()) : failures());
        };

    try (var mapping = new EventSourceMapping(queues, function, SETTINGS.withImmediateRetries())) {
      assertTrue(mapping.drain(LIMIT));
    }

    assertEquals(List.of("1", "2", "3"), List.copyOf(receives));
  }

  @Test
  void theRedrivePolicyMovesAMessageAfterItsLastReceive() throws Exception {
    try (var twoReceives = LocalQueues.start(QUEUES.withMaxReceiveCount(2));
        var mapping =
            new EventSourceMapping(
                twoReceives,
                (in, out, context) -> {
                  throw new IOException("always fails");
                },
                SETTINGS.withImmediateRetries())) {
      twoReceives.send("always fails", Map.of("CorrelationId", "c-1"));

      assertTrue(mapping.drain(LIMIT));

      assertEquals(2, mapping.invocations().size());
      var deadLetter = twoReceives.deadLetters().getFirst();
      assertEquals("always fails", deadLetter.body());
      assertEquals("c-1", deadLetter.messageAttributes().get("CorrelationId").stringValue());

      assertEquals(1, twoReceives.replay());
      assertEquals(new Depth(1, 0, 0), twoReceives.depth());
      assertEquals(List.of(), twoReceives.deadLetters());
    }
  }

  @Test
  void returnsTheBatchAndDiscardsTheEnvironmentAfterATimeout() throws Exception {
    queues.send("slow");
    var environments = new ConcurrentLinkedQueue<RequestStreamHandler>();
    var used = new ConcurrentLinkedQueue<RequestStreamHandler>();
    var firstIsRunning = new CountDownLatch(1);
    var invocations = new AtomicInteger();
    // Only the first invocation times out, however slow this machine is.
    EventSourceMapping.Timeout timeout =
        (_, running, _) -> {
          if (invocations.getAndIncrement() > 0) {
            return running.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
          }
          firstIsRunning.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
          throw new TimeoutException();
        };
    var settings =
        SETTINGS
            .withFunctionTimeout(Duration.ofMillis(200))
            .withImmediateRetries()
            .withConcurrency(1);

    try (var mapping =
        new EventSourceMapping(
            queues,
            () -> {
              var environment = new SlowTheFirstTime(environments.isEmpty(), used, firstIsRunning);
              environments.add(environment);
              return environment;
            },
            settings,
            timeout)) {
      assertTrue(mapping.drain(LIMIT));

      assertEquals("Task timed out after PT0.2S", mapping.invocations().getFirst().failure().get());
    }

    assertEquals(2, used.size());
    assertNotSame(List.copyOf(used).getFirst(), List.copyOf(used).getLast());
  }

  private record SlowTheFirstTime(
      boolean slow, Queue<RequestStreamHandler> used, CountDownLatch running)
      implements RequestStreamHandler {
    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      used.add(this);
      assertTrue(context.getRemainingTimeInMillis() <= 200);
      if (slow) {
        running.countDown();
        awaitInterruption();
      }
    }

    private static void awaitInterruption() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void reusesAnIdleEnvironment() throws Exception {
    send(30);
    var created = new AtomicInteger();
    var settings = SETTINGS.withConcurrency(1);

    try (var mapping =
        new EventSourceMapping(
            queues,
            () -> {
              created.incrementAndGet();
              return (in, out, context) -> {};
            },
            settings)) {
      assertTrue(mapping.drain(LIMIT));
      assertTrue(mapping.invocations().size() >= 3);
    }

    assertEquals(1, created.get());
  }

  // Batches

  @Test
  void fillsBatchesUpToTheirSize() throws Exception {
    send(250);

    try (var mapping =
        new EventSourceMapping(
            queues, (in, out, context) -> {}, SETTINGS.withBatchSize(100).withConcurrency(1))) {
      assertTrue(mapping.drain(LIMIT));

      assertEquals(
          List.of(100, 100, 50),
          mapping.invocations().stream()
              .map(invocation -> invocation.messageIds().size())
              .toList());
    }
  }

  @Test
  void keepsBatchesBelowSixMegabytes() throws Exception {
    String large = "x".repeat(1_000_000);
    IntStream.range(0, 8).forEach(i -> queues.send(large));

    try (var mapping = mapping((in, out, context) -> {})) {
      assertTrue(mapping.drain(LIMIT));

      assertEquals(
          List.of(3, 5),
          mapping.invocations().stream()
              .map(invocation -> invocation.messageIds().size())
              .sorted()
              .toList());
    }
  }

  @Test
  void runsAsManyInvocationsAtOnceAsConfigured() throws Exception {
    send(4);
    var together = new CyclicBarrier(2);

    try (var mapping =
        new EventSourceMapping(
            queues,
            (in, out, context) -> {
              try {
                together.await();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            },
            SETTINGS.withBatchSize(1).withConcurrency(2))) {
      assertTrue(mapping.drain(LIMIT));
    }
  }

  @Test
  void processesMessagesThatTheFunctionSends() throws Exception {
    queues.send("3");
    var bodies = new ConcurrentLinkedQueue<String>();

    assertTrue(
        drain(
            (in, out, context) -> {
              String body = read(in).getRecords().getFirst().getBody();
              bodies.add(body);
              if (!body.equals("0")) {
                queues.send(String.valueOf(Integer.parseInt(body) - 1));
              }
            }));

    assertEquals(List.of("3", "2", "1", "0"), List.copyOf(bodies));
  }

  @Test
  void waitsForADelayedMessage() throws Exception {
    queues
        .client()
        .sendMessage(
            r -> r.queueUrl(queues.requestQueueUrl()).messageBody("later").delaySeconds(1));

    assertTrue(drain((in, out, context) -> {}));
  }

  @Test
  void processesMessagesInTheBackgroundBetweenStartAndClose() throws Exception {
    var arrived = new CountDownLatch(1);

    try (var mapping = mapping((in, out, context) -> arrived.countDown())) {
      mapping.start();
      queues.send("hello");
      assertTrue(arrived.await(LIMIT.toSeconds(), TimeUnit.SECONDS));
    }

    assertEquals(new Depth(0, 0, 0), queues.depth());
  }

  @Test
  void stopsADrainAtItsLimit() throws Exception {
    queues.send("returned");

    try (var mapping = mapping((in, out, context) -> out.write('?'))) {
      assertFalse(mapping.drain(Duration.ofMillis(300)));
    }

    assertEquals(new Depth(0, 1, 0), queues.depth());
  }

  // The event and the context

  @Test
  void theEventHasTheFormOfAnSqsEvent() throws Exception {
    long before = System.currentTimeMillis();
    queues
        .client()
        .sendMessage(
            r ->
                r.queueUrl(queues.requestQueueUrl())
                    .messageBody("{\"connectorProfileName\":\"crm-prod\"}")
                    .messageGroupId("crm-prod")
                    .messageAttributes(
                        Map.of(
                            "CorrelationId", attribute("String").stringValue("c-1").build(),
                            "Hops", attribute("Number").stringValue("2").build(),
                            "Raw",
                                attribute("Binary")
                                    .binaryValue(SdkBytes.fromUtf8String("raw"))
                                    .build())));
    var events = new ConcurrentLinkedQueue<SQSEvent>();

    assertTrue(drain((in, out, context) -> events.add(read(in))));

    SQSMessage message = events.peek().getRecords().getFirst();
    assertEquals("{\"connectorProfileName\":\"crm-prod\"}", message.getBody());
    assertEquals(32, message.getMd5OfBody().length());
    assertEquals("aws:sqs", message.getEventSource());
    assertEquals(queues.requestQueueArn(), message.getEventSourceArn());
    assertEquals("us-east-1", message.getAwsRegion());
    var attributes = message.getAttributes();
    assertEquals("1", attributes.get("ApproximateReceiveCount"));
    assertEquals("crm-prod", attributes.get("MessageGroupId"));
    assertTrue(attributes.containsKey("SenderId"));
    long sent = Long.parseLong(attributes.get("SentTimestamp"));
    long received = Long.parseLong(attributes.get("ApproximateFirstReceiveTimestamp"));
    assertTrue(before <= sent && sent <= received);
    var messageAttributes = message.getMessageAttributes();
    assertEquals("c-1", messageAttributes.get("CorrelationId").getStringValue());
    assertEquals("String", messageAttributes.get("CorrelationId").getDataType());
    assertEquals("2", messageAttributes.get("Hops").getStringValue());
    assertEquals("Number", messageAttributes.get("Hops").getDataType());
    assertEquals(UTF_8.encode("raw"), messageAttributes.get("Raw").getBinaryValue());
    assertEquals(List.of(), messageAttributes.get("CorrelationId").getStringListValues());
  }

  @Test
  void givesEachInvocationItsOwnContext() throws Exception {
    queues.send("hello");
    List<String> requestIds = new ArrayList<>();
    var settings = SETTINGS.withFunctionTimeout(Duration.ofMinutes(10));

    try (var mapping =
        new EventSourceMapping(
            queues,
            (in, out, context) -> {
              requestIds.add(context.getAwsRequestId());
              assertTrue(context.getRemainingTimeInMillis() > Duration.ofMinutes(9).toMillis());
              assertTrue(context.getRemainingTimeInMillis() <= Duration.ofMinutes(10).toMillis());
            },
            settings)) {
      assertTrue(mapping.drain(LIMIT));
      assertEquals(Optional.empty(), mapping.invocations().getFirst().failure());
    }

    assertEquals(36, requestIds.getFirst().length());
  }

  private static void send(int count) {
    queues.sendAll(IntStream.range(0, count).mapToObj(i -> "message " + i).toList());
  }

  private static EventSourceMapping mapping(RequestStreamHandler function) {
    return new EventSourceMapping(queues, function, SETTINGS);
  }

  private static boolean drain(RequestStreamHandler function) throws InterruptedException {
    try (var mapping = mapping(function)) {
      boolean drained = mapping.drain(LIMIT);
      mapping
          .invocations()
          .forEach(
              invocation -> assertSame(true, invocation.failure().isEmpty(), invocation::toString));
      return drained;
    }
  }

  private static byte[] failures(String... ids) {
    var items = List.of(ids).stream().map("{\"itemIdentifier\":\"%s\"}"::formatted).toList();
    return ("{\"batchItemFailures\":" + items + "}").getBytes(UTF_8);
  }

  private static SQSEvent read(InputStream in) {
    PojoSerializer<SQSEvent> events =
        LambdaEventSerializers.serializerFor(SQSEvent.class, ClassLoader.getSystemClassLoader());
    return events.fromJson(in);
  }

  private static MessageAttributeValue.Builder attribute(String dataType) {
    return MessageAttributeValue.builder().dataType(dataType);
  }
}
