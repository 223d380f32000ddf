package io.github.metadatareset.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeadlineTest {

  private Instant now = Instant.parse("2026-11-23T12:00:00Z");
  private final InstantSource clock = () -> now;

  @Test
  void saysWhatIsLeftUntilIt() {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusMillis(12_345);

    assertEquals(Duration.ofMillis(17_655), deadline.remaining());
  }

  @ParameterizedTest(name = "{0} ms after it")
  @CsvSource({"0", "1", "60000"})
  void onceReachedIsAFailureThatAnotherDeliveryMayNotMeet(long millisLate) {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusSeconds(30).plusMillis(millisLate);

    Failure failure = assertThrows(RequestFailedException.class, deadline::remaining).failure();
    assertEquals("OutOfTime", failure.code());
    assertInstanceOf(Failure.Retryable.class, failure);
  }

  @Test
  void isNotYetReachedAnInstantBefore() {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusSeconds(30).minusNanos(1);

    assertEquals(Duration.ofNanos(1), deadline.remaining());
  }

  @ParameterizedTest(name = "of {0} ms, {1} ms are for work")
  @CsvSource({
    "900000, 890000",
    "60000, 50000",
    "40000, 30000",
    "39996, 29997",
    "8000, 6000",
    "4, 3"
  })
  void beforeSettlingKeepsBackTenSecondsButNoMoreThanAQuarter(long millis, long forWork) {
    assertEquals(
        Duration.ofMillis(forWork),
        Deadline.beforeSettling(clock, Duration.ofMillis(millis)).remaining());
  }

  @ParameterizedTest(name = "of {0} ms, {1} ms are for work and settling")
  @CsvSource({"900000, 895000", "40000, 35000", "8000, 7000", "8, 7"})
  void beforeAnsweringKeepsBackHalfOfTheTimeForSettling(long millis, long forAllElse) {
    assertEquals(
        Duration.ofMillis(forAllElse),
        Deadline.beforeAnswering(clock, Duration.ofMillis(millis)).remaining());
  }

  @Test
  void beforeSettlingOfNoTimeAtAllIsReachedAtOnce() {
    Deadline deadline = Deadline.beforeSettling(clock, Duration.ZERO);

    assertThrows(RequestFailedException.class, deadline::remaining);
  }
}
