package io.github.metadatareset.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// What goes wrong, when and how often: spells of trouble, all of which end.
final class Weather {

  /// A kind of trouble.
  enum Trouble {
    THROTTLING,
    OUTAGE,
    SLOW_CALLS,
    DENIED,
    /// AppFlow does it, and its answer gets lost.
    LOST_ANSWERS,
    /// SendMessageBatch fails as a whole, perhaps after SQS has taken the messages.
    SENDS_FAIL,
    /// SendMessageBatch takes some entries and refuses others.
    SENDS_FAIL_IN_PART,
    SLOW_SENDS,
    DEAD_LETTERS_FAIL,
    DELAYS_FAIL,
    /// The environment dies, before or after any effect.
    CRASHES,
    /// The environment dies with the invocation's time limit.
    HANGING,
    /// What was deleted is delivered once more.
    REDELIVERIES,
    /// A message is there twice in one batch.
    TWINS,
    /// All environments are replaced.
    DEPLOYS
  }

  private record Spell(Trouble trouble, long from, long to, double odds) {}

  private final VirtualTime time;
  private final RandomGenerator random;
  private final List<Spell> spells = new ArrayList<>();

  /// @param length of what all spells lie in, in milliseconds
  Weather(VirtualTime time, RandomGenerator random, long length) {
    this.time = time;
    this.random = random;
    if (random.nextInt(8) == 0) {
      return;
    }
    for (int i = random.nextInt(1, 8); i > 0; i--) {
      long from = random.nextLong(length);
      Trouble trouble = Trouble.values()[random.nextInt(Trouble.values().length)];
      spells.add(new Spell(trouble, from, random.nextLong(from, length) + 1, odds(trouble)));
    }
  }

  private double odds(Trouble trouble) {
    return switch (trouble) {
      case CRASHES, HANGING, DEPLOYS -> random.nextDouble(0.2);
      default -> random.nextInt(3) == 0 ? 1 : random.nextDouble();
    };
  }

  /// Whether there is none at all.
  boolean isFair() {
    return spells.isEmpty();
  }

  /// Whether it goes wrong now.
  boolean strikes(Trouble trouble) {
    boolean struck = false;
    for (Spell spell : spells) {
      if (spell.trouble() == trouble && spell.from() <= time.now() && time.now() < spell.to()) {
        struck |= random.nextDouble() < spell.odds();
      }
    }
    return struck;
  }

  @Override
  public String toString() {
    return spells.toString();
  }
}
