package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Failures, deadlines and interrupts of calls to AppFlow, over real HTTP. The `FaultMatrixTest`
/// covers what the whole function does about each failure. No test depends on how fast the machine
/// is: the clock stands still, and timeouts expire when the test says so.
@Timeout(60)
class AppFlowFailuresTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final NamedProfile CRM = new NamedProfile(new ProfileName("crm-prod"));

  private final AppFlowEmulator emulator = AppFlowEmulator.start(AppFlowAccount.sample());

  @AfterEach
  void stop() {
    emulator.close();
  }

  @Nested
  class AnError {

    @Test
    void keepsAppFlowsCodeAndMessageAndNamesTheOperation() {
      assertEquals(
          Optional.of(
              new Failure.Permanent(
                      "ResourceNotFoundException", "The connector profile ghost does not exist.")
                  .during(RESET)),
          failureOf(() -> appFlow().reset(names(new NamedProfile(new ProfileName("ghost"))))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ConnectorServerException", "ValidationException"})
    void otherThanNotFoundDoesNotMeanThatAFlowIsMissing(String code) {
      emulator.faults().always("DescribeFlow", Fault.error(400, code));

      assertEquals(
          Optional.of(code),
          failureOf(() -> appFlow().flow("crm-account-to-lake")).map(Failure::code));
    }

    @Test
    void onALaterPageFailsTheWholeList() {
      emulator
          .faults()
          .always(
              "ListFlows",
              Fault.error(409, "ConflictException"),
              input -> input.containsKey("nextToken"));

      assertEquals(
          Optional.of("ConflictException"), failureOf(() -> appFlow().flows()).map(Failure::code));
    }

    @Test
    void doesNotBlockTheNextCall() {
      AppFlow oneAtATime = clients(1).appFlow(inAMinute());
      emulator.faults().next(1, RESET, Fault.error(409, "ConflictException"));
      assertThrows(RequestFailedException.class, () -> oneAtATime.reset(names(CRM)));

      oneAtATime.reset(names(CRM));

      assertEquals(1, emulator.resets().size());
    }
  }

  @Nested
  class TheDeadline {

    private static final Duration SOON = Duration.ofMillis(300);

    @Test
    void letsNoCallBeginOnceItHasPassed() {
      AppFlow appFlow = clients(8).appFlow(new Deadline(CLOCK, NOON));

      assertEquals(Optional.of("OutOfTime"), codeOf(() -> appFlow.reset(names(CRM))));
      assertEquals(Optional.of("OutOfTime"), codeOf(appFlow::profiles));
      assertEquals(List.of(), emulator.calls());
    }

    @Test
    void appliesBetweenThePagesOfAList() {
      Instant end = NOON.plusSeconds(60);
      InstantSource clock = () -> emulator.calls().isEmpty() ? NOON : end;
      AppFlow appFlow = clients(8).appFlow(new Deadline(clock, end));

      assertEquals(Optional.of("OutOfTime"), codeOf(appFlow::profiles));
      assertEquals(1, emulator.calls().size());
    }

    enum Threads {
      PLATFORM,
      VIRTUAL;

      ExecutorService executor() {
        return this == PLATFORM
            ? Executors.newSingleThreadExecutor()
            : Executors.newVirtualThreadPerTaskExecutor();
      }
    }

    @ParameterizedTest(name = "on {0} threads")
    @EnumSource
    void endsACallWithoutResponse(Threads threads) throws Exception {
      ManualTimers timers = new ManualTimers();
      AppFlow appFlow = AwsFixture.clients(emulator.endpoint(), 8, timers).appFlow(in(SOON));
      CountDownLatch arrived = stallResets(1);
      try (ExecutorService executor = threads.executor()) {
        Future<Optional<String>> call =
            executor.submit(() -> codeOf(() -> appFlow.reset(names(CRM))));
        arrived.await();

        timers.expire(SOON);

        assertEquals(Optional.of("ApiCallTimeoutException"), call.get());
      }
    }

    /// With the timers that the function uses.
    @Test
    void appliesEvenIfItIsVeryClose() {
      AwsFixture.pointSdkTo(emulator.endpoint());
      emulator.faults().always(RESET, Fault.stall());
      AppFlow appFlow = new AwsClients(8).appFlow(in(Duration.ofNanos(100_000)));

      assertEquals(Optional.of("ApiCallTimeoutException"), codeOf(() -> appFlow.reset(names(CRM))));
    }

    @Test
    void endsTheWaitForCallsOfOthers() throws Exception {
      CountDownLatch arrived = stallResets(1);
      AwsClients oneAtATime = clients(1);
      AppFlow first = oneAtATime.appFlow(inAMinute());
      AppFlow second = oneAtATime.appFlow(in(SOON));
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Optional<Failure>> stalled = threads.submit(failure(() -> first.reset(names(CRM))));
        arrived.await();

        assertEquals(Optional.of("OutOfTime"), codeOf(second::flows));

        assertEquals(0, emulator.calls("ListFlows").size(), "no call was made in the meantime");
        emulator.faults().clear();
        assertEquals(Optional.empty(), stalled.get(), "the SDK's next attempt succeeds");
      }
    }
  }

  @Nested
  class AnAttempt {

    @Test
    void withoutResponseIsRepeatedAfterTwentySeconds() throws Exception {
      ManualTimers timers = new ManualTimers();
      AppFlow appFlow = AwsFixture.clients(emulator.endpoint(), 8, timers).appFlow(inAMinute());
      CountDownLatch arrived = new CountDownLatch(1);
      emulator.faults().next(1, RESET, Fault.stall(), counting(arrived));
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Optional<Failure>> call = threads.submit(failure(() -> appFlow.reset(names(CRM))));
        arrived.await();
        Duration attempt = Duration.ofSeconds(20);
        assertEquals(List.of(attempt, Duration.ofSeconds(45)), timers.running());

        timers.expire(attempt);

        assertEquals(Optional.empty(), call.get());
        assertEquals(1, emulator.resets().size());
        assertEquals(List.of(), timers.running(), "a call that has ended has no timeout");
      }
    }

    @Test
    void thatFailsIsRepeatedTwice() {
      emulator.faults().always(RESET, Fault.error(500, "InternalServerException"));

      assertEquals(
          Optional.of("InternalServerException"), codeOf(() -> appFlow().reset(names(CRM))));
      assertEquals(AwsClients.ATTEMPTS, emulator.calls().size());
    }
  }

  @Nested
  class AnInterrupt {

    @ParameterizedTest(name = "of attempt {0}")
    @ValueSource(ints = {1, AwsClients.ATTEMPTS})
    void endsACallAndIsNotAFailure(int attempt) throws Exception {
      AppFlow appFlow = appFlow();
      emulator.faults().next(attempt - 1, RESET, Fault.error(503, "ServiceUnavailableException"));
      CountDownLatch arrived = stallResets(1);
      AtomicReference<Throwable> thrown = new AtomicReference<>();
      Thread caller =
          Thread.ofVirtual()
              .uncaughtExceptionHandler((_, e) -> thrown.set(e))
              .start(() -> appFlow.reset(names(CRM)));
      arrived.await();

      caller.interrupt();
      caller.join();

      assertInstanceOf(InvocationInterruptedException.class, thrown.get());
    }
  }

  @Nested
  class ManyCalls {

    /// The first calls get no response until as many have arrived as may be in flight.
    @Test
    void areLimitedOverAllThreadsAndInvocations() {
      int limit = 3;
      AwsClients aws = clients(limit);
      CountDownLatch arrived = new CountDownLatch(limit);
      emulator
          .faults()
          .always(
              RESET,
              Fault.latency(Duration.ofMillis(40)),
              _ -> {
                arrived.countDown();
                await(arrived);
                return true;
              });

      List<Optional<Failure>> failures =
          atOnce(24, () -> aws.appFlow(inAMinute()).reset(names(CRM)));

      assertEquals(List.of(), failures.stream().flatMap(Optional::stream).toList());
      assertEquals(24, emulator.resets().size());
      assertEquals(limit, emulator.peakConcurrency());
    }

    @Test
    void ofWhichSomeAreThrottledSucceed() {
      AppFlow appFlow = appFlow();
      appFlow.reset(names(CRM));
      emulator.faults().next(2, RESET, Fault.throttled());

      List<Optional<Failure>> failures = atOnce(4, () -> appFlow.reset(names(CRM)));

      assertEquals(List.of(), failures.stream().flatMap(Optional::stream).toList());
      assertEquals(1 + 4 + 2, emulator.calls().size());
    }

    private static List<Optional<Failure>> atOnce(int count, Runnable call) {
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        return IntStream.range(0, count)
            .mapToObj(_ -> threads.submit(failure(call)))
            .toList()
            .stream()
            .map(AppFlowFailuresTest::result)
            .toList();
      }
    }
  }

  private AppFlow appFlow() {
    return clients(8).appFlow(inAMinute());
  }

  private AwsClients clients(int maxConcurrentCalls) {
    return AwsFixture.clients(emulator.endpoint(), maxConcurrentCalls);
  }

  /// No reset gets a response from now on.
  ///
  /// @return counts down with each reset that arrives
  private CountDownLatch stallResets(int count) {
    CountDownLatch arrived = new CountDownLatch(count);
    emulator.faults().always(RESET, Fault.stall(), counting(arrived));
    return arrived;
  }

  private static Predicate<Map<String, Object>> counting(CountDownLatch arrived) {
    return _ -> {
      arrived.countDown();
      return true;
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static ResetCall names(NamedProfile profile) {
    return new ResetCall(profile, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Callable<Optional<Failure>> failure(Runnable call) {
    return () -> failureOf(call);
  }

  /// Why the call failed; empty if it did not.
  private static Optional<Failure> failureOf(Runnable call) {
    try {
      call.run();
      return Optional.empty();
    } catch (RequestFailedException e) {
      return Optional.of(e.failure());
    }
  }

  private static Optional<String> codeOf(Runnable call) {
    return failureOf(call).map(Failure::code);
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
