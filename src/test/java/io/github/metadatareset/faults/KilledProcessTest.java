package io.github.metadatareset.faults;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.faults.ProcessKiller.Kill;
import io.github.metadatareset.faults.Workload.ExpectedDeadLetter;
import io.github.metadatareset.faults.Workload.WorkloadRequest;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.EventSourceMapping.Invocation;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.PageSizes;
import io.github.metadatareset.local.ProcessProxy;
import io.github.metadatareset.local.RuntimeProcess;
import io.github.metadatareset.local.SourceApplication;
import io.github.metadatareset.random.RandomCases;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import software.amazon.awssdk.services.sqs.model.Message;

/// No request is lost when processes of the real runtime are killed, run into the function's
/// timeout or run out of memory.
@EnabledOnOs(OS.LINUX)
@LongSuite("No request is lost when runtime processes are killed, time out or run out of memory.")
class KilledProcessTest {

  /// The number of kills and timeouts: `-Dkills=`.
  private static final int KILLS = Integer.getInteger("kills", 20);

  /// Of the function, and of a test that waits for it: only a test that is stuck takes so long.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /// A message is not received again before it is returned, however slow this machine is.
  private static final LocalQueues.Settings QUEUES =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  /// After this many failed receives SQS moves a message to the dead-letter queue.
  private static final int MAX_RECEIVE_COUNT = 2;

  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT
          .withBatchSize(10)
          .withConcurrency(1)
          .withFunctionTimeout(LIMIT)
          .withImmediateRetries();

  /// The exit code after SIGKILL, as when the kernel ends a process for its memory.
  private static final String KILLED = "the process ended with exit code 137";

  private static final String TIMED_OUT = "Task timed out after " + LIMIT;

  private static final String OUT_OF_MEMORY = "the process ended with exit code 3";

  private final Queue<RuntimeProcess> processes = new ConcurrentLinkedQueue<>();

  private LocalStack stack;

  @AfterEach
  void stop() {
    processes.forEach(RuntimeProcess::close);
    stack.close();
  }

