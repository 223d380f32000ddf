package io.github.metadatareset.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Which faults occur, when and how often. All of them end.
final class FaultSchedule {

  enum Fault {
    THROTTLING,
    OUTAGE,
    SLOW_CALLS,
    DENIED,
    /// AppFlow accepts the call, and its answer is lost.
    LOST_ANSWERS,
    /// SendMessageBatch fails as a whole, possibly after SQS has accepted the messages.
    SENDS_FAIL,
    /// SendMessageBatch accepts some entries and refuses others.
    SENDS_FAIL_IN_PART,
    SLOW_SENDS,
    DEAD_LETTERS_FAIL,
    /// PutEvents fails, possibly after EventBridge has accepted the report.
    REPORTS_FAIL,
    BACKOFFS_FAIL,
    /// The environment ends, before or after any call.
    CRASHES,
    /// A call never returns, so the invocation times out.
    HANGING,
    /// A deleted message is delivered again.
    REDELIVERIES,
    /// A batch has a message twice.
    DUPLICATES_IN_BATCH,
    /// All environments are replaced.
    DEPLOYMENTS
  }

  private record Period(Fault fault, long from, long to, double probability) {}

  private final VirtualTime time;
  private final RandomGenerator random;
  private final List<Period> periods = new ArrayList<>();

  /// @param length after which no fault occurs, in milliseconds
  FaultSchedule(VirtualTime time, RandomGenerator random, long length) {
    this.time = time;
    this.random = random;
    if (random.nextInt(8) == 0) {
      return;
    }
    for (int i = random.nextInt(1, 8); i > 0; i--) {
      long from = random.nextLong(length);
      Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
      periods.add(new Period(fault, from, random.nextLong(from, length) + 1, probability(fault)));
    }
  }

  private double probability(Fault fault) {
    return switch (fault) {
      case CRASHES, HANGING, DEPLOYMENTS -> random.nextDouble(0.2);
      default -> random.nextInt(3) == 0 ? 1 : random.nextDouble();
    };
  }

  /// Whether the fault occurs in this call.
  boolean occurs(Fault fault) {
    boolean isDue = false;
    for (Period period : periods) {
      if (period.fault() == fault && period.from() <= time.now() && time.now() < period.to()) {
        isDue |= random.nextDouble() < period.probability();
      }
    }
    return isDue;
  }

  @Override
  public String toString() {
    return periods.toString();
  }
}
