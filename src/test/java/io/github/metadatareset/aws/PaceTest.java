package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The tests control the clock.
class PaceTest {

  private static final double SECOND = 1e9;

  private long now;

  @Test
  void noCallWaitsUntilOneIsThrottled() {
    Pace pace = new Pace(() -> now);

    for (int i = 0; i < 1000; i++) {
      assertEquals(Duration.ZERO, pace.next());
      now += 1_000_000;
      pace.accepted();
    }
  }

  @Test
  void aSingleThrottledCallHardlySlowsTheOthersDown() {
    Pace pace = new Pace(() -> now);
    pace.throttled();

    long waited = 0;
    for (int i = 0; i < 1000; i++) {
      long wait = pace.next().toNanos();
      waited += wait;
      now += wait + 10_000_000;
      pace.accepted();
    }

    assertTrue(waited < SECOND, Duration.ofNanos(waited)::toString);
  }

  @Test
  void theRateOfTheServiceIsUsedAndFewCallsAreThrottled() {
    new RandomCases(2_000)
        .check(
            random -> {
              double rate = 20 * Math.pow(10, random.nextDouble());
              int calls = (int) (rate * 60);
              Run run = new Run(rate, random).of(calls, 1 + random.nextInt(8));

              String what = "%.1f calls a second: %s".formatted(rate, run);
              assertTrue(run.seconds() < 1.25 * calls / rate, what);
              assertTrue(run.throttled < 0.15 * (calls + run.throttled), what);
            });
  }

  /// All workers are throttled at once, and their first retries are far apart.
  @Test
  void aSlowStartIsNotTakenForALowRate() {
    Pace pace = new Pace(() -> now);
    for (int i = 0; i < 8; i++) {
      pace.throttled();
    }
    for (int i = 0; i < 20; i++) {
      now += i < 2 ? 300_000_000 : 20_000_000;
      pace.accepted();
    }

    pace.next();

    assertTrue(pace.next().toMillis() < 100, () -> "one call in 100 ms or more");
  }

  @Test
  void aHigherRateIsNoticed() {
    Run run = new Run(10, RandomGenerator.of("L64X128MixRandom"));
    run.of(300, 8);
    run.rate = 100;
    double before = run.seconds();

    run.of(3000, 8);

    assertTrue(run.seconds() - before < 40, run::toString);
  }

  @Test
  void callsThatGaveUpWaitingDoNotDelayTheNext() {
    Pace pace = new Pace(() -> now);
    for (int i = 0; i < 20; i++) {
      now += 100_000_000;
      pace.throttled();
    }
    for (int i = 0; i < 256; i++) {
      pace.next();
    }

    now += (long) (45 * SECOND);

    assertEquals(Duration.ZERO, pace.next());
  }

  @Test
  void aPauseDoesNotLowerTheLimit() {
    Run run = new Run(100, RandomGenerator.of("L64X128MixRandom"));
    run.of(1000, 8);
    now += (long) (3600 * SECOND);
    double before = run.seconds();

    run.of(1000, 8);

    assertTrue(run.seconds() - before < 12, run::toString);
  }

  @Nested
  class TheLimit {

    private final Pace pace = new Pace(() -> now);

    @Test
    void isTwoPercentAboveTheRateOfTheAcceptedCalls() {
      pace.throttled();
      accept(19, 50);

      assertLimit(20 * 1.02);
    }

    @Test
    void isNotSetBeforeTwentyResponses() {
      pace.throttled();
      accept(18, 100);
      assertLimit(Double.POSITIVE_INFINITY);

      accept(1, 100);
      assertLimit(10 * 1.02);
    }

    @Test
    void isNotSetBeforeHalfASecond() {
      pace.throttled();
      accept(124, 4);
      assertLimit(Double.POSITIVE_INFINITY);

      accept(1, 4);
      assertLimit(250 * 1.02);
    }

    @Test
    void doesNotCountWhatWasAcceptedBeforeTheFirstThrottledCall() {
      accept(40, 10);
      pace.throttled();
      accept(19, 50);

      assertLimit(20 * 1.02);
    }

    @Test
    void countsFromTheFirstThrottledCallOfSeveral() {
      pace.throttled();
      accept(9, 40);
      pace.throttled();
      accept(9, 60);

      assertLimit(18 / 0.9 * 1.02);
    }

    @Test
    void risesByTwiceAsMuchWithEachWindowWithoutThrottledCall() {
      pace.throttled();
      accept(19, 50);

      double limit = 20 * 1.02;
      for (double increase : new double[] {0.04, 0.08, 0.16, 0.32, 0.5, 0.5}) {
        accept(10, 50);
        limit *= 1 + increase;
        assertLimit(limit);
      }
    }

