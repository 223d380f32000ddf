package io.github.metadatareset;

import static io.github.metadatareset.SentMessage.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.local.SqsProxy.Script;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ResetCall;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/// Lambda makes batches of up to 10,000 records and 6 MB.
class LargeBatchTest {

  private static final int RECORDS = 10_000;

  /// What CloudWatch Logs takes as one event everywhere, in bytes.
  private static final int MAX_LINE = 256 * 1024;

  /// A quarter of what the function has, in bytes.
  private static final long MOST_MEMORY = 128 * 1024 * 1024;

  private static final String OWN_CALL =
      "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
          + "{'eventSource':'appflow.amazonaws.com','eventName':'ResetConnectorMetadataCache'}}";

  private static final Failure THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final FakeQueues queues = new FakeQueues();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final MetadataResetHandler function =
      HandlerFixture.of(_ -> appFlow, queues, queues).log(log).handler();

  /// What each of twenty records is, over and over.
  private enum Kind {
    CALL(8),
    EQUAL_CALL(7),
    LIST_OF_TEN(1),
    IGNORED(1),
    MALFORMED(1),
    THROTTLED(1),
    THROTTLED_FOR_THE_LAST_TIME(1);

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

    static SentMessage record(int number) {
      return switch (of(number)) {
        case CALL -> message(id(number), call("Entity" + number));
        case EQUAL_CALL -> message(id(number), call("Account"));
        case LIST_OF_TEN -> message(id(number), list(number));
        case IGNORED -> message(id(number), OWN_CALL);
        case MALFORMED -> message(id(number), "{'entity':%d}".formatted(number));
        case THROTTLED -> message(id(number), call("Busy" + number));
        case THROTTLED_FOR_THE_LAST_TIME -> message(id(number), call("Busy" + number)).received(12);
      };
    }
  }

  @Test
  void ofEveryKindOfRecordIsAccountedForToTheLast() {
    appFlow.resetsFailing(call -> isBusy(call) ? Optional.of(THROTTLED) : Optional.empty());

    assertEquals(ids(Kind.THROTTLED), give(Kind::record));

    assertEquals(Set.copyOf(ids(Kind.THROTTLED)), queues.delays().keySet());
    assertEquals(
        sorted(ids(Kind.MALFORMED, Kind.THROTTLED_FOR_THE_LAST_TIME)),
        sorted(queues.letters().stream().map(letter -> letter.source().messageId()).toList()));
    assertEquals(4000 + 1, appFlow.resets().size());
    assertEquals(4000 + 1, Set.copyOf(appFlow.resets()).size(), "each once");
    assertEquals(500 * 10, queues.requests().size());
    assertEquals(500 * 10, Set.copyOf(queues.requests()).size(), "each once");
    assertEquals(
        Map.of(
            "Resets", 4001,
            "Splits", 500,
            "SubRequests", 5000,
            "Duplicates", 3499,
            "Ignored", 500,
            "Rejected", 500,
            "Returned", 500,
            "DeadLetters", 1000,
            "Throttled", 1000),
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
  void ofAsManyCausesIsOneLineThatFitsALogEvent() {
    give(
        number ->
            message(id(number), call("Account")).causedBy("c".repeat(123) + (10_000 + number)));

    assertEquals(1, log.toString(UTF_8).lines().count());
    assertTrue(log.size() < MAX_LINE, () -> log.size() + " bytes");
    assertEquals(1000, line().member("correlationIds").orElseThrow().asList("a list").size());
  }

  @Test
  void inWhichAllFailsTakesNoMoreThanAQuarterOfTheMemory() {
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

    assertEquals(RECORDS, give(number -> message(id(number), call("Busy" + number))).size());

    assertEquals(RECORDS, calls.get());
    assertTrue(live.get() < MOST_MEMORY, () -> live + " bytes");
  }

  /// Of thirty batches of letters SQS takes ten; then it does not answer until the invocation is
  /// over.
  @Test
  void whoseSettlementSqsHoldsUpIsAnsweredInTimeAndNothingIsDoneTwice() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (LocalStack stack = LocalStack.start(new AppFlowAccount());
        SqsProxy sqs = new SqsProxy(stack.queues().endpoint())) {
      System.setProperty("aws.endpointUrlSqs", sqs.endpoint().toString());
      Script stalled = Script.stalledUntil(over);
      AtomicInteger batches = new AtomicInteger();
      sqs.answer(
          (batch, onwards) ->
              over.getCount() == 0 || batches.incrementAndGet() <= 10
                  ? onwards.apply(batch)
                  : stalled.answer(batch, onwards));
      RequestStreamHandler inner = stack.function();
      RequestStreamHandler function =
          (in, out, context) -> {
            inner.handleRequest(in, out, context);
            over.countDown();
          };
      List<String> bodies = IntStream.range(0, 300).mapToObj("{\"entity\":%d}"::formatted).toList();
      stack.queues().sendAll(bodies);

      try (var mapping =
          new EventSourceMapping(
              stack.queues(),
              function,
              EventSourceMapping.Settings.DEFAULT
                  .withBatchSize(1000)
                  .withConcurrency(1)
                  .withFunctionTimeout(Duration.ofSeconds(4))
                  .withImmediateRetries())) {
        assertTrue(mapping.drain(Duration.ofMinutes(1)));

        assertEquals(
            List.of(200, 0),
            mapping.invocations().stream().map(each -> each.returnedIds().size()).toList());
      }
      assertEquals(
          sorted(bodies),
          sorted(stack.queues().deadLetters().stream().map(Message::body).toList()));
    }
  }

  /// @return the identifiers in the answer
  private List<String> give(IntFunction<SentMessage> record) {
    String event =
        SentMessage.batch(IntStream.range(0, RECORDS).mapToObj(record).toArray(SentMessage[]::new));
    return MetadataResetHandlerTest.ids(
        MetadataResetHandlerTest.invoke(function, event, Duration.ofMinutes(2)));
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

  private Map<String, Integer> metrics(String... names) {
    return Stream.of(names)
        .collect(toMap(name -> name, name -> line().member(name).orElseThrow().asInt("a number")));
  }

  /// The last line, which is about the invocation.
  private JsonValue line() {
    return JsonValue.parse(log.toString(UTF_8).lines().toList().getLast(), "");
  }
}
