package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Against a service in virtual time, which admits so many calls a second, and a second's worth at
/// once.
class PaceTest {

  private static final double SECOND = 1e9;

  private long now;

  @Test
  void thereIsNoneUntilTheServiceThrottles() {
    Pace pace = new Pace(() -> now);

    for (int i = 0; i < 1000; i++) {
      assertEquals(Duration.ZERO, pace.next());
      now += 1_000_000;
      pace.accepted();
    }
  }

  @Test
  void aSingleThrottledCallHardlySlowsTheOthers() {
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
  void whatIsAdmittedIsUsedAndLittleIsRefused() {
    new RandomCases(200)
        .check(
            random -> {
              double rate = 20 * Math.pow(10, random.nextDouble());
              int calls = (int) (rate * 60);
              Run run = new Run(rate, random).of(calls, 1 + random.nextInt(8));

              String what = "%.1f a second: %s".formatted(rate, run);
              assertTrue(run.seconds() < 1.25 * calls / rate, what);
              assertTrue(run.refused < 0.15 * (calls + run.refused), what);
            });
  }

  @Test
  void aRateThatRisesIsFound() {
    Run run = new Run(10, RandomGenerator.of("L64X128MixRandom"));
    run.of(300, 8);
    run.rate = 100;
    double before = run.seconds();

    run.of(3000, 8);

    assertTrue(run.seconds() - before < 40, run::toString);
  }

  @Test
  void callsThatGiveUpWaitingDoNotHoldUpTheNext() {
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
  void aGapIsNoSlowness() {
    Run run = new Run(100, RandomGenerator.of("L64X128MixRandom"));
    run.of(1000, 8);
    now += (long) (3600 * SECOND);
    double before = run.seconds();

    run.of(1000, 8);

    assertTrue(run.seconds() - before < 12, run::toString);
  }

  /// Workers that make one call after the other; after a refusal one waits a while, and its turn.
  private final class Run {
    private final RandomGenerator random;
    private final Pace pace = new Pace(() -> now);
    private double rate;
    private double tokens;
    private final long begun = now;
    private long filled = now;
    private int refused;

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
        if (isAdmitted()) {
          pace.accepted();
          if (made < calls) {
            made++;
            attempts.add(now + pace.next().toNanos());
          }
        } else {
          refused++;
          pace.throttled();
          long backoff = (long) (random.nextDouble() * SECOND);
          attempts.add(now + Math.max(backoff, pace.next().toNanos()));
        }
      }
      return this;
    }

    private boolean isAdmitted() {
      tokens = Math.min(rate, tokens + (now - filled) / SECOND * rate);
      filled = now;
      if (tokens < 1) {
        return false;
      }
      tokens--;
      return true;
    }

    double seconds() {
      return (now - begun) / SECOND;
    }

    @Override
    public String toString() {
      return "%d refused, %.1f s".formatted(refused, seconds());
    }
  }
}
