package io.github.metadatareset.faults;

import static io.github.metadatareset.faults.TriedFunction.MAX_RECEIVE_COUNT;
import static io.github.metadatareset.queue.SentMessage.message;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.local.SqsProxy.Script;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.SentMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.net.URI;
import java.time.Duration;
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

/// Every way in which SQS can fail to take what the function has for it: the parts of a split, a
/// dead letter, a backoff or a request that was made directly. Over HTTP, by the whole function on
/// the real SDK; AppFlow is an object. No message is deleted that does not lie elsewhere, and
/// nothing escapes.
@LongSuite("Every fault of SQS ends as documented, whatever the function sends.")
class SqsFaultMatrixTest {

  /// What goes wrong, and the failure that it is to the function; without a fault SQS is out of
  /// reach.
  record Row(String name, Optional<Fault> fault, Class<? extends Failure> failure, String code) {

    boolean isReachable() {
      return fault.isPresent();
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
          row("a bare 503", new Fault.Answer(503, "text/plain", "", false), "HTTP 503"),
          row("a 200 in HTML", Fault.html(), "SdkClientException"),
          row("an empty 200", Fault.emptyBody(), "InvalidResponse"),
          row("a 200 that is not JSON", Fault.garbageBody(), "SdkClientException"),
          row("a 200 that accounts for nothing", Fault.withoutRequestId(), "InvalidResponse"),
          row(
              "a 200 that refuses what it was given",
              new Fault.Answer(
                  200,
                  "application/x-amz-json-1.0",
                  "{\"Failed\":[{\"Id\":\"0\",\"Code\":\"InternalError\",\"SenderFault\":false},"
                      + "{\"Id\":\"1\",\"Code\":\"InternalError\",\"SenderFault\":false}]}",
                  true),
              "InternalError"),
          row("a body that is cut", Fault.cutBody(), "SdkClientException"),
          row("a garbage status line", Fault.garbageStatusLine(), "SdkClientException"),
          row("a connection that is closed", Fault.raw(""), "SdkClientException"),
          row("a connection reset", Fault.connectionReset(), "SdkClientException"),
          row(
              "a redirect",
              Fault.raw("HTTP/1.1 307 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
              "HTTP 307"),
          row("a stall", Fault.stall(), "ApiCallTimeoutException"),
          row(
              "an answer that drips",
              new Fault.Drip("", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
              "ApiCallTimeoutException"),
          new Row(
              "a port where nobody listens",
              Optional.empty(),
              Failure.Unavailable.class,
              "SdkClientException"));

  /// What meets the fault, and the message of which it comes.
  enum Way {
    PARTS(
        "SendMessageBatch",
        "{'requests':[{'connectorProfileName':'%1$sa','connectorType':'Slack'},"
            + "{'connectorProfileName':'%1$sb','connectorType':'Slack'}]}"),
    LETTERS("SendMessageBatch", "{'connectorProfile':'%s'}"),
    BACKOFF(
        "ChangeMessageVisibilityBatch",
        "{'connectorProfileName':'%sthrottled','connectorType':'Slack'}"),
    DIRECT("SendMessageBatch", PARTS.request);

    private final String operation;
    private final String request;

    Way(String operation, String request) {
      this.operation = operation;
      this.request = request;
    }

    String queue() {
      return this == LETTERS ? queues.deadLetterQueueUrl() : queues.requestQueueUrl();
    }
  }

  /// A function of its own, and what became of its messages.
  private static final class Trial implements Callable<Trial> {
    private final Way way;
    private final String mark;
    private final FakeAppFlow appFlow = new FakeAppFlow();
    private final TriedFunction function;

    /// The request, received for the last time but one, and for the last time.
    private final SentMessage again;
    private final SentMessage last;

    private Optional<Failure> thrown = Optional.empty();
    private List<String> returned = List.of();

    Trial(Row row, Way way, AwsClients aws) {
      this.way = way;
      this.mark = mark(row, way);
      this.again = message(mark + "again", request() + " ").received(MAX_RECEIVE_COUNT - 1);
      this.last = message(mark + "last", request() + "\n").received(MAX_RECEIVE_COUNT);
      this.function = function(appFlow, aws);
      appFlow.resetsFailing(
          call ->
              call.request().json().contains("throttled")
                  ? Optional.of(new Failure.Throttled("ThrottlingException", "Rate exceeded"))
                  : Optional.empty());
    }

    private String request() {
      return way.request.formatted(mark);
    }

    @Override
    public Trial call() {
      if (way == Way.DIRECT) {
        invoke();
      } else {
        returned = function.returned(again, last, message(mark + "sibling", SIBLING));
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

    boolean isMeant(Map<String, Object> input) {
      return input.toString().contains(mark) && way.queue().equals(input.get("QueueUrl"));
    }

    /// The error codes of the dead letters with that body.
    List<String> buried(SentMessage message) {
      return deadLetters.stream()
          .filter(letter -> letter.body().equals(message.body()))
          .map(letter -> letter.messageAttributes().get("ErrorCode").stringValue())
          .toList();
    }
  }

  private static final String SIBLING = "{'connectorProfileName':'chat','connectorType':'Slack'}";

  private static final Map<String, Future<Trial>> TRIALS = new HashMap<>();
  private static LocalQueues queues;
  private static List<Message> deadLetters;

  @BeforeAll
  static void tryThemAll() {
    queues = LocalQueues.start();
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      LocalStack.pointSdkTo(proxy.endpoint(), proxy.endpoint());
      tryThem(ROWS.stream().filter(Row::isReachable).toList(), proxy);
      LocalStack.pointSdkTo(proxy.endpoint(), URI.create("http://127.0.0.1:1"));
      tryThem(ROWS.stream().filter(row -> !row.isReachable()).toList(), proxy);
      deadLetters = queues.takeAll(queues.deadLetterQueueUrl());
    }
  }

  /// No more at the same time than answer within SQS's short timeouts.
  private static void tryThem(List<Row> rows, SqsProxy proxy) {
    try (ExecutorService threads = Executors.newFixedThreadPool(16, Thread.ofVirtual().factory())) {
      for (Row row : rows) {
        trials(row, proxy).forEach(trial -> TRIALS.put(trial.mark, threads.submit(trial)));
      }
    }
  }

  @AfterAll
  static void stop() {
    queues.close();
  }

  private static TriedFunction function(SqsProxy proxy) {
    LocalStack.pointSdkTo(proxy.endpoint(), proxy.endpoint());
    return function(new FakeAppFlow(), new AwsClients(8));
  }

  private static TriedFunction function(AppFlow appFlow, AwsClients aws) {
    return new TriedFunction(
        _ -> appFlow,
        aws.requestQueue(queues.requestQueueUrl()),
        aws.deadLetterQueue(queues.deadLetterQueueUrl()),
        Duration.ofMinutes(2));
  }

  private static List<Trial> trials(Row row, SqsProxy proxy) {
    AwsClients aws = new AwsClients(8);
    List<Trial> trials = Stream.of(Way.values()).map(way -> new Trial(row, way, aws)).toList();
    row.fault()
        .ifPresent(
            fault ->
                trials.forEach(
                    trial -> proxy.faults().always(trial.way.operation, fault, trial::isMeant)));
    return trials;
  }

  @ParameterizedTest(name = "meet {0}")
  @FieldSource("ROWS")
  void aMessageComesBackWhoseParts(Row row) throws Throwable {
    Trial trial = trial(row, Way.PARTS);

    assertReturned(
        trial, row.isReachable() ? List.of(trial.again) : List.of(trial.again, trial.last));
    assertEquals(row.isReachable() ? List.of(row.code()) : List.of(), trial.buried(trial.last));
    assertEquals(Optional.of(row.code()), trial.function.errorCode("returned"));
    assertEquals(
        row.failure() == Failure.Throttled.class ? 1 : 0, trial.function.metric("Throttled"));
    assertEquals(row.failure() == Failure.Denied.class ? 1 : 0, trial.function.metric("Denied"));
    assertEquals(0, trial.function.metric("Splits"));
  }

  @ParameterizedTest(name = "meets {0}")
  @FieldSource("ROWS")
  void aMessageComesBackWhoseDeadLetter(Row row) throws Throwable {
    Trial trial = trial(row, Way.LETTERS);

    assertReturned(trial, List.of(trial.again, trial.last));
    assertEquals(Optional.of(row.code()), trial.function.errorCode("dead letter not accepted"));
    assertEquals(0, trial.function.metric("DeadLetters"));
  }

  @ParameterizedTest(name = "meets {0}")
  @FieldSource("ROWS")
  void aMessageComesBackAllTheSameWhoseBackoff(Row row) throws Throwable {
    Trial trial = trial(row, Way.BACKOFF);

    assertReturned(
        trial, row.isReachable() ? List.of(trial.again) : List.of(trial.again, trial.last));
    assertEquals(
        row.isReachable() ? List.of("ThrottlingException") : List.of(), trial.buried(trial.last));
    assertEquals(Optional.of(row.code()), trial.function.errorCode("backoff not set"));
  }

  @ParameterizedTest(name = "meets {0}")
  @FieldSource("ROWS")
  void aDirectRequestIsThrownThatOnItsWayToTheQueue(Row row) throws Throwable {
    Failure thrown = trial(row, Way.DIRECT).thrown.orElseThrow();

    assertEquals(row.failure(), thrown.getClass());
    assertEquals(row.code(), thrown.code());
    assertTrue(!thrown.message().isBlank(), "it says what happened");
  }

  @Test
  void ofTwoMessagesThatOneComesBackWhoseDeadLetterIsRefused() {
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      proxy.answer(Script.refusing(entry -> entry.body().contains("disliked")));
      TriedFunction function = function(proxy);

      assertEquals(
          List.of("b"),
          function.returned(message("a", "{'x':'liked'}"), message("b", "{'x':'disliked'}")));
      assertEquals(Optional.of("Disliked"), function.errorCode("dead letter not accepted"));
      assertEquals(
          List.of("{\"x\":\"liked\"}"),
          queues.takeAll(queues.deadLetterQueueUrl()).stream().map(Message::body).toList());
    }
  }

  @Test
  void aMessageComesBackOfWhosePartsOneIsRefused() {
    try (SqsProxy proxy = new SqsProxy(queues.endpoint())) {
      proxy.answer(Script.refusing(entry -> entry.body().contains("disliked")));
      TriedFunction function = function(proxy);

      assertEquals(
          List.of("a"),
          function.returned(
              message(
                  "a",
                  "{'connectorProfileName':'chat','connectorType':'Slack',"
                      + "'entities':['liked','disliked']}")));
      assertEquals(Optional.of("Disliked"), function.errorCode("returned"));
    }
  }

  @Test
  void everyErrorIsTriedThatSqsDeclaresForWhatIsAskedOfIt() {
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

  private static void assertReturned(Trial trial, List<SentMessage> messages) {
    assertEquals(messages.stream().map(SentMessage::id).toList(), trial.returned);
    assertEquals(messages.size(), trial.function.metric("Returned"));
    assertEquals(
        List.of(SIBLING),
        trial.appFlow.resets().stream()
            .map(call -> call.request().json().replace('"', '\''))
            .toList());
  }

  private static String mark(Row row, Way way) {
    return "%s-%d-".formatted(way, ROWS.indexOf(row));
  }

  /// @throws Throwable whatever escaped
  private static Trial trial(Row row, Way way) throws Throwable {
    try {
      return TRIALS.get(mark(row, way)).get();
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
