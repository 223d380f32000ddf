package io.github.metadatareset;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.Chaos.Blow;
import io.github.metadatareset.Workload.Asked;
import io.github.metadatareset.Workload.Impossible;
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

/// The function in the real runtime, whose processes are killed, run into the function's timeout
/// and run out of memory: nothing is lost.
@EnabledOnOs(OS.LINUX)
class KilledProcessTest {

  /// How many blows the processes are dealt: `-Dkills=`.
  private static final int KILLS = Integer.getInteger("kills", 20);

  private static final Duration LIMIT = Duration.ofMinutes(2);

  /// Long enough for a start and a batch, short enough to wait for.
  private static final Duration SHORT_TIMEOUT = Duration.ofSeconds(5);

  private static final LocalQueues.Settings QUEUES =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(LIMIT);

  /// After so many SQS moves a message to the dead-letter queue where none succeeds.
  private static final int RECEIVES = 2;

  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT
          .withBatchSize(10)
          .withConcurrency(1)
          .withFunctionTimeout(LIMIT)
          .withImmediateRetries();

  /// As the kernel does where an environment takes more memory than it has.
  private static final String KILLED = "the process ended with exit code 137";

  private static final String TIMED_OUT = "Task timed out after " + SHORT_TIMEOUT;

  private static final String OUT_OF_MEMORY = "the process ended with exit code 3";

  private final Queue<RuntimeProcess> processes = new ConcurrentLinkedQueue<>();

  private LocalStack stack;

  @AfterEach
  void stop() {
    processes.forEach(RuntimeProcess::close);
    stack.close();
  }

