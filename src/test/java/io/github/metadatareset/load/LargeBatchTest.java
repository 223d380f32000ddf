package io.github.metadatareset.load;

import static io.github.metadatareset.queue.TestMessage.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.invocation.LogLines;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/// Lambda sends batches of up to 10,000 records and 6 MB.
@LongSuite(
    "A batch of 10,000 records is handled within the limits of memory and time, with one log line.")
class LargeBatchTest {

  private static final int RECORDS = 10_000;

  /// The longest event that CloudWatch Logs accepts in every Region, in bytes.
  private static final int MAX_LINE = 256 * 1024;

  /// A quarter of the memory of the function, in bytes.
  private static final long MAX_MEMORY = 128 * 1024 * 1024;

  /// Only a test that is stuck takes so long.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /// A message is not received again before it is returned, however slow this machine is.
  private static final LocalQueues.Settings LONG_VISIBILITY_TIMEOUT =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  private static final String OWN_CALL =
      "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
          + "{'eventSource':'appflow.amazonaws.com','eventName':'ResetConnectorMetadataCache'}}";

  private static final Failure THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final FakeQueues queues = new FakeQueues();
  private final TestFunction function =
      new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues));

  /// The kinds of records, and how many of each are in every twenty.
  private enum Kind {
    CALL(8),
    EQUAL_CALL(7),
    LIST_OF_TEN(1),
    IGNORED(1),
    MALFORMED(1),
    THROTTLED(1),
    THROTTLED_ON_LAST_RECEIVE(1);

    private static final List<Kind> TWENTY =
        Stream.of(values())
            .flatMap(kind -> Collections.nCopies(kind.share, kind).stream())
            .toList();

    private final int share;

    Kind(int share) {
      this.share = share;
    }

    static Kind of(int number) {
      return TWENTY.get(number % TWENTY.size());
    }

    static TestMessage record(int number) {
      return switch (of(number)) {
        case CALL -> message(id(number), call("Entity" + number));
        case EQUAL_CALL -> message(id(number), call("Account"));
        case LIST_OF_TEN -> message(id(number), list(number));
        case IGNORED -> message(id(number), OWN_CALL);
        case MALFORMED -> message(id(number), "{'entity':%d}".formatted(number));
        case THROTTLED -> message(id(number), call("Busy" + number));
        case THROTTLED_ON_LAST_RECEIVE -> message(id(number), call("Busy" + number)).received(12);
      };
    }
  }

  @Test
  void everyRecordHasItsOutcome() {
    appFlow.resetsFailing(call -> isBusy(call) ? Optional.of(THROTTLED) : Optional.empty());

    assertEquals(ids(Kind.THROTTLED), returned(Kind::record));

    assertEquals(Set.copyOf(ids(Kind.THROTTLED)), queues.delays().keySet());
    assertEquals(
        sorted(ids(Kind.MALFORMED, Kind.THROTTLED_ON_LAST_RECEIVE)),
        sorted(queues.deadLetters().stream().map(each -> each.source().messageId()).toList()));
    assertEquals(4000 + 1, appFlow.resets().size());
    assertEquals(4000 + 1, Set.copyOf(appFlow.resets()).size(), "each once");
    assertEquals(500 * 10, queues.requests().size());
    assertEquals(500 * 10, Set.copyOf(queues.requests()).size(), "each once");
    assertEquals(
        Map.of(
            "Resets", 4001L,
            "Splits", 500L,
            "SubRequests", 5000L,
            "Duplicates", 3499L,
            "Ignored", 500L,
            "Rejected", 500L,
            "Returned", 500L,
            "DeadLetters", 1000L,
            "Throttled", 1000L),
        metrics(
            "Resets",
            "Splits",
            "SubRequests",
            "Duplicates",
            "Ignored",
            "Rejected",
            "Returned",
            "DeadLetters",
            "Throttled"));
  }

  @Test
  void logsOneLineForManyCorrelationIdsAndOneForTheirReset() {
    returned(
        number ->
            message(id(number), call("Account"))
                .withCorrelationId("c".repeat(123) + (10_000 + number)));

    String log = function.logText();
    assertEquals(2, log.lines().count());
    assertTrue(log.getBytes(UTF_8).length < MAX_LINE, () -> log.length() + " bytes");
    assertEquals(
        1000,
        function.log().invocation().member("correlationIds").orElseThrow().asList("a list").size());
  }

  @Test
  void aBatchOfFailuresUsesAtMostAQuarterOfTheMemory() {
    AtomicInteger calls = new AtomicInteger();
    AtomicLong live = new AtomicLong();
    long before = Heap.live();
    appFlow.resetsFailing(
        _ -> {
          if (calls.incrementAndGet() == RECORDS) {
            live.set(Heap.live() - before);
          }
          return Optional.of(THROTTLED);
        });

    assertEquals(RECORDS, returned(number -> message(id(number), call("Busy" + number))).size());

    assertEquals(RECORDS, calls.get());
    assertTrue(live.get() < MAX_MEMORY, () -> live + " bytes");
  }

  @Test
  void aBatchIsAnsweredInTimeAndDeadLetteredOnceIfSqsStalls() throws Exception {
    StallingSqs stalling = new StallingSqs();
    try (LocalStack stack =
            LocalStack.start(AppFlowEmulator.start(new AppFlowAccount()), LONG_VISIBILITY_TIMEOUT);
        SqsProxy sqs = new SqsProxy(stack.queues().endpoint())) {
      System.setProperty("aws.endpointUrlSqs", sqs.endpoint().toString());
      sqs.answer(stalling);
      List<String> bodies = IntStream.range(0, 300).mapToObj("{\"entity\":%d}"::formatted).toList();
      stack.queues().sendAll(bodies);

      try (var mapping =
          new EventSourceMapping(
              stack.queues(),
              stalling.function(stack, Duration.ofSeconds(4)),
              EventSourceMapping.Settings.DEFAULT
                  .withBatchSize(1000)
                  .withConcurrency(1)
                  .withFunctionTimeout(LIMIT)
                  .withImmediateRetries())) {
        assertTrue(mapping.drain(LIMIT), "the queue is not empty");

        assertEquals(
            List.of(200, 0),
            mapping.invocations().stream().map(each -> each.returnedIds().size()).toList());
      }
      assertEquals(
          sorted(bodies),
          sorted(stack.queues().deadLetters().stream().map(Message::body).toList()));
    }
  }

  /// @return the IDs of the messages that return to the queue
  private List<String> returned(IntFunction<TestMessage> record) {
    return function.returned(
        IntStream.range(0, RECORDS).mapToObj(record).toArray(TestMessage[]::new));
  }

  private static String id(int number) {
    return "message-" + number;
  }

  private static List<String> ids(Kind... kinds) {
    return IntStream.range(0, RECORDS)
        .filter(number -> List.of(kinds).contains(Kind.of(number)))
        .mapToObj(LargeBatchTest::id)
        .toList();
  }

  private static String call(String entity) {
    return "{'connectorProfileName':'crm','connectorType':'Slack','connectorEntityName':'%s'}"
        .formatted(entity);
  }

  private static String list(int number) {
    return IntStream.range(0, 10)
        .mapToObj(i -> "'Entity%d_%d'".formatted(number, i))
        .collect(
            joining(
                ",", "{'connectorProfileName':'crm','connectorType':'Slack','entities':[", "]}"));
  }

  private static boolean isBusy(ResetCall call) {
    return call.connectorEntityName().filter(name -> name.value().startsWith("Busy")).isPresent();
  }

  private static List<String> sorted(List<String> texts) {
    return texts.stream().sorted().toList();
  }

  private Map<String, Long> metrics(String... names) {
    LogLines log = function.log();
    return Stream.of(names).collect(toMap(name -> name, log::metric));
  }
}
