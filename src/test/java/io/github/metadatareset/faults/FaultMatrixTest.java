package io.github.metadatareset.faults;

import static io.github.metadatareset.faults.TriedFunction.MAX_RECEIVE_COUNT;
import static io.github.metadatareset.queue.SentMessage.message;
import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.faults.AppFlowFault.Expected;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.SentMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.model.AppflowException;

/// Every way in which AppFlow can fail to answer as it should, met by the whole function on the
/// real SDK, over HTTP: on the queue and directly, by a call and on the way to a split. What
/// becomes of the request is what the README's table says, and nothing escapes.
///
/// All are tried at the same time, as the SDK lets seconds pass before it tries a throttled call
/// again; after them, when the machine has time, those faults that only the deadline ends.
@LongSuite("Every fault of AppFlow, on every kind of request, ends as documented.")
class FaultMatrixTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final String LIST = "ListConnectorEntities";
  private static final String LOOK_UP = "DescribeConnectorProfiles";

  private static final int MAX_CONCURRENT_CALLS = 16;

  /// Timeouts of the function.
  private static final Duration IN_TIME = Duration.ofMinutes(2);

  private static final Duration SOON = Duration.ofSeconds(6);

  /// How a request for a profile gets to the fault, and which operation meets it.
  enum Way {
    QUEUED_CALL(RESET, "{'connectorProfileName':'%s','connectorType':'Slack'}"),
    QUEUED_SPLIT(LIST, "{'connectorProfileName':'%s','connectorType':'Slack','entities':'ALL'}"),
    DIRECT_CALL(RESET, "{'connectorProfileName':'%s','connectorType':'Slack'}"),
    DIRECT_LOOK_UP(LOOK_UP, "{'connectorProfileName':'%s'}"),
    DIRECT_SPLIT(LOOK_UP, "{'connectorProfileName':'%s','entities':'ALL'}");

    private final String operation;
    private final String request;

    Way(String operation, String request) {
      this.operation = operation;
      this.request = request;
    }
  }

  /// A fault, met on a way by the profile of that name.
  private record Cell(AppFlowFault fault, Way way, String profile) {

    static Cell of(AppFlowFault fault, Way way) {
      return new Cell(fault, way, "%s-%d".formatted(way, AppFlowFault.ALL.indexOf(fault)));
    }

    Optional<Expected> expected() {
      return way.operation.equals(RESET) ? fault.ofReset() : fault.ofRead();
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
      return way.request.formatted(profile);
    }

    boolean isMeant(Map<String, Object> input) {
      return profile.equals(input.get("connectorProfileName"))
          || List.of(profile).equals(input.get("connectorProfileNames"));
    }
  }

  /// A function of its own, and what became of the request.
  private static final class Trial implements Callable<Trial> {
    private final Cell cell;
    private final FakeQueues queues = new FakeQueues();
    private final TriedFunction function;

    /// The request, received for the last time but one, and for the last time.
    private final SentMessage again;
    private final SentMessage last;

    private Optional<String> answer = Optional.empty();
    private Optional<Failure> thrown = Optional.empty();
    private List<String> returned = List.of();

    Trial(Cell cell, AwsClients aws) {
      this.cell = cell;
      this.again = message("again", cell.request() + " ").received(MAX_RECEIVE_COUNT - 1);
      this.last = message("last", cell.request() + "\n").received(MAX_RECEIVE_COUNT);
      this.function =
          new TriedFunction(
              aws::appFlow, queues, queues, cell.fault().isEndless() ? SOON : IN_TIME);
    }

    @Override
    public Trial call() {
      switch (cell.way()) {
        case QUEUED_CALL, QUEUED_SPLIT -> receive();
        case DIRECT_CALL, DIRECT_LOOK_UP -> invoke();
        case DIRECT_SPLIT -> {
          invoke();
          receive();
        }
      }
      return this;
    }

    private void invoke() {
      try {
        answer = Optional.of(function.invoke(cell.request().replace('\'', '"')));
      } catch (RequestFailedException e) {
        thrown = Optional.of(e.failure());
      }
    }

    private void receive() {
      returned =
          function.returned(
              again, last, message("sibling", Way.QUEUED_CALL.request.formatted(cell.sibling())));
    }

    /// What a split has put onto the queue.
    List<String> parts() {
      return queues.requests().stream().skip(cell.way() == Way.DIRECT_SPLIT ? 1 : 0).toList();
    }
  }

  /// By the profile.
  private static final Map<String, Future<Trial>> TRIALS = new HashMap<>();
  private static AppFlowEmulator emulator;

  @BeforeAll
  static void tryThemAllAtOnce() {
    emulator = AppFlowEmulator.start(new AppFlowAccount());
    List<Trial> trials =
        AppFlowFault.ALL.stream().map(FaultMatrixTest::trials).flatMap(List::stream).toList();
    trials.forEach(trial -> prepare(trial.cell));
    tryAtOnce(trials.stream().filter(trial -> !trial.cell.fault().isEndless()));
    tryAtOnce(trials.stream().filter(trial -> trial.cell.fault().isEndless()));
    emulator.close();
  }

  private static void tryAtOnce(Stream<Trial> trials) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      trials.forEach(trial -> TRIALS.put(trial.cell.profile(), threads.submit(trial)));
    }
  }

  /// With one client for all of them, but for those that would slow each other down.
  private static List<Trial> trials(AppFlowFault fault) {
    LocalStack.pointSdkTo(fault.route().apply(emulator.endpoint()), emulator.endpoint());
    AwsClients shared = new AwsClients(MAX_CONCURRENT_CALLS);
    return Stream.of(Way.values())
        .map(way -> Cell.of(fault, way))
        .map(
            cell ->
                cell.is(Failure.Throttled.class)
                    ? new Trial(cell, new AwsClients(MAX_CONCURRENT_CALLS))
                    : new Trial(cell, shared))
        .toList();
  }

  private static void prepare(Cell cell) {
    emulator
        .account()
        .addProfile(Profile.of(cell.profile(), "Slack"))
        .addProfile(Profile.of(cell.sibling(), "Slack"))
        .addEntity(cell.profile(), "channels");
    cell.fault()
        .fault()
        .ifPresent(fault -> emulator.faults().always(cell.way().operation, fault, cell::isMeant));
  }

  static List<AppFlowFault> faults() {
    return AppFlowFault.ALL;
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aCallOnTheQueueIsSettled(AppFlowFault fault) throws Throwable {
    assertSettled(trial(fault, Way.QUEUED_CALL));
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aSplitOnTheQueueIsSettled(AppFlowFault fault) throws Throwable {
    assertSettled(trial(fault, Way.QUEUED_SPLIT));
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aDirectCallIsAnswered(AppFlowFault fault) throws Throwable {
    assertAnswered(trial(fault, Way.DIRECT_CALL));
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aDirectLookUpIsAnswered(AppFlowFault fault) throws Throwable {
    assertAnswered(trial(fault, Way.DIRECT_LOOK_UP));
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aWideDirectRequestIsQueuedAndThenSettled(AppFlowFault fault) throws Throwable {
    Trial trial = trial(fault, Way.DIRECT_SPLIT);

    assertEquals(answer(0, 1), trial.answer);
    assertEquals(trial.cell.request(), trial.queues.requests().getFirst());
    assertSettled(trial);
  }

  @ParameterizedTest(name = "that meets {0}")
  @MethodSource("faults")
  void aResetIsTriedThreeTimesAtMostAndOnceIfItIsHopeless(AppFlowFault fault) {
    Cell cell = Cell.of(fault, Way.QUEUED_CALL);
    long attempts =
        emulator.calls(RESET).stream().filter(call -> cell.isMeant(call.input())).count();
    boolean hopeless = cell.is(Failure.Permanent.class) || cell.is(Failure.Denied.class);

    if (cell.is(Failure.Throttled.class)) {
      assertEquals(AwsClients.ATTEMPTS, attempts);
    } else if (hopeless && !fault.isRetriedForItsStatus()) {
      assertEquals(1, attempts);
    } else {
      assertTrue(attempts <= AwsClients.ATTEMPTS, () -> attempts + " times");
    }
  }

  @Test
  void nothingElseIsAskedOfAppFlowWhereverItRedirects() {
    assertEquals(
        Set.of(RESET, LIST, LOOK_UP),
        emulator.calls().stream().map(AppFlowEmulator.Call::operation).collect(toSet()));
  }

  @Test
  void everyErrorIsTriedThatAppFlowDeclaresForWhatIsAskedOfIt() {
    Set<String> operations =
        Set.of(
            "resetConnectorMetadataCache",
            "listConnectorEntities",
            "describeConnectorProfiles",
            "describeConnector",
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
    Set<String> tried =
        AppFlowFault.ALL.stream()
            .flatMap(fault -> fault.ofReset().stream())
            .map(Expected::code)
            .collect(toSet());

    assertTrue(declared.contains("ConnectorServerException"), declared::toString);
    declared.removeAll(tried);
    assertEquals(Set.of(), declared);
  }

  private static void assertSettled(Trial trial) {
    Cell cell = trial.cell;
    List<String> returned = new ArrayList<>();
    Map<String, String> buried = new HashMap<>();
    if (cell.expected().isPresent()) {
      buried.put(trial.last.id(), trial.last.body());
    }
    if (cell.is(Failure.Permanent.class)) {
      buried.put(trial.again.id(), trial.again.body());
    } else if (cell.expected().isPresent()) {
      returned.add(trial.again.id());
    }
    if (!cell.isReachable()) {
      returned.add("sibling");
    }

    assertEquals(returned, trial.returned);
    assertEquals(Set.copyOf(returned), trial.queues.delays().keySet());
    assertBuried(buried, trial);
    assertDone(trial);
    assertMetrics(trial);
  }

  private static void assertBuried(Map<String, String> bodies, Trial trial) {
    List<DeadLetter> letters = trial.queues.letters();
    assertEquals(bodies.size(), letters.size(), letters::toString);
    assertEquals(
        bodies, letters.stream().collect(toMap(it -> it.source().messageId(), DeadLetter::body)));
    for (DeadLetter letter : letters) {
      assertEquals(
          trial.cell.expected().map(Expected::code),
          Optional.of(letter.attributes().get("ErrorCode")));
      assertTrue(letter.attributes().get("ErrorMessage").length() > 1, letter::toString);
    }
  }

  /// The sibling always, and the request where it met no failure.
  private static void assertDone(Trial trial) {
    Cell cell = trial.cell;
    boolean isDone = cell.expected().isEmpty();
    long siblings = cell.isReachable() ? 1 : 0;
    assertEquals(
        siblings,
        emulator.resets().stream()
            .filter(input -> cell.sibling().equals(input.get("connectorProfileName")))
            .count());
    assertEquals(siblings + (isDone ? 1 : 0), trial.function.metric("Resets"));
    assertEquals(isDone && cell.way() != Way.QUEUED_CALL ? 1 : 0, trial.parts().size());
  }

  private static void assertMetrics(Trial trial) {
    TriedFunction function = trial.function;
    assertClassed(trial);
    assertEquals(trial.cell.is(Failure.Permanent.class) ? 2 : 0, function.metric("Rejected"));
    assertEquals(trial.returned.size(), function.metric("Returned"));
    assertEquals(trial.queues.letters().size(), function.metric("DeadLetters"));
  }

  private static void assertAnswered(Trial trial) {
    Cell cell = trial.cell;
    boolean retried = cell.expected().isPresent() && !cell.is(Failure.Permanent.class);
    if (cell.is(Failure.Permanent.class)) {
      Failure thrown = trial.thrown.orElseThrow();
      assertEquals(cell.expected(), Optional.of(new Expected(thrown.getClass(), thrown.code())));
      assertTrue(!thrown.message().isBlank(), "it says what happened");
    } else {
      assertEquals(retried ? answer(0, 1) : answer(1, 0), trial.answer);
    }
    assertEquals(retried ? List.of(cell.request()) : List.of(), trial.queues.requests());
    assertEquals(List.of(), trial.queues.letters());
    assertClassed(trial);
  }

  private static void assertClassed(Trial trial) {
    assertEquals(
        trial.cell.is(Failure.Throttled.class) ? 1 : 0, trial.function.metric("Throttled"));
    assertEquals(trial.cell.is(Failure.Denied.class) ? 1 : 0, trial.function.metric("Denied"));
  }

  private static Optional<String> answer(int reset, int queued) {
    return Optional.of(
        "{\"reset\":%d,\"queued\":%d,\"correlationId\":\"%s\"}"
            .formatted(reset, queued, TriedFunction.REQUEST_ID));
  }

  /// @throws Throwable whatever escaped
  private static Trial trial(AppFlowFault fault, Way way) throws Throwable {
    try {
      return TRIALS.get(Cell.of(fault, way).profile()).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }
}