  /// The seed replays what is sent and the blows; which process comes to a blow's moment first, and
  /// what else is under way then, is up to the machine.
  @Test
  void nothingIsLostWhereverAProcessIsStruck() {
    new RandomCases(1)
        .check(
            random -> {
              try {
                strike(random);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
  }

  private void strike(RandomGenerator random) throws InterruptedException {
    Workload workload = new Workload(random);
    start(workload.account(), QUEUES.withVisibilityTimeout(SHORT_TIMEOUT.multipliedBy(3)));
    Chaos chaos = new Chaos();
    List<Sent> sent = new ArrayList<>();
    EventSourceMapping mapping =
        mapping(
                () -> process("128m", chaos.new Victim()),
                SETTINGS.withConcurrency(2).withFunctionTimeout(SHORT_TIMEOUT))
            .start();
    try (mapping) {
      for (Blow blow : Chaos.blows(KILLS, random)) {
        chaos.expect(blow);
        workload.nextRound().forEach(asked -> sent.add(send(asked)));
        blow.awaitDealt(LIMIT);
      }
    }
    drain();
    System.out.print(chaos.table());
    assertStruck(chaos, mapping.invocations());
    replayWhatWasStruckTooOften(sent);
    assertNothingLost(sent);
    assertLetters(sent);
  }

  /// @param resetsBefore how many there had been when it was sent
  private record Sent(Asked asked, int resetsBefore) {}

  private Sent send(Asked asked) {
    int resetsBefore = stack.appFlow().resets().size();
    stack.queues().send(asked.body());
    return new Sent(asked, resetsBefore);
  }

  private static void assertStruck(Chaos chaos, List<Invocation> invocations) {
    long failed = invocations.stream().filter(each -> each.failure().isPresent()).count();
    long killed = invocations.stream().filter(each -> failed(each, KILLED)).count();
    long timedOut = invocations.stream().filter(each -> failed(each, TIMED_OUT)).count();
    System.out.printf(
        "  of %d invocations %d failed: %d were killed, %d timed out%n",
        invocations.size(), failed, killed, timedOut);
    assertTrue(failed >= KILLS / 2 && timedOut >= KILLS / 10, "what is struck fails");
    assertTrue(killed <= chaos.killed(), "a killed process is given no more");
  }

  /// A message that is in too many batches that fail is moved to the dead-letter queue by SQS.
  private void replayWhatWasStruckTooOften(List<Sent> sent) throws InterruptedException {
    if (stack.queues().deadLetters().stream()
        .anyMatch(letter -> impossible(letter, sent).isEmpty())) {
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
      for (String reset : each.asked().resets()) {
        if (last.getOrDefault(reset, -1) < each.resetsBefore()) {
          lost.add(reset + " of " + each.asked().body());
        }
      }
    }
    assertEquals(List.of(), lost, "lost resets");
  }

  private void assertLetters(List<Sent> sent) {
    Set<Impossible> expected =
        sent.stream().flatMap(each -> each.asked().impossible().stream()).collect(toSet());
    Set<Impossible> found = new HashSet<>();
    for (Message letter : stack.queues().deadLetters()) {
      Optional<Impossible> impossible = impossible(letter, sent);
      assertTrue(impossible.isPresent(), () -> letter.body() + " " + letter.messageAttributes());
      found.add(impossible.get());
    }
    assertEquals(expected, found, "what cannot be done is a dead letter");
  }

  private static Optional<Impossible> impossible(Message letter, List<Sent> sent) {
    return sent.stream()
        .flatMap(each -> each.asked().impossible().stream())
        .filter(each -> letter.body().contains(each.text()))
        .filter(each -> errorCode(letter).filter(each.code()::equals).isPresent())
        .findFirst();
  }

  @Test
  void aMessageThatKillsEveryProcessEndsAsADeadLetterAndItsBatchReplaysOnceItNoLongerDoes()
      throws InterruptedException {
    AppFlowAccount account = crm().addEntity("crm", "Poison");
    start(account, QUEUES.withMaxReceiveCount(RECEIVES));
    List<String> batch =
        Stream.concat(Stream.of("Poison"), entities()).map(KilledProcessTest::call).toList();
    stack.queues().sendAll(batch);
    ProcessProxy.Interceptor poisoned =
        (call, _, process) -> {
          boolean poison =
              call.body().contains("Poison") && call.service() == ProcessProxy.Service.APPFLOW;
          if (poison) {
            process.close();
          }
          return !poison;
        };

    List<Invocation> invocations = drain(() -> process("128m", poisoned));

    assertEquals(RECEIVES, invocations.stream().filter(each -> failed(each, KILLED)).count());
    assertEquals(
        Set.copyOf(batch), lettersOfSqs(), "without a reason: nobody was left to give one");

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
  void aProcessThatRunsOutOfMemoryEndsAndWhatItHadReplaysWithMore() throws InterruptedException {
    AppFlowAccount account = crm().addProfile(Profile.of("wide", "Salesforce"));
    String label = "x".repeat(40_000);
    List<String> wide = IntStream.range(0, 300).mapToObj(i -> "Wide" + i).toList();
    wide.forEach(
        name ->
            account
                .application("wide")
                .add(SourceApplication.ROOT, new SourceApplication.Entity(name, label, "Objects")));
    start(account, QUEUES.withMaxReceiveCount(RECEIVES));
    String all = "{\"connectorProfileName\":\"wide\",\"entities\":\"ALL\"}";
    List<String> batch =
        Stream.concat(Stream.of(all), entities().map(KilledProcessTest::call)).toList();
    stack.queues().sendAll(batch);

    List<Invocation> invocations = drain(() -> process("16m", (_, _, _) -> true));

    assertEquals(
        RECEIVES,
        invocations.stream().filter(each -> failed(each, OUT_OF_MEMORY)).count(),
        invocations::toString);
    assertEquals(RECEIVES, processes.size(), "none is used again");
    assertEquals(Set.copyOf(batch), lettersOfSqs());

    assertEquals(batch.size(), stack.queues().replay());
    drain();

    assertEquals(
        Stream.of(
                Stream.of("wide Salesforce"),
                wide.stream().map("wide Salesforce "::concat),
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

  /// The bodies of the dead letters, all of which SQS itself moved there.
  private Set<String> lettersOfSqs() {
    List<Message> letters = stack.queues().deadLetters();
    assertTrue(letters.stream().allMatch(letter -> errorCode(letter).isEmpty()), letters::toString);
    return letters.stream().map(Message::body).collect(toSet());
  }

  private static Optional<String> errorCode(Message letter) {
    return Optional.ofNullable(letter.messageAttributes().get("ErrorCode"))
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

  private EventSourceMapping mapping(
      Supplier<RuntimeProcess> newEnvironment, EventSourceMapping.Settings settings) {
    return new EventSourceMapping(stack.queues(), newEnvironment, settings);
  }

  private void drain() throws InterruptedException {
    drain(() -> process("128m", (_, _, _) -> true));
  }

  private List<Invocation> drain(Supplier<RuntimeProcess> newEnvironment)
      throws InterruptedException {
    try (EventSourceMapping mapping = mapping(newEnvironment, SETTINGS)) {
      assertTrue(mapping.drain(LIMIT), "the queue is worked off");
      return mapping.invocations();
    }
  }
}