  /// The seed repeats the requests and the kills. Which process reaches a moment first depends on
  /// the machine.
  @Test
  void noRequestIsLostWhereverAProcessIsKilled() {
    new RandomCases(1)
        .check(
            random -> {
              try {
                killAndCheck(random);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private void killAndCheck(RandomGenerator random) throws InterruptedException {
    Workload workload = new Workload(random);
    start(workload.account(), QUEUES);
    ProcessKiller killer = new ProcessKiller();
    List<Sent> sent = new ArrayList<>();
    EventSourceMapping mapping =
        new EventSourceMapping(
                stack.queues(),
                () -> process("128m", killer.new Target()),
                SETTINGS.withConcurrency(2),
                killer)
            .start();
    try (mapping) {
      for (Kill kill : ProcessKiller.kills(KILLS, random)) {
        killer.expect(kill);
        workload.nextRound().forEach(request -> sent.add(send(request)));
        kill.awaitDone(LIMIT);
      }
    }
    drain();
    System.out.print(killer.table());
    assertKilled(killer, mapping.invocations());
    replayWhatWasKilledTooOften(sent);
    assertNothingLost(sent);
    assertDeadLetters(sent);
  }

  /// @param resetsBefore how many resets there had been when the request was sent
  private record Sent(WorkloadRequest request, int resetsBefore) {}

  private Sent send(WorkloadRequest request) {
    int resetsBefore = stack.appFlow().resets().size();
    stack.queues().send(request.body());
    return new Sent(request, resetsBefore);
  }

  private static void assertKilled(ProcessKiller killer, List<Invocation> invocations) {
    long failed = invocations.stream().filter(each -> each.failure().isPresent()).count();
    long killed = invocations.stream().filter(each -> failed(each, KILLED)).count();
    long timedOut = invocations.stream().filter(each -> failed(each, TIMED_OUT)).count();
    System.out.printf(
        "  of %d invocations %d failed: %d were killed, %d timed out%n",
        invocations.size(), failed, killed, timedOut);
    assertTrue(failed >= KILLS / 2 && timedOut >= KILLS / 10, "killed invocations fail");
    assertTrue(killed <= killer.killed(), "a killed process gets no more batches");
  }

  /// SQS moves a message to the dead-letter queue if it was in too many batches that failed.
  private void replayWhatWasKilledTooOften(List<Sent> sent) throws InterruptedException {
    if (stack.queues().deadLetters().stream()
        .anyMatch(deadLetter -> expectedDeadLetter(deadLetter, sent).isEmpty())) {
      stack.queues().replay();
      drain();
    }
  }

  private void assertNothingLost(List<Sent> sent) {
    List<String> resets = stack.resets();
    Map<String, Integer> last =
        IntStream.range(0, resets.size()).boxed().collect(toMap(resets::get, i -> i, Math::max));
    List<String> lost = new ArrayList<>();
    for (Sent each : sent) {
      for (String reset : each.request().resets()) {
        if (last.getOrDefault(reset, -1) < each.resetsBefore()) {
          lost.add(reset + " of " + each.request().body());
        }
      }
    }
    assertEquals(List.of(), lost, "lost resets");
  }

  private void assertDeadLetters(List<Sent> sent) {
    Set<ExpectedDeadLetter> expected =
        sent.stream().flatMap(each -> each.request().deadLetter().stream()).collect(toSet());
    Set<ExpectedDeadLetter> found = new HashSet<>();
    for (Message deadLetter : stack.queues().deadLetters()) {
      Optional<ExpectedDeadLetter> expectedDeadLetter = expectedDeadLetter(deadLetter, sent);
      assertTrue(
          expectedDeadLetter.isPresent(),
          () -> deadLetter.body() + " " + deadLetter.messageAttributes());
      found.add(expectedDeadLetter.get());
    }
    assertEquals(expected, found, "every rejected request has a dead letter");
  }

  private static Optional<ExpectedDeadLetter> expectedDeadLetter(
      Message deadLetter, List<Sent> sent) {
    return sent.stream()
        .flatMap(each -> each.request().deadLetter().stream())
        .filter(each -> deadLetter.body().contains(each.text()))
        .filter(each -> errorCode(deadLetter).filter(each.code()::equals).isPresent())
        .findFirst();
  }

  @Test
  void aMessageThatKillsEveryProcessIsDeadLetteredAndItsBatchCanBeReplayed()
      throws InterruptedException {
    AppFlowAccount account = crm().addEntity("crm", "Poison");
    start(account, QUEUES.withMaxReceiveCount(MAX_RECEIVE_COUNT));
    List<String> batch =
        Stream.concat(Stream.of("Poison"), entities()).map(KilledProcessTest::call).toList();
    stack.queues().sendAll(batch);
    ProcessProxy.Interceptor poisoned =
        (call, _, process) -> {
          boolean isPoison =
              call.body().contains("Poison") && call.service() == ProcessProxy.Service.APPFLOW;
          if (isPoison) {
            process.close();
          }
          return !isPoison;
        };

    List<Invocation> invocations = drain(() -> process("128m", poisoned));

    assertEquals(
        MAX_RECEIVE_COUNT, invocations.stream().filter(each -> failed(each, KILLED)).count());
    assertEquals(Set.copyOf(batch), bodiesThatSqsDeadLettered(), "SQS gives no reason");

    assertEquals(batch.size(), stack.queues().replay());
    drain();

    assertEquals(
        Stream.concat(Stream.of("Poison"), entities())
            .map("crm Salesforce "::concat)
            .collect(toSet()),
        Set.copyOf(stack.resets()));
    assertEquals(List.of(), stack.queues().deadLetters());
  }

  @Test
  void aBatchThatNeedsTooMuchMemoryIsDeadLetteredAndCanBeReplayedWithMore()
      throws InterruptedException {
    AppFlowAccount account = crm().addProfile(Profile.of("large", "Salesforce"));
    String label = "x".repeat(40_000);
    List<String> large = IntStream.range(0, 300).mapToObj(i -> "Large" + i).toList();
    large.forEach(
        name ->
            account
                .application("large")
                .add(SourceApplication.ROOT, new SourceApplication.Entity(name, label, "Objects")));
    start(account, QUEUES.withMaxReceiveCount(MAX_RECEIVE_COUNT));
    String all = "{\"connectorProfileName\":\"large\",\"entities\":\"ALL\"}";
    List<String> batch =
        Stream.concat(Stream.of(all), entities().map(KilledProcessTest::call)).toList();
    stack.queues().sendAll(batch);

    List<Invocation> invocations = drain(() -> process("16m", (_, _, _) -> true));

    assertEquals(
        MAX_RECEIVE_COUNT,
        invocations.stream().filter(each -> failed(each, OUT_OF_MEMORY)).count(),
        invocations::toString);
    assertEquals(MAX_RECEIVE_COUNT, processes.size(), "no process is used again");
    assertEquals(Set.copyOf(batch), bodiesThatSqsDeadLettered());

    assertEquals(batch.size(), stack.queues().replay());
    drain();

    assertEquals(
        Stream.of(
                Stream.of("large Salesforce"),
                large.stream().map("large Salesforce "::concat),
                entities().map("crm Salesforce "::concat))
            .flatMap(each -> each)
            .collect(toSet()),
        Set.copyOf(stack.resets()));
    assertEquals(List.of(), stack.queues().deadLetters());
  }

  private static AppFlowAccount crm() {
    AppFlowAccount account = new AppFlowAccount().addProfile(Profile.of("crm", "Salesforce"));
    entities().forEach(entity -> account.addEntity("crm", entity));
    return account;
  }

  private static Stream<String> entities() {
    return IntStream.range(0, 9).mapToObj(i -> "Entity" + i);
  }

  private static String call(String entity) {
    return "{\"connectorProfileName\":\"crm\",\"connectorEntityName\":\"%s\"}".formatted(entity);
  }

  /// The bodies of the dead letters. SQS itself moved all of them there.
  private Set<String> bodiesThatSqsDeadLettered() {
    List<Message> deadLetters = stack.queues().deadLetters();
    assertTrue(
        deadLetters.stream().allMatch(deadLetter -> errorCode(deadLetter).isEmpty()),
        deadLetters::toString);
    return deadLetters.stream().map(Message::body).collect(toSet());
  }

  private static Optional<String> errorCode(Message deadLetter) {
    return Optional.ofNullable(deadLetter.messageAttributes().get("ErrorCode"))
        .map(attribute -> attribute.stringValue());
  }

  private static boolean failed(Invocation invocation, String why) {
    return invocation.failure().filter(failure -> failure.endsWith(why)).isPresent();
  }

  private void start(AppFlowAccount account, LocalQueues.Settings queues) {
    stack = LocalStack.start(AppFlowEmulator.start(account, PageSizes.LARGEST, 0), queues);
  }

  private RuntimeProcess process(String maxHeap, ProcessProxy.Interceptor watcher) {
    RuntimeProcess process =
        ProcessProxy.launch(
            RuntimeProcess.Settings.of(MetadataResetHandler.class, maxHeap).with(stack.variables()),
            watcher);
    processes.add(process);
    process.awaitInitialised();
    return process;
  }

  private void drain() throws InterruptedException {
    drain(() -> process("128m", (_, _, _) -> true));
  }

  private List<Invocation> drain(Supplier<RuntimeProcess> newEnvironment)
      throws InterruptedException {
    try (EventSourceMapping mapping =
        new EventSourceMapping(stack.queues(), newEnvironment, SETTINGS)) {
      assertTrue(mapping.drain(LIMIT), "the queue is not empty");
      return mapping.invocations();
    }
  }
}
