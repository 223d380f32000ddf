package io.github.metadatareset.aws;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How fast AppFlow is called: as fast as can be, until it throttles; then a little faster than it
/// has just admitted. So it is always asked for all that it admits, few calls are refused, and a
/// rate that rises is found.
///
/// AppFlow does not say what it admits, and others may call it too. So what counts is what it does,
/// in windows of at least half a second and ten answers.
final class Pace {

  /// How much faster than was admitted: at first, and at most, as it doubles with each window in
  /// which nothing was refused.
  private static final double LEAST_MORE = 0.02;

  private static final double MOST_MORE = 0.5;

  private static final double LEAST_OF_BEFORE = 0.7;

  private static final double LEAST_PER_SECOND = 1;
  private static final double MOST_PER_SECOND = 1000;

  private static final double WINDOW_SECONDS = 0.5;
  private static final int WINDOW_ANSWERS = 10;

  /// A window with a gap in it says nothing: Lambda stops the clockwork between invocations.
  private static final double GAP_SECONDS = 5;

  private static final double SECOND = 1e9;

  /// Calls that gave up waiting have taken their turns all the same: without an end to that, those
  /// after them would wait for ever.
  private static final long LONGEST_WAIT = (long) (10 * SECOND);

  private final LongSupplier nanoTime;

  private double perSecond = Double.POSITIVE_INFINITY;
  private double more = LEAST_MORE;
  private long nextCall;
  private long windowStart;
  private long lastAnswer;
  private int admitted;
  private int refused;

  /// @param nanoTime as `System.nanoTime`
  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    startWindow(nanoTime.getAsLong());
  }

  /// How long the next call has to wait. It counts as made.
  synchronized Duration next() {
    if (isUnbounded()) {
      return Duration.ZERO;
    }
    long now = nanoTime.getAsLong();
    long turn = Math.clamp(nextCall, now, now + LONGEST_WAIT);
    nextCall = turn + (long) (SECOND / perSecond);
    return Duration.ofNanos(turn - now);
  }

  synchronized void admitted() {
    answered(1, 0);
  }

  /// AppFlow has throttled a call.
  synchronized void refused() {
    answered(0, 1);
  }

  private void answered(int admittedNow, int refusedNow) {
    long now = nanoTime.getAsLong();
    boolean first = refusedNow > 0 && isUnbounded() && refused == 0;
    if (first || now - lastAnswer > GAP_SECONDS * SECOND) {
      // What was admitted before may have been a burst.
      startWindow(now);
    }
    lastAnswer = now;
    admitted += admittedNow;
    refused += refusedNow;
    double seconds = (now - windowStart) / SECOND;
    if (seconds >= WINDOW_SECONDS && admitted + refused >= WINDOW_ANSWERS) {
      if (refused > 0) {
        more = LEAST_MORE;
        perSecond = Math.max(LEAST_PER_SECOND, lower(admitted / seconds * (1 + more)));
      } else {
        more = Math.min(MOST_MORE, 2 * more);
        perSecond *= 1 + more;
      }
      if (perSecond > MOST_PER_SECOND) {
        perSecond = Double.POSITIVE_INFINITY;
      }
      startWindow(now);
    }
  }

  /// Calls that wait to be tried again make a window look slower than AppFlow is.
  private double lower(double measured) {
    return isUnbounded() ? measured : Math.max(measured, perSecond * LEAST_OF_BEFORE);
  }

  private boolean isUnbounded() {
    return perSecond == Double.POSITIVE_INFINITY;
  }

  private void startWindow(long now) {
    windowStart = now;
    lastAnswer = now;
    admitted = 0;
    refused = 0;
  }
}
