package io.github.metadatareset.random;

import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Random cases that can be had again: every run draws others, a failure names the seed, and
/// `-Dseed=` makes the same cases once more. `-Dcases=` bounds how many there are.
///
/// @param count how many cases are tried
public record RandomCases(long seed, int count) {

  private static final long SEED_OF_THIS_RUN = Long.getLong("seed", System.nanoTime());

  public RandomCases(int count) {
    this(SEED_OF_THIS_RUN, Math.min(count, Integer.getInteger("cases", count)));
  }

  /// Tries what should hold of every case; each has a generator of its own.
  public void check(Consumer<RandomGenerator> property) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      try {
        property.accept(random.split());
      } catch (RuntimeException | Error e) {
        throw new AssertionError("random case %d; again with -Dseed=%d".formatted(i, seed), e);
      }
    }
  }
}
