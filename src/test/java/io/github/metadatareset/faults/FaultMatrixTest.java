package io.github.metadatareset.faults;

import static io.github.metadatareset.HandlerFixture.MAX_RECEIVE_COUNT;
import static io.github.metadatareset.queue.TestMessage.message;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.aws.ManualTimers;
import io.github.metadatareset.faults.AppFlowFault.Expected;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.model.AppflowException;

/// Every fault of AppFlow, over HTTP, with the whole function and the real SDK: in messages and
/// direct invocations, in calls and splits. The outcomes are those of docs/requests.md, and no
/// other exception is thrown.
///
/// All cases run at the same time, because the SDK waits seconds before it retries a throttled
/// call. Only the calls with a fault that has no end have a timeout: all others may take as long as
/// they need on this machine. The function's clock stands still, see [EndlessCalls].
@LongSuite("Every fault of AppFlow, on every kind of request, ends as documented.")
class FaultMatrixTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final String LIST = "ListConnectorEntities";
  private static final String LOOKUP = "DescribeConnectorProfiles";
  private static final String DESCRIBE = "DescribeConnectorEntity";

  private static final int MAX_CONCURRENT_CALLS = 16;

  /// The timeout of the function.
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  /// The timeout of the function for faults that only its deadline ends. So short that the calls
  /// end before the SDK makes a second attempt.
  private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(6);

  /// A kind of request, and the operation that has the fault.
  enum Scenario {
    QUEUED_CALL(RESET, "{'connectorProfileName':'%s','connectorType':'Slack'}"),
    QUEUED_SPLIT(LIST, "{'connectorProfileName':'%s','connectorType':'Slack','entities':'ALL'}"),
    DIRECT_CALL(RESET, "{'connectorProfileName':'%s','connectorType':'Slack'}"),
    DIRECT_LOOKUP(LOOKUP, "{'connectorProfileName':'%s'}"),
    DIRECT_SPLIT(LOOKUP, "{'connectorProfileName':'%s','entities':'ALL'}"),

    /// Each flow has the name of its profile.
    DIRECT_CHECK(DESCRIBE, "{'flowName':'%s','check':true}");

    private final String operation;
    private final String request;

    Scenario(String operation, String request) {
      this.operation = operation;
      this.request = request;
    }
  }

  /// A fault in a scenario. Each case has its own profile.
  private record Case(AppFlowFault fault, Scenario scenario, String profile) {

    static Case of(AppFlowFault fault, Scenario scenario) {
      return new Case(
          fault, scenario, "%s-%d".formatted(scenario, AppFlowFault.ALL.indexOf(fault)));
    }

    Optional<Expected> expected() {
      return scenario.operation.equals(RESET) ? fault.ofReset() : fault.ofRead();
    }

    boolean is(Class<? extends Failure> failure) {
      return expected().filter(it -> it.failure() == failure).isPresent();
    }

    boolean isReachable() {
      return fault.fault().isPresent();
    }

    String sibling() {
      return profile + "-sibling";
    }

    String request() {
      return scenario.request.formatted(profile);
    }

    boolean isFor(Map<String, Object> input) {
      return profile.equals(input.get("connectorProfileName"))
          || List.of(profile).equals(input.get("connectorProfileNames"));
    }
  }

  /// A function for one case, and the outcomes of its requests.
  private static final class Trial implements Callable<Trial> {
    private final Case faultCase;
    private final FakeQueues queues = new FakeQueues();
    private final TestFunction function;

    /// The same request on its last receive but one, and on its last receive.
    private final TestMessage beforeLast;
    private final TestMessage last;

    private Optional<String> answer = Optional.empty();
    private Optional<Failure> thrown = Optional.empty();
    private List<String> returned = List.of();

    Trial(Case faultCase, Function<Deadline, AppFlow> appFlow, InstantSource clock) {
      this.faultCase = faultCase;
      this.beforeLast =
          message("beforeLast", faultCase.request() + " ").received(MAX_RECEIVE_COUNT - 1);
      this.last = message("last", faultCase.request() + "\n").received(MAX_RECEIVE_COUNT);
      this.function =
          new TestFunction(
              HandlerFixture.of(appFlow, queues, queues).reports((_, _) -> {}).clock(clock));
    }

    @Override
    public Trial call() {
      switch (faultCase.scenario()) {
        case QUEUED_CALL, QUEUED_SPLIT -> receive();
        case DIRECT_CALL, DIRECT_LOOKUP, DIRECT_CHECK -> invoke();
        case DIRECT_SPLIT -> {
          invoke();
          receive();
        }
      }
      return this;
    }

    private void invoke() {
      try {
        answer = Optional.of(function.invoke(faultCase.request().replace('\'', '"'), timeout()));
      } catch (RequestFailedException e) {
        thrown = Optional.of(e.failure());
      }
    }

    private void receive() {
      returned =
          function.returned(
              timeout(),
              beforeLast,
              last,
              message("sibling", Scenario.QUEUED_CALL.request.formatted(faultCase.sibling())));
    }

    private Duration timeout() {
      return faultCase.fault().isEndless() ? SHORT_TIMEOUT : TIMEOUT;
    }

    /// The sub-requests of a split.
    List<String> subRequests() {
      return queues.requests().stream()
          .skip(faultCase.scenario() == Scenario.DIRECT_SPLIT ? 1 : 0)
          .toList();
    }
  }

  /// By profile.
  private static final Map<String, Future<Trial>> TRIALS = new HashMap<>();
  private static AppFlowEmulator emulator;

  @BeforeAll
  static void runAll() {
    emulator = AppFlowEmulator.start(new AppFlowAccount());
    List<Trial> trials =
        AppFlowFault.ALL.stream().map(FaultMatrixTest::trials).flatMap(List::stream).toList();
    trials.forEach(trial -> prepare(trial.faultCase));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      trials.forEach(trial -> TRIALS.put(trial.faultCase.profile(), threads.submit(trial)));
    }
    emulator.close();
  }

  /// The scenarios of a fault share one client. Throttled ones do not: they would slow each other
  /// down.
  private static List<Trial> trials(AppFlowFault fault) {
    LocalStack.pointSdkTo(fault.route().apply(emulator.endpoint()), emulator.endpoint());
    AwsClients shared = withoutTimeouts();
    return Stream.of(Scenario.values())
        .map(scenario -> Case.of(fault, scenario))
        .map(faultCase -> trial(faultCase, shared))
        .toList();
  }

  private static Trial trial(Case faultCase, AwsClients shared) {
    SettableClock clock = new SettableClock();
    if (faultCase.fault().isEndless()) {
      AwsClients withTimeouts = new AwsClients(MAX_CONCURRENT_CALLS);
      return new Trial(
          faultCase,
          new EndlessCalls(
              faultCase.profile(),
              faultCase.scenario().operation,
              withTimeouts::appFlow,
              shared::appFlow,
              clock),
          clock);
    }
    AwsClients aws = faultCase.is(Failure.Throttled.class) ? withoutTimeouts() : shared;
    return new Trial(faultCase, aws::appFlow, clock);
  }

  private static AwsClients withoutTimeouts() {
    return new ManualTimers().clients(MAX_CONCURRENT_CALLS);
  }

  private static void prepare(Case faultCase) {
    emulator
        .account()
        .addProfile(Profile.of(faultCase.profile(), "Slack"))
        .addProfile(Profile.of(faultCase.sibling(), "Slack"))
        .addEntity(faultCase.profile(), "channels")
        .addFlow(
            Flow.active(
                faultCase.profile(),
                FlowEnd.of("Slack", faultCase.profile(), "channels"),
                FlowEnd.s3("lake")));
    faultCase
        .fault()
        .fault()
        .ifPresent(
            fault ->
                emulator.faults().always(faultCase.scenario().operation, fault, faultCase::isFor));
  }

  static List<AppFlowFault> faults() {
    return AppFlowFault.ALL;
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aQueuedCallHasTheDocumentedOutcome(AppFlowFault fault) throws Throwable {
    assertMessageOutcomes(trial(fault, Scenario.QUEUED_CALL));
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aQueuedSplitHasTheDocumentedOutcome(AppFlowFault fault) throws Throwable {
    assertMessageOutcomes(trial(fault, Scenario.QUEUED_SPLIT));
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aDirectCallHasTheDocumentedOutcome(AppFlowFault fault) throws Throwable {
    assertAnswer(trial(fault, Scenario.DIRECT_CALL));
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aDirectLookupHasTheDocumentedOutcome(AppFlowFault fault) throws Throwable {
    assertAnswer(trial(fault, Scenario.DIRECT_LOOKUP));
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aDirectSplitIsQueuedAndThenHasTheDocumentedOutcome(AppFlowFault fault) throws Throwable {
    Trial trial = trial(fault, Scenario.DIRECT_SPLIT);

    assertEquals(answer(0, 1), trial.answer);
    assertEquals(trial.faultCase.request(), trial.queues.requests().getFirst());
    assertMessageOutcomes(trial);
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aDirectCheckReportsAPermanentFailureAndFailsWithAnyOther(AppFlowFault fault)
      throws Throwable {
    Trial trial = trial(fault, Scenario.DIRECT_CHECK);
    Case faultCase = trial.faultCase;

    if (faultCase.expected().isEmpty() || faultCase.is(Failure.Permanent.class)) {
      assertEquals(
          Optional.of(severity(faultCase)),
          JsonValue.parse(trial.answer.orElseThrow(), "").text("severity"));
    } else {
      Failure thrown = trial.thrown.orElseThrow();
      assertEquals(
          faultCase.expected(), Optional.of(new Expected(thrown.getClass(), thrown.code())));
    }
    assertEquals(List.of(), trial.queues.requests());
    assertEquals(List.of(), trial.queues.deadLetters());
    assertFailureMetrics(trial);
  }

  /// Of a flow from an entity to Amazon S3.
  private static String severity(Case faultCase) {
    return switch (faultCase.expected().map(Expected::code).orElse("")) {
      case "" -> "NONE";
      case "ResourceNotFoundException", "ConnectorAuthenticationException" -> "BREAKING";
      default -> "UNKNOWN";
    };
  }

  @ParameterizedTest(name = "with {0}")
  @MethodSource("faults")
  void aResetIsTriedThreeTimesAtMostAndOnceAfterAPermanentOrDeniedFailure(AppFlowFault fault) {
    Case faultCase = Case.of(fault, Scenario.QUEUED_CALL);
    long attempts =
        emulator.calls(RESET).stream().filter(call -> faultCase.isFor(call.input())).count();
    boolean notRetried =
        faultCase.is(Failure.Permanent.class) || faultCase.is(Failure.Denied.class);

    if (faultCase.is(Failure.Throttled.class)) {
      assertEquals(AwsClients.ATTEMPTS, attempts);
    } else if (notRetried && !fault.isRetriedForItsStatus()) {
      assertEquals(1, attempts);
    } else if (fault.isEndless()) {
      assertTrue(attempts <= 1, "the deadline ends the first attempt");
    } else {
      assertTrue(attempts <= AwsClients.ATTEMPTS, () -> attempts + " times");
    }
  }

  @Test
  void noOtherOperationIsCalledAfterARedirect() {
    assertEquals(
        Set.of(RESET, LIST, LOOKUP, "DescribeFlow", DESCRIBE),
        emulator.calls().stream().map(AppFlowEmulator.Call::operation).collect(toSet()));
  }

  @Test
  void theTableHasEveryErrorThatTheSdkDeclares() {
    Set<String> operations =
        Set.of(
            "resetConnectorMetadataCache",
            "listConnectorEntities",
            "describeConnectorProfiles",
            "describeConnector",
            "describeConnectorEntity",
            "listFlows",
            "describeFlow");
    Set<String> declared =
        Stream.of(AppflowClient.class.getMethods())
            .filter(method -> operations.contains(method.getName()))
            .flatMap(method -> Stream.of(method.getExceptionTypes()))
            .filter(AppflowException.class::isAssignableFrom)
            .filter(type -> type != AppflowException.class)
            .map(Class::getSimpleName)
            .collect(toSet());
    Set<String> tested =
        AppFlowFault.ALL.stream()
            .flatMap(fault -> fault.ofReset().stream())
            .map(Expected::code)
            .collect(toSet());

    assertTrue(declared.contains("ConnectorServerException"), declared::toString);
    declared.removeAll(tested);
    assertEquals(Set.of(), declared);
  }

  private static void assertMessageOutcomes(Trial trial) {
    Case faultCase = trial.faultCase;
    List<String> returned = new ArrayList<>();
    Map<String, String> deadLetters = new HashMap<>();
    if (faultCase.expected().isPresent()) {
      deadLetters.put(trial.last.id(), trial.last.body());
    }
    if (faultCase.is(Failure.Permanent.class)) {
      deadLetters.put(trial.beforeLast.id(), trial.beforeLast.body());
    } else if (faultCase.expected().isPresent()) {
      returned.add(trial.beforeLast.id());
    }
    if (!faultCase.isReachable()) {
      returned.add("sibling");
    }

    assertEquals(returned, trial.returned);
    assertEquals(Set.copyOf(returned), trial.queues.delays().keySet());
    assertDeadLetters(deadLetters, trial);
    assertResets(trial);
    assertMetrics(trial);
  }

  private static void assertDeadLetters(Map<String, String> bodies, Trial trial) {
    List<DeadLetter> sent = trial.queues.deadLetters();
    assertEquals(bodies.size(), sent.size(), sent::toString);
    assertEquals(
        bodies, sent.stream().collect(toMap(it -> it.source().messageId(), DeadLetter::body)));
    for (DeadLetter deadLetter : sent) {
      assertEquals(
          trial.faultCase.expected().map(Expected::code),
          Optional.of(deadLetter.attributes().get("ErrorCode")));
      assertTrue(deadLetter.attributes().get("ErrorMessage").length() > 1, deadLetter::toString);
    }
  }

  /// The sibling is always reset, and the request unless the fault is a failure.
  private static void assertResets(Trial trial) {
    Case faultCase = trial.faultCase;
    boolean isCompleted = faultCase.expected().isEmpty();
    long siblings = faultCase.isReachable() ? 1 : 0;
    assertEquals(
        siblings,
        emulator.resets().stream()
            .filter(input -> faultCase.sibling().equals(input.get("connectorProfileName")))
            .count());
    assertEquals(siblings + (isCompleted ? 1 : 0), trial.function.log().metric("Resets"));
    assertEquals(
        isCompleted && faultCase.scenario() != Scenario.QUEUED_CALL ? 1 : 0,
        trial.subRequests().size());
  }

  private static void assertMetrics(Trial trial) {
    TestFunction function = trial.function;
    assertFailureMetrics(trial);
    assertEquals(
        trial.faultCase.is(Failure.Permanent.class) ? 2 : 0, function.log().metric("Rejected"));
    assertEquals(trial.returned.size(), function.log().metric("Returned"));
    assertEquals(trial.queues.deadLetters().size(), function.log().metric("DeadLetters"));
  }

  private static void assertAnswer(Trial trial) {
    Case faultCase = trial.faultCase;
    boolean retried = faultCase.expected().isPresent() && !faultCase.is(Failure.Permanent.class);
    if (faultCase.is(Failure.Permanent.class)) {
      Failure thrown = trial.thrown.orElseThrow();
      assertEquals(
          faultCase.expected(), Optional.of(new Expected(thrown.getClass(), thrown.code())));
      assertTrue(!thrown.message().isBlank(), "the failure has a message");
    } else {
      assertEquals(retried ? answer(0, 1) : answer(1, 0), trial.answer);
    }
    assertEquals(retried ? List.of(faultCase.request()) : List.of(), trial.queues.requests());
    assertEquals(List.of(), trial.queues.deadLetters());
    assertFailureMetrics(trial);
  }

  private static void assertFailureMetrics(Trial trial) {
    assertEquals(
        trial.faultCase.is(Failure.Throttled.class) ? 1 : 0,
        trial.function.log().metric("Throttled"));
    assertEquals(
        trial.faultCase.is(Failure.Denied.class) ? 1 : 0, trial.function.log().metric("Denied"));
  }

  private static Optional<String> answer(int reset, int queued) {
    return Optional.of(
        "{\"reset\":%d,\"queued\":%d,\"correlationId\":\"%s\"}"
            .formatted(reset, queued, TestFunction.REQUEST_ID));
  }

  /// @throws Throwable what the function threw, other than the documented exception
  private static Trial trial(AppFlowFault fault, Scenario scenario) throws Throwable {
    try {
      return TRIALS.get(Case.of(fault, scenario).profile()).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }
}
