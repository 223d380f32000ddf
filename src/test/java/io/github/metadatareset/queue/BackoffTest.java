package io.github.metadatareset.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

  @ParameterizedTest(name = "receive {0}: 0 to {1} s")
  @CsvSource({
    "1, 5",
    "2, 10",
    "3, 20",
    "4, 40",
    "5, 80",
    "6, 160",
    "7, 320",
    "8, 640",
    "9, 900",
    "12, 900",
    "1000, 900"
  })
  void isAnyWholeSecondUpToABoundThatDoublesWithEachReceive(int receiveCount, long bound) {
    new RandomCases(1)
        .check(
            random -> {
              Set<Long> drawn = draws(random, receiveCount, 20_000);
              assertEquals(bound + 1, drawn.size(), () -> "seconds drawn: " + drawn);
              assertEquals(Set.of(0L, bound), minAndMax(drawn));
            });
  }

  @Test
  void isNeverNegativeAndAtMostFifteenMinutes() {
    new RandomCases(10_000)
        .check(
            random -> {
              int receiveCount = random.nextInt(Integer.MIN_VALUE, Integer.MAX_VALUE);
              Duration delay = new Backoff(random).after(receiveCount);
              assertTrue(
                  !delay.isNegative() && delay.compareTo(Duration.ofMinutes(15)) <= 0,
                  () -> "receive %d: %s".formatted(receiveCount, delay));
            });
  }

  /// docs/requests.md says how long an outage may be with the default of 12 receives.
  @Test
  void ofElevenReturnsIsAboutAnHourOnAverage() {
    new RandomCases(1)
        .check(
            random -> {
              double seconds =
                  IntStream.range(0, 2_000)
                      .mapToLong(_ -> secondsOfElevenReturns(new Backoff(random)))
                      .average()
                      .orElseThrow();
              assertTrue(seconds > 30 * 60 && seconds < 90 * 60, () -> seconds + " s");
            });
  }

  private static long secondsOfElevenReturns(Backoff backoff) {
    return IntStream.rangeClosed(1, 11).mapToLong(n -> backoff.after(n).toSeconds()).sum();
  }

  private static Set<Long> draws(RandomGenerator random, int receiveCount, int count) {
    Backoff backoff = new Backoff(random);
    return IntStream.range(0, count)
        .mapToObj(_ -> backoff.after(receiveCount).toSeconds())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<Long> minAndMax(Set<Long> drawn) {
    TreeSet<Long> sorted = new TreeSet<>(drawn);
    return Set.of(sorted.getFirst(), sorted.getLast());
  }
}
