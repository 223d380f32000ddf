package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.Faults;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What goes wrong between the SDK and AppFlow, over real HTTP, and what the adapter makes of it,
/// where the FaultMatrixTest does not say it of the whole function.
class AppFlowFailuresTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final NamedProfile CRM = new NamedProfile(new ProfileName("crm-prod"));

  /// Far longer than what is measured, and far shorter than the SDK's own time limits.
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final AppFlowEmulator emulator = AppFlowEmulator.start(AppFlowAccount.sample());

  @AfterEach
  void stop() {
    emulator.close();
  }

  @Nested
  class AnError {

    @Test
    void isToldInAppFlowsOwnWords() {
      assertEquals(
          Optional.of(
              new Failure.Permanent(
                  "ResourceNotFoundException", "The connector profile ghost does not exist.")),
          failureOf(() -> appFlow().reset(names(new NamedProfile(new ProfileName("ghost"))))));
    }

    @Test
    void ofAFlowThatIsNotSimplyMissingIsNoMissingFlow() {
      emulator.faults().always("DescribeFlow", Fault.error(400, "ConnectorServerException"));

      assertEquals(
          Optional.of("ConnectorServerException"),
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
          Optional.of("ConflictException"),
          failureOf(() -> appFlow().flowNames()).map(Failure::code));
    }

    @Test
    void leavesRoomForTheNextCall() {
      AppFlow oneAtATime = client(emulator, 1).appFlow(SdkAppFlowTest.inAMinute());
      emulator.faults().next(1, RESET, Fault.error(409, "ConflictException"));
      assertThrows(RequestFailedException.class, () -> oneAtATime.reset(names(CRM)));

      oneAtATime.reset(names(CRM));

      assertEquals(1, emulator.resets().size());
    }
  }

  @Nested
  class AnAnswerThatAppFlowWouldNeverGive {

    static Stream<Arguments> answers() {
      return Stream.of(
          Arguments.of("profiles", "{}"),
          Arguments.of("profiles", "[]"),
          Arguments.of("profiles", "{\"connectorProfileDetails\":[{}]}"),
          Arguments.of("profiles", "{\"connectorProfileDetails\":[null]}"),
          Arguments.of(
              "profiles", "{\"connectorProfileDetails\":[{\"connectorProfileName\":\"a b\"}]}"),
          Arguments.of("versions", "{}"),
          Arguments.of(
              "versions", "{\"connectorConfiguration\":{\"supportedApiVersions\":[\"\"]}}"),
          Arguments.of("entities", "{}"),
          Arguments.of("entities", "{\"connectorEntityMap\":{\"Objects\":[{}]}}"),
          Arguments.of("entities", "{\"connectorEntityMap\":{\"Objects\":[null]}}"),
          Arguments.of("flows", "{}"),
          Arguments.of("flows", "{\"flows\":[{}]}"),
          Arguments.of("flow", "{}"),
          Arguments.of(
              "flow",
              "{\"flowName\":\"f\",\"sourceFlowConfig\":{\"connectorProfileName\":\"a b\","
                  + "\"sourceConnectorProperties\":{\"Slack\":{\"object\":\"x\"}}}}"));
    }

    @ParameterizedTest(name = "of {0}: {1}")
    @MethodSource("answers")
    void isAFailureThatMayPass(String operation, String body) {
      emulator
          .faults()
          .always(Faults.EVERY_OPERATION, new Fault.Answer(200, "application/json", body, true));
      AppFlow appFlow = appFlow();

      Failure failure =
          failureOf(
                  switch (operation) {
                    case "profiles" -> appFlow::profiles;
                    case "versions" ->
                        () -> appFlow.supportedApiVersions(new ConnectorLabel("HubSpot"));
                    case "entities" -> () -> entities(appFlow, CRM);
                    case "flows" -> appFlow::flowNames;
                    case "flow" -> () -> appFlow.flow("f");
                    default -> throw new IllegalArgumentException(operation);
                  })
              .orElseThrow();

      assertInstanceOf(Failure.Unavailable.class, failure);
    }
  }

  @Nested
  class TheDeadline {

    private static final Duration SOON = Duration.ofMillis(300);

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void onceReachedLetsNothingBegin() {
      InstantSource clock = InstantSource.fixed(NOON);
      AppFlow appFlow = client(emulator, 8).appFlow(new Deadline(clock, NOON));

      assertEquals(Optional.of("OutOfTime"), codeOf(() -> appFlow.reset(names(CRM))));
      assertEquals(Optional.of("OutOfTime"), codeOf(appFlow::profiles));
      assertEquals(List.of(), emulator.calls());
    }

    @Test
    void isHeldBetweenThePagesOfAList() {
      Instant end = NOON.plusSeconds(60);
      InstantSource clock = () -> emulator.calls().isEmpty() ? NOON : end;
      AppFlow appFlow = client(emulator, 8).appFlow(new Deadline(clock, end));

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
    void endsACallThatIsNotAnswered(Threads threads) throws Exception {
      AwsClients aws = client(emulator, 8);
      aws.appFlow(SdkAppFlowTest.inAMinute()).reset(names(CRM));
      emulator.faults().always(RESET, Fault.stall());
      AppFlow appFlow = aws.appFlow(Deadline.in(InstantSource.system(), SOON));

      long started = System.nanoTime();
      try (ExecutorService executor = threads.executor()) {
        assertEquals(
            Optional.of("ApiCallTimeoutException"),
            executor.submit(() -> codeOf(() -> appFlow.reset(names(CRM)))).get());
      }
      assertSoonOver(started);
    }

    @Test
    void isHeldHoweverNearItIs() {
      emulator.faults().always(RESET, Fault.stall());
      AppFlow appFlow =
          client(emulator, 8)
              .appFlow(new Deadline(InstantSource.fixed(NOON), NOON.plusNanos(100_000)));

      long started = System.nanoTime();
      assertEquals(Optional.of("ApiCallTimeoutException"), codeOf(() -> appFlow.reset(names(CRM))));
      assertSoonOver(started);
    }

    @Test
    void endsAlsoTheWaitForOthersCalls() throws Exception {
      CountDownLatch underWay = new CountDownLatch(1);
      emulator
          .faults()
          .always(
              RESET,
              Fault.stall(),
              _ -> {
                underWay.countDown();
                return true;
              });
      AwsClients oneAtATime = client(emulator, 1);
      AppFlow first = oneAtATime.appFlow(SdkAppFlowTest.inAMinute());
      AppFlow second = oneAtATime.appFlow(new Deadline(InstantSource.fixed(NOON), NOON.plus(SOON)));
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        Future<Optional<Failure>> stalled = threads.submit(failure(() -> first.reset(names(CRM))));
        underWay.await();

        assertEquals(Optional.of("OutOfTime"), codeOf(second::flowNames));

        assertEquals(0, emulator.calls("ListFlows").size(), "nothing was begun meanwhile");
        emulator.faults().clear();
        assertEquals(Optional.empty(), stalled.get(), "which the SDK tries again");
      }
    }

    private static void assertSoonOver(long started) {
      Duration took = Duration.ofNanos(System.nanoTime() - started);
      assertTrue(took.compareTo(LIMIT) < 0, () -> "it took " + took);
    }
  }

  @Nested
  class ManyCalls {

    @Test
    void areBoundedOverAllThreadsAndInvocations() {
      int bound = 3;
      AwsClients aws = client(emulator, bound);
      emulator.faults().always(RESET, Fault.latency(Duration.ofMillis(40)));

      List<Optional<Failure>> failures =
          atOnce(24, () -> aws.appFlow(SdkAppFlowTest.inAMinute()).reset(names(CRM)));

      assertEquals(List.of(), failures.stream().flatMap(Optional::stream).toList());
      assertEquals(24, emulator.resets().size());
      assertEquals(bound, emulator.peakConcurrency());
    }

    /// Four calls that are not throttled take milliseconds.
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
    return client(emulator, 8).appFlow(SdkAppFlowTest.inAMinute());
  }

  private static AwsClients client(AppFlowEmulator emulator, int maxConcurrentCalls) {
    return SdkAppFlowTest.client(emulator.endpoint(), maxConcurrentCalls);
  }

  private static ResetCall names(NamedProfile profile) {
    return new ResetCall(profile, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static List<AppFlow.Entity> entities(AppFlow appFlow, NamedProfile profile) {
    return appFlow.entities(profile, Optional.empty(), Optional.empty());
  }

  private static Callable<Optional<Failure>> failure(Runnable call) {
    return () -> failureOf(call);
  }

  /// Why the call failed; whatever else than a failure it throws, is thrown.
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