    @Test
    void risesSlowlyAgainAfterAThrottledCall() {
      pace.throttled();
      accept(19, 50);
      accept(10, 50);
      accept(10, 50);

      accept(9, 50);
      throttle(1, 50);
      double measured = 9 / 0.5 * 1.02;
      assertLimit(measured);

      accept(10, 50);
      assertLimit(measured * 1.04);
    }

    @Test
    void fallsToNoLessThanSeventyPercentInOneWindow() {
      pace.throttled();
      accept(19, 50);

      throttle(10, 50);
      assertLimit(20 * 1.02 * 0.7);
      throttle(10, 50);
      assertLimit(20 * 1.02 * 0.7 * 0.7);
    }

    @Test
    void isAtLeastOneCallASecond() {
      throttle(21, 50);

      assertLimit(1);
    }

    @Test
    void endsAboveAThousandCallsASecond() {
      pace.throttled();
      accept(480, 1);
      accept(1, 20);
      assertLimit(481 / 0.5 * 1.02);

      accept(500, 1);

      assertLimit(Double.POSITIVE_INFINITY);
    }

    @Test
    void ignoresAWindowWithAPauseOfMoreThanFiveSeconds() {
      pace.throttled();
      accept(19, 50);
      accept(8, 50);

      accept(1, 5001);
      accept(8, 50);
      assertLimit(20 * 1.02);
      accept(2, 50);
      assertLimit(20 * 1.02 * 1.04);
    }

    @Test
    void countsAWindowWithAShorterPause() {
      pace.throttled();
      accept(19, 50);
      throttle(8, 50);
      accept(1, 5000);

      accept(1, 50);

      assertLimit(20 * 1.02 * 0.7);
    }

    private void throttle(int calls, long milliseconds) {
      for (int i = 0; i < calls; i++) {
        now += milliseconds * 1_000_000;
        pace.throttled();
      }
    }

    private void accept(int calls, long milliseconds) {
      for (int i = 0; i < calls; i++) {
        now += milliseconds * 1_000_000;
        pace.accepted();
      }
    }

    /// Two calls are one turn apart.
    private void assertLimit(double perSecond) {
      long first = pace.next().toNanos();
      long second = pace.next().toNanos();
      assertEquals(SECOND / perSecond, second - first, 10);
    }
  }

  @Nested
  class TheTurns {

    private final Pace pace = new Pace(() -> now);

    @BeforeEach
    void oneCallASecond() {
      for (int i = 0; i < 21; i++) {
        now += 50_000_000;
        pace.throttled();
      }
    }

    @Test
    void areEquallyFarApart() {
      assertEquals(List.of(0, 1, 2, 3), waits(4));
    }

    @Test
    void doNotAddUpWhileNoCallIsMade() {
      pace.next();
      now += (long) (3 * SECOND);

      assertEquals(List.of(0, 1, 2), waits(3));
    }

    @Test
    void areAtMostTenSecondsAway() {
      assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10), waits(13));
    }

    private List<Integer> waits(int calls) {
      return IntStream.range(0, calls).mapToObj(_ -> (int) pace.next().toSeconds()).toList();
    }
  }

  /// Workers that each make one call after the other, to a service that accepts `rate` calls a
  /// second and a second's worth of calls at once. After a throttled call a worker waits for its
  /// backoff and its turn.
  private final class Run {
    private final RandomGenerator random;
    private final Pace pace = new Pace(() -> now);
    private double rate;
    private double tokens;
    private final long started = now;
    private long refilled = now;
    private int throttled;

    Run(double rate, RandomGenerator random) {
      this.rate = rate;
      this.random = random;
      this.tokens = rate;
    }

    Run of(int calls, int workers) {
      PriorityQueue<Long> attempts = new PriorityQueue<>();
      int made = Math.min(calls, workers);
      for (int worker = 0; worker < made; worker++) {
        attempts.add(now + pace.next().toNanos());
      }
      while (!attempts.isEmpty()) {
        now = Math.max(now, attempts.remove()) + 1_000_000;
        if (isAccepted()) {
          pace.accepted();
          if (made < calls) {
            made++;
            attempts.add(now + pace.next().toNanos());
          }
        } else {
          throttled++;
          pace.throttled();
          long backoff = (long) (random.nextDouble() * SECOND);
          attempts.add(now + Math.max(backoff, pace.next().toNanos()));
        }
      }
      return this;
    }

    private boolean isAccepted() {
      tokens = Math.min(rate, tokens + (now - refilled) / SECOND * rate);
      refilled = now;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }

    double seconds() {
      return (now - started) / SECOND;
    }

    @Override
    public String toString() {
      return "%d throttled, %.1f s".formatted(throttled, seconds());
    }
  }
}
