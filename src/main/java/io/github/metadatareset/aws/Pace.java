package io.github.metadatareset.aws;

import java.time.Duration;
import java.util.function.LongSupplier;

/// How fast AppFlow is called: without a bound until it throttles, then a little faster than the
/// rate that it has just accepted. So the whole rate is used, few calls are throttled, and a rate
/// that rises is found.
///
/// AppFlow publishes no rate, and others may call it too. So the rate is measured, in windows of at
/// least half a second and ten answers.
final class Pace {

  /// How much faster than the accepted rate: at first, and at most. It doubles with each window
  /// without a throttled call.
  private static final double LEAST_MORE = 0.02;

  private static final double MOST_MORE = 0.5;

  private static final double LEAST_OF_BEFORE = 0.7;

  private static final double LEAST_PER_SECOND = 1;
  private static final double MOST_PER_SECOND = 1000;

  private static final double WINDOW_SECONDS = 0.5;
  private static final int WINDOW_ANSWERS = 10;

  /// A window with a gap says nothing: Lambda freezes the environment between invocations.
  private static final double GAP_SECONDS = 5;

  private static final double SECOND = 1e9;

  /// Calls that stopped waiting have taken their turns all the same. Without this bound, the calls
  /// after them could wait for ever.
  private static final long LONGEST_WAIT = (long) (10 * SECOND);

  private final LongSupplier nanoTime;

  private double perSecond = Double.POSITIVE_INFINITY;
  private double more = LEAST_MORE;
  private long nextCall;
  private long windowStart;
  private long lastAnswer;
  private int accepted;
  private int throttled;

  /// @param nanoTime as `System.nanoTime`
  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    startWindow(nanoTime.getAsLong());
  }

  /// How long the next call has to wait. The call counts as made.
  synchronized Duration next() {
    if (isUnbounded()) {
      return Duration.ZERO;
    }
    long now = nanoTime.getAsLong();
    long turn = Math.clamp(nextCall, now, now + LONGEST_WAIT);
    nextCall = turn + (long) (SECOND / perSecond);
    return Duration.ofNanos(turn - now);
  }

  synchronized void accepted() {
    answered(1, 0);
  }

  synchronized void throttled() {
    answered(0, 1);
  }

  private void answered(int acceptedNow, int throttledNow) {
    long now = nanoTime.getAsLong();
    boolean first = throttledNow > 0 && isUnbounded() && throttled == 0;
    if (first || now - lastAnswer > GAP_SECONDS * SECOND) {
      // The calls that were accepted before may have been a burst.
      startWindow(now);
    }
    lastAnswer = now;
    accepted += acceptedNow;
    throttled += throttledNow;
    double seconds = (now - windowStart) / SECOND;
    if (seconds >= WINDOW_SECONDS && accepted + throttled >= WINDOW_ANSWERS) {
      if (throttled > 0) {
        more = LEAST_MORE;
        perSecond = Math.max(LEAST_PER_SECOND, lower(accepted / seconds * (1 + more)));
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

  /// While calls wait for their retries, a window measures less than AppFlow accepts.
  private double lower(double measured) {
    return isUnbounded() ? measured : Math.max(measured, perSecond * LEAST_OF_BEFORE);
  }

  private boolean isUnbounded() {
    return perSecond == Double.POSITIVE_INFINITY;
  }

  private void startWindow(long now) {
    windowStart = now;
    lastAnswer = now;
    accepted = 0;
    throttled = 0;
  }
}
