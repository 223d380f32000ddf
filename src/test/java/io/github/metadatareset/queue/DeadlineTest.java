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
  void hasTheRemainingTime() {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusMillis(12_345);

    assertEquals(Duration.ofMillis(17_655), deadline.remaining());
  }

  @ParameterizedTest(name = "{0} ms after it")
  @CsvSource({"0", "1", "60000"})
  void isARetryableFailureOnceReached(long millisLate) {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusSeconds(30).plusMillis(millisLate);

    Failure failure = assertThrows(RequestFailedException.class, deadline::remaining).failure();
    assertEquals("OutOfTime", failure.code());
    assertInstanceOf(Failure.Retryable.class, failure);
  }

  @Test
  void isNotReachedANanosecondBefore() {
    Deadline deadline = Deadline.in(clock, Duration.ofSeconds(30));

    now = now.plusSeconds(30).minusNanos(1);

    assertEquals(Duration.ofNanos(1), deadline.remaining());
  }

  @ParameterizedTest(name = "of {0} ms, {1} ms are for calls")
  @CsvSource({
    "900000, 890000",
    "60000, 50000",
    "40000, 30000",
    "39996, 29997",
    "8000, 6000",
    "4, 3"
  })
  void beforeSettlingReservesTenSecondsOrAQuarter(long millis, long forCalls) {
    assertEquals(
        Duration.ofMillis(forCalls),
        Deadline.beforeSettling(clock, Duration.ofMillis(millis)).remaining());
  }

  @ParameterizedTest(name = "of {0} ms, {1} ms are for calls and settling")
  @CsvSource({"900000, 895000", "40000, 35000", "8000, 7000", "8, 7"})
  void beforeAnsweringReservesHalfOfThatTime(long millis, long forCallsAndSettling) {
    assertEquals(
        Duration.ofMillis(forCallsAndSettling),
        Deadline.beforeAnswering(clock, Duration.ofMillis(millis)).remaining());
  }

  @Test
  void beforeSettlingIsReachedAtOnceWithoutTime() {
    Deadline deadline = Deadline.beforeSettling(clock, Duration.ZERO);

    assertThrows(RequestFailedException.class, deadline::remaining);
  }
}
