package io.github.metadatareset.faults;

import static io.github.metadatareset.HandlerFixture.MAX_RECEIVE_COUNT;
import static io.github.metadatareset.queue.TestMessage.message;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.aws.ManualTimers;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.local.SqsProxy.Script;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.SqsException;

/// Every fault of SQS, over HTTP, with the whole function and the real SDK, when the function sends
/// sub-requests, dead letters or the request of a direct invocation, or sets a backoff. A message
/// is deleted only if SQS accepted what replaces it, and no other exception is thrown. AppFlow is a
/// fake.
///
/// Only the calls with a fault that has no end have a timeout: all others may take as long as they
/// need on this machine. The function's clock stands still, see [EndlessQueueCalls].
@LongSuite("Every fault of SQS ends as documented, for everything that the function sends.")
class SqsFaultMatrixTest {

  /// A fault, and the failure that the function must report. Without a fault SQS cannot be reached.
  record Row(String name, Optional<Fault> fault, Class<? extends Failure> failure, String code) {

    boolean isReachable() {
      return fault.isPresent();
    }

    /// Whether only a timeout ends the call.
    boolean isEndless() {
      return fault.filter(it -> it instanceof Fault.Stall || it instanceof Fault.Drip).isPresent();
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Row> ROWS =
      List.of(
          error(400, "QueueDoesNotExist"),
          error(400, "BatchEntryIdsNotDistinct"),
          error(400, "BatchRequestTooLong"),
          error(400, "EmptyBatchRequest"),
          error(400, "InvalidBatchEntryId"),
          error(400, "TooManyEntriesInBatchRequest"),
          error(400, "InvalidAddress"),
          error(403, "InvalidSecurity"),
          error(400, "UnsupportedOperation"),
          error(400, "KmsDisabled"),
          error(400, "KmsInvalidKeyUsage"),
          error(400, "KmsInvalidState"),
          error(400, "KmsNotFound"),
          error(400, "KmsOptInRequired"),
          error(400, "KmsThrottled"),
          error(400, "KmsAccessDenied", Failure.Denied.class),
          error(400, "RequestThrottled", Failure.Throttled.class),
          error(400, "ThrottlingException", Failure.Throttled.class),
          error(403, "AccessDeniedException", Failure.Denied.class),
          error(403, "ExpiredTokenException", Failure.Denied.class),
          error(400, "ValidationException"),
          error(404, "ResourceNotFoundException"),
          error(403, "OverLimit"),
          error(500, "InternalFailure"),
          error(503, "ServiceUnavailable"),
          row("a 503 without content", new Fault.Answer(503, "text/plain", "", false), "HTTP 503"),
          row("a 200 in HTML", Fault.html(), "SdkClientException"),
          row("an empty 200", Fault.emptyBody(), "InvalidResponse"),
          row("a 200 that is not JSON", Fault.garbageBody(), "SdkClientException"),
          row("a 200 without entries", Fault.withoutRequestId(), "InvalidResponse"),
          row(
              "a 200 that refuses every entry",
              new Fault.Answer(
                  200,
                  "application/x-amz-json-1.0",
                  "{\"Failed\":[{\"Id\":\"0\",\"Code\":\"InternalError\",\"SenderFault\":false},"
                      + "{\"Id\":\"1\",\"Code\":\"InternalError\",\"SenderFault\":false}]}",
                  true),
              "InternalError"),
          row("a truncated body", Fault.cutBody(), "SdkClientException"),
          row("a garbage status line", Fault.garbageStatusLine(), "SdkClientException"),
          row("a closed connection", Fault.raw(""), "SdkClientException"),
          row("a connection reset", Fault.connectionReset(), "SdkClientException"),
          row(
              "a redirect",
              Fault.raw("HTTP/1.1 307 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
              "HTTP 307"),
          row("a stalled connection", Fault.stall(), "ApiCallTimeoutException"),
          row(
              "a slow answer",
              new Fault.Drip(
                  "",
                  "HTTP/1.1 200 OK\r\nX: %s\r\nContent-Length: 2\r\n\r\n{}"
                      .formatted("x".repeat(9999))),
              "ApiCallTimeoutException"),
          new Row(
              "a closed port", Optional.empty(), Failure.Unavailable.class, "SdkClientException"));

  /// The operation that has the fault, and the request that leads to it.
  enum Scenario {
    SUB_REQUESTS(
        "SendMessageBatch",
        "{'requests':[{'connectorProfileName':'%1$sa','connectorType':'Slack'},"
            + "{'connectorProfileName':'%1$sb','connectorType':'Slack'}]}"),
    DEAD_LETTER("SendMessageBatch", "{'connectorProfile':'%s'}"),
    BACKOFF(
        "ChangeMessageVisibilityBatch",
        "{'connectorProfileName':'%sthrottled','connectorType':'Slack'}"),
    DIRECT("SendMessageBatch", SUB_REQUESTS.request);

    private final String operation;
    private final String request;

    Scenario(String operation, String request) {
      this.operation = operation;
      this.request = request;
    }

    String queue() {
      return this == DEAD_LETTER ? queues.deadLetterQueueUrl() : queues.requestQueueUrl();
    }
  }

  /// A function for one fault in one scenario, and the outcomes of its messages.
  private static final class Trial implements Callable<Trial> {
    private final Scenario scenario;
    private final String prefix;
    private final FakeAppFlow appFlow = new FakeAppFlow();
    private final TestFunction function;

    /// The same request on its last receive but one, and on its last receive.
    private final TestMessage beforeLast;
    private final TestMessage last;

    private Optional<Failure> thrown = Optional.empty();
    private List<String> returned = List.of();

    Trial(Row row, Scenario scenario, AwsClients aws) {
      this.scenario = scenario;
      this.prefix = prefix(row, scenario);
      this.beforeLast =
          message(prefix + "before-last", request() + " ").received(MAX_RECEIVE_COUNT - 1);
      this.last = message(prefix + "last", request() + "\n").received(MAX_RECEIVE_COUNT);
      this.function = function(row, scenario, appFlow, aws);
      appFlow.resetsFailing(
          call ->
              call.request().json().contains("throttled")
                  ? Optional.of(new Failure.Throttled("ThrottlingException", "Rate exceeded"))
                  : Optional.empty());
    }

    private String request() {
      return scenario.request.formatted(prefix);
    }

    @Override
    public Trial call() {
      if (scenario == Scenario.DIRECT) {
        invoke();
      } else {
        returned = function.returned(beforeLast, last, message(prefix + "sibling", SIBLING));
      }
      return this;
    }

    private void invoke() {
      try {
        function.invoke(request().replace('\'', '"'));
      } catch (RequestFailedException e) {
        thrown = Optional.of(e.failure());
      }
    }

    boolean isFor(Map<String, Object> input) {
      return input.toString().contains(prefix) && scenario.queue().equals(input.get("QueueUrl"));
    }

    /// The error codes of the dead letters with that body.
    List<String> deadLetterCodes(TestMessage message) {
      return deadLetters.stream()
          .filter(deadLetter -> deadLetter.body().equals(message.body()))
          .map(deadLetter -> deadLetter.messageAttributes().get("ErrorCode").stringValue())
          .toList();
    }
  }

  private static final String SIBLING = "{'connectorProfileName':'chat','connectorType':'Slack'}";

  private static final Map<String, Future<Trial>> TRIALS = new HashMap<>();
  private static LocalQueues queues;
  private static List<Message> deadLetters;

  @BeforeAll
  static void runAll() {
    queues = LocalQueues.start();
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      LocalStack.pointSdkTo(proxy.endpoint(), proxy.endpoint());
      run(ROWS.stream().filter(Row::isReachable).toList(), proxy);
      LocalStack.pointSdkTo(proxy.endpoint(), URI.create("http://127.0.0.1:1"));
      run(ROWS.stream().filter(row -> !row.isReachable()).toList(), proxy);
      deadLetters = queues.takeAll(queues.deadLetterQueueUrl());
    }
  }

  private static void run(List<Row> rows, SqsProxy proxy) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Row row : rows) {
        trials(row, proxy).forEach(trial -> TRIALS.put(trial.prefix, threads.submit(trial)));
      }
    }
  }

  @AfterAll
  static void stop() {
    queues.close();
  }

  private static TestFunction function(SqsProxy proxy) {
    LocalStack.pointSdkTo(proxy.endpoint(), proxy.endpoint());
    AwsClients aws = withoutTimeouts();
    return new TestFunction(
        HandlerFixture.of(_ -> new FakeAppFlow(), requestQueue(aws), deadLetterQueue(aws)));
  }

  private static TestFunction function(
      Row row, Scenario scenario, AppFlow appFlow, AwsClients aws) {
    if (!row.isEndless()) {
      return new TestFunction(
          HandlerFixture.of(_ -> appFlow, requestQueue(aws), deadLetterQueue(aws)));
    }
    SettableClock clock = new SettableClock();
    AwsClients real = new AwsClients(8);
    RequestQueue endlessRequests = new EndlessQueueCalls.Requests(requestQueue(real), clock);
    RequestQueue requestQueue = requestQueue(aws);
    RequestQueue requests =
        switch (scenario) {
          case SUB_REQUESTS, DIRECT ->
              new EndlessQueueCalls.Operations(endlessRequests, requestQueue);
          case BACKOFF -> new EndlessQueueCalls.Operations(requestQueue, endlessRequests);
          case DEAD_LETTER -> requestQueue;
        };
    DeadLetterQueue deadLetters =
        scenario == Scenario.DEAD_LETTER
            ? new EndlessQueueCalls.DeadLetters(deadLetterQueue(real), clock)
            : deadLetterQueue(aws);
    return new TestFunction(HandlerFixture.of(_ -> appFlow, requests, deadLetters).clock(clock));
  }

  private static RequestQueue requestQueue(AwsClients aws) {
    return aws.requestQueue(queues.requestQueueUrl());
  }

  private static DeadLetterQueue deadLetterQueue(AwsClients aws) {
    return aws.deadLetterQueue(queues.deadLetterQueueUrl());
  }

  private static AwsClients withoutTimeouts() {
    return new ManualTimers().clients(8);
  }

  private static List<Trial> trials(Row row, SqsProxy proxy) {
    AwsClients aws = withoutTimeouts();
    List<Trial> trials =
        Stream.of(Scenario.values()).map(scenario -> new Trial(row, scenario, aws)).toList();
    row.fault()
        .ifPresent(
            fault ->
                trials.forEach(
                    trial -> proxy.faults().always(trial.scenario.operation, fault, trial::isFor)));
    return trials;
  }

  @ParameterizedTest(name = "with {0}")
  @FieldSource("ROWS")
  void aMessageIsReturnedIfItsSubRequestsAreNotSent(Row row) throws Throwable {
    Trial trial = trial(row, Scenario.SUB_REQUESTS);

    assertReturned(
        trial,
        row.isReachable() ? List.of(trial.beforeLast) : List.of(trial.beforeLast, trial.last));
    assertEquals(
        row.isReachable() ? List.of(row.code()) : List.of(), trial.deadLetterCodes(trial.last));
    assertEquals(Optional.of(row.code()), trial.function.log().errorCode("returned"));
    assertEquals(
        row.failure() == Failure.Throttled.class ? 1 : 0, trial.function.log().metric("Throttled"));
    assertEquals(
        row.failure() == Failure.Denied.class ? 1 : 0, trial.function.log().metric("Denied"));
    assertEquals(0, trial.function.log().metric("Splits"));
  }

  @ParameterizedTest(name = "with {0}")
  @FieldSource("ROWS")
  void aMessageIsReturnedIfItsDeadLetterIsNotSent(Row row) throws Throwable {
    Trial trial = trial(row, Scenario.DEAD_LETTER);

    assertReturned(trial, List.of(trial.beforeLast, trial.last));
    assertEquals(
        Optional.of(row.code()), trial.function.log().errorCode("dead letter not accepted"));
    assertEquals(0, trial.function.log().metric("DeadLetters"));
  }

  @ParameterizedTest(name = "with {0}")
  @FieldSource("ROWS")
  void aMessageIsReturnedEvenIfItsBackoffIsNotSet(Row row) throws Throwable {
    Trial trial = trial(row, Scenario.BACKOFF);

    assertReturned(
        trial,
        row.isReachable() ? List.of(trial.beforeLast) : List.of(trial.beforeLast, trial.last));
    assertEquals(
        row.isReachable() ? List.of("ThrottlingException") : List.of(),
        trial.deadLetterCodes(trial.last));
    assertEquals(Optional.of(row.code()), trial.function.log().errorCode("backoff not set"));
  }

  @ParameterizedTest(name = "with {0}")
  @FieldSource("ROWS")
  void aDirectInvocationThrowsIfItsRequestIsNotSent(Row row) throws Throwable {
    Failure thrown = trial(row, Scenario.DIRECT).thrown.orElseThrow();

    assertEquals(row.failure(), thrown.getClass());
    assertEquals(row.code(), thrown.code());
    assertTrue(!thrown.message().isBlank(), "the failure has a message");
  }

  @Test
  void onlyTheMessageWhoseDeadLetterIsRefusedIsReturned() {
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      proxy.answer(Script.refusing(entry -> entry.body().contains("refused")));
      TestFunction function = function(proxy);

      assertEquals(
          List.of("b"),
          function.returned(message("a", "{'x':'accepted'}"), message("b", "{'x':'refused'}")));
      assertEquals(Optional.of("Disliked"), function.log().errorCode("dead letter not accepted"));
      assertEquals(
          List.of("{\"x\":\"accepted\"}"),
          queues.takeAll(queues.deadLetterQueueUrl()).stream().map(Message::body).toList());
    }
  }

  @Test
  void aMessageIsReturnedIfOneOfItsSubRequestsIsRefused() {
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      proxy.answer(Script.refusing(entry -> entry.body().contains("refused")));
      TestFunction function = function(proxy);

      assertEquals(
          List.of("a"),
          function.returned(
              message(
                  "a",
                  "{'connectorProfileName':'chat','connectorType':'Slack',"
                      + "'entities':['accepted','refused']}")));
      assertEquals(Optional.of("Disliked"), function.log().errorCode("returned"));
    }
  }

  @Test
  void theTableHasEveryErrorThatTheSdkDeclares() {
    Set<String> declared =
        Stream.of(SqsClient.class.getMethods())
            .filter(
                method ->
                    Set.of("sendMessageBatch", "changeMessageVisibilityBatch")
                        .contains(method.getName()))
            .flatMap(method -> Stream.of(method.getExceptionTypes()))
            .filter(SqsException.class::isAssignableFrom)
            .filter(type -> type != SqsException.class)
            .map(Class::getSimpleName)
            .collect(toSet());

    assertTrue(declared.contains("QueueDoesNotExistException"), declared::toString);
    ROWS.forEach(row -> declared.remove(row.code() + "Exception"));
    assertEquals(Set.of(), declared);
  }

  private static void assertReturned(Trial trial, List<TestMessage> messages) {
    assertEquals(messages.stream().map(TestMessage::id).toList(), trial.returned);
    assertEquals(messages.size(), trial.function.log().metric("Returned"));
    assertEquals(
        List.of(SIBLING),
        trial.appFlow.resets().stream()
            .map(call -> call.request().json().replace('"', '\''))
            .toList());
  }

  private static String prefix(Row row, Scenario scenario) {
    return "%s-%d-".formatted(scenario, ROWS.indexOf(row));
  }

  /// @throws Throwable what the function threw, other than the documented exception
  private static Trial trial(Row row, Scenario scenario) throws Throwable {
    try {
      return TRIALS.get(prefix(row, scenario)).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static Row error(int status, String code) {
    return error(status, code, Failure.Unavailable.class);
  }

  private static Row error(int status, String code, Class<? extends Failure> failure) {
    return new Row(
        code,
        Optional.of(
            new Fault.Answer(
                status,
                "application/x-amz-json-1.0",
                "{\"__type\":\"com.amazonaws.sqs#%s\",\"message\":\"no\"}".formatted(code),
                true)),
        failure,
        code);
  }

  private static Row row(String name, Fault fault, String code) {
    return new Row(name, Optional.of(fault), Failure.Unavailable.class, code);
  }
}
