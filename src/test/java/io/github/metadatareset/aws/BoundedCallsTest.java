package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.AwsResponse;
import software.amazon.awssdk.awscore.AwsResponseMetadata;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.services.appflow.model.AppflowException;
import software.amazon.awssdk.services.appflow.model.AppflowResponseMetadata;
import software.amazon.awssdk.services.appflow.model.DescribeFlowResponse;

@Timeout(60)
class BoundedCallsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(45);

  private final Semaphore permits = new Semaphore(1);

  @Test
  void returnsWhatTheReaderTakesFromTheResponse() {
    assertEquals(
        "orders",
        calls(inAMinute())
            .make("DescribeFlow", _ -> response("request-1"), DescribeFlowResponse::flowName));
  }

  @ParameterizedTest(name = "\"{0}\"")
  @ValueSource(strings = {"UNKNOWN", "", " "})
  void aResponseWithoutRequestIdIsAFailure(String requestId) {
    assertEquals(
        new Failure.Unavailable("InvalidResponse", "AppFlow's response has no x-amzn-RequestId")
            .during("DescribeFlow"),
        failure(inAMinute(), _ -> response(requestId)));
  }

  /// [AwsResponseMetadata] returns `UNKNOWN` for a header that is not there.
  @Test
  void aResponseWithoutRequestIdHeaderIsAFailure() {
    assertEquals("InvalidResponse", failure(inAMinute(), _ -> response(Map.of())).code());
  }

  @Test
  void anErrorOfAppFlowIsAFailureWithItsCode() {
    assertEquals(
        "HTTP 503",
        failure(
                inAMinute(),
                _ -> {
                  throw AppflowException.builder().statusCode(503).message("down").build();
                })
            .code());
  }

  @Test
  void whatTheReaderThrowsIsARetryableFailure() {
    RequestFailedException thrown =
        assertThrows(
            RequestFailedException.class,
            () ->
                calls(inAMinute())
                    .make(
                        "DescribeFlow",
                        _ -> response("request-1"),
                        _ -> {
                          throw new IllegalArgumentException("not a name");
                        }));

    assertEquals(
        new Failure.Unavailable("IllegalArgumentException", "not a name").during("DescribeFlow"),
        thrown.failure());
  }

  @ParameterizedTest(name = "{0} left: {1}")
  @CsvSource({
    "PT60S, PT45S",
    "PT45S, PT45S",
    "PT44.999S, PT44.999S",
    "PT0.001S, PT0.001S",
    "PT0.000999S, PT0.001S",
    "PT0.000000001S, PT0.001S"
  })
  void aCallTimesOutAtTheDeadlineButAfterAMillisecondAtTheEarliest(
      Duration left, Duration expected) {
    List<Duration> timeouts = new ArrayList<>();

    calls(in(left)).make("DescribeFlow", recordingTimeout(timeouts), Function.identity());

    assertEquals(List.of(expected), timeouts);
  }

  @Test
  void theTimeSpentWaitingForAPermitCounts() {
    Iterator<Instant> times = List.of(NOON, NOON.plusSeconds(50)).iterator();
    List<Duration> timeouts = new ArrayList<>();

    calls(new Deadline(times::next, NOON.plusSeconds(60)))
        .make("DescribeFlow", recordingTimeout(timeouts), Function.identity());

    assertEquals(List.of(Duration.ofSeconds(10)), timeouts);
  }

  @Test
  void noCallIsMadeAtTheDeadline() {
    AtomicInteger made = new AtomicInteger();

    Failure failure = failure(new Deadline(CLOCK, NOON), counting(made));

    assertEquals("OutOfTime", failure.code());
    assertEquals(0, made.get());
    assertEquals(1, permits.availablePermits());
  }

  @Test
  void noCallIsMadeIfTheDeadlinePassesWhileItWaitsForAPermit() {
    permits.acquireUninterruptibly();
    AtomicInteger made = new AtomicInteger();

    Failure failure = failure(in(Duration.ofMillis(1)), counting(made));

    assertEquals("OutOfTime", failure.code());
    assertEquals(0, made.get());
    assertEquals(0, permits.availablePermits(), "the permit of the other call is kept");
  }

  @Test
  void aCallStartsWhenAnotherReleasesItsPermit() throws Exception {
    permits.acquireUninterruptibly();
    AtomicInteger made = new AtomicInteger();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> calls(inAMinute()).make("DescribeFlow", counting(made), Function.identity()));
    awaitQueueFor(permits);
    assertEquals(0, made.get());

    permits.release();
    waiting.join();

    assertEquals(1, made.get());
  }

  @Test
  void everyCallReleasesItsPermit() {
    calls(inAMinute()).make("DescribeFlow", _ -> response("request-1"), Function.identity());
    assertEquals(1, permits.availablePermits());

    failure(inAMinute(), _ -> response(""));
    assertEquals(1, permits.availablePermits());
  }

  @Test
  void aCallHoldsAPermit() {
    calls(inAMinute())
        .make(
            "DescribeFlow",
            _ -> {
              assertEquals(0, permits.availablePermits());
              return response("request-1");
            },
            Function.identity());
  }

  @Test
  void anInterruptDuringACallIsNotAFailure() {
    Function<AwsRequestOverrideConfiguration, DescribeFlowResponse> aborted =
        _ -> {
          throw AbortedException.create("Thread was interrupted");
        };

    assertThrows(
        InvocationInterruptedException.class,
        () -> calls(inAMinute()).make("DescribeFlow", aborted, Function.identity()));

    assertTrue(Thread.interrupted());
    assertEquals(1, permits.availablePermits());
  }

  @Test
  void anInterruptWhileACallWaitsForAPermitIsNotAFailure() throws Exception {
    permits.acquireUninterruptibly();
    AtomicInteger made = new AtomicInteger();
    List<Throwable> thrown = new ArrayList<>();
    List<Boolean> interrupted = new ArrayList<>();
    Thread waiting =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    calls(inAMinute()).make("DescribeFlow", counting(made), Function.identity());
                  } catch (RuntimeException e) {
                    thrown.add(e);
                  }
                  interrupted.add(Thread.currentThread().isInterrupted());
                });
    awaitQueueFor(permits);

    waiting.interrupt();
    waiting.join();

    assertInstanceOf(InvocationInterruptedException.class, thrown.getFirst());
    assertEquals(List.of(true), interrupted);
    assertEquals(0, made.get());
    assertEquals(0, permits.availablePermits(), "the permit of the other call is kept");
  }

  private BoundedCalls calls(Deadline deadline) {
    return new BoundedCalls(permits, deadline, TIMEOUT);
  }

  private Failure failure(
      Deadline deadline, Function<AwsRequestOverrideConfiguration, DescribeFlowResponse> call) {
    return assertThrows(
            RequestFailedException.class,
            () -> calls(deadline).make("DescribeFlow", call, Function.identity()))
        .failure();
  }

  private static Function<AwsRequestOverrideConfiguration, DescribeFlowResponse> counting(
      AtomicInteger made) {
    return _ -> {
      made.incrementAndGet();
      return response("request-1");
    };
  }

  private static Function<AwsRequestOverrideConfiguration, DescribeFlowResponse> recordingTimeout(
      List<Duration> timeouts) {
    return override -> {
      override.apiCallTimeout().ifPresent(timeouts::add);
      return response("request-1");
    };
  }

  private static void awaitQueueFor(Semaphore permits) throws InterruptedException {
    while (!permits.hasQueuedThreads()) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  private static DescribeFlowResponse response(String requestId) {
    return response(Map.of("AWS_REQUEST_ID", requestId));
  }

  private static DescribeFlowResponse response(Map<String, String> metadata) {
    AwsResponse.Builder response = DescribeFlowResponse.builder().flowName("orders");
    return (DescribeFlowResponse)
        response
            .responseMetadata(AppflowResponseMetadata.create(new AwsResponseMetadata(metadata) {}))
            .build();
  }
}
