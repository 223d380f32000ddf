package io.github.metadatareset.random;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Random cases that can be repeated. Each run has another seed, and a failure names it: `-Dseed=`
/// repeats the cases. `-Dcases=` limits their number.
///
/// @param count the number of cases
public record RandomCases(long seed, int count) {

  private static final long DEFAULT_SEED = Long.getLong("seed", System.nanoTime());

  public RandomCases(int count) {
    this(DEFAULT_SEED, Math.min(count, Integer.getInteger("cases", count)));
  }

  /// Checks that the property holds in every case. Each case has its own generator.
  public void check(Consumer<RandomGenerator> property) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      try {
        property.accept(random.split());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("random case %d; repeat with -Dseed=%d".formatted(i, seed), e);
      }
    }
  }
}
