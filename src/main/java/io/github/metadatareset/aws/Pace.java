package io.github.metadatareset.aws;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A rate limiter for calls to AppFlow: no limit until AppFlow throttles a call, then a little more
/// than AppFlow has just accepted. So the rate that AppFlow allows is used, few calls are
/// throttled, and a higher rate is noticed.
///
/// AppFlow does not publish its rate, and other callers use it too. So the rate is measured, in
/// windows of at least half a second and ten responses. The first has twenty: at its start most
/// calls wait for their retries, and ten of them can show much less than AppFlow accepts.
final class Pace {

  /// By how much the limit exceeds the accepted rate after a window with a throttled call. Doubles
  /// with each window without one, up to the maximum.
  private static final double MIN_INCREASE = 0.02;

  private static final double MAX_INCREASE = 0.5;

  /// One window lowers the limit to no less than this share of it.
  private static final double MIN_SHARE = 0.7;

  private static final double MIN_PER_SECOND = 1;

  /// From here on there is no limit.
  private static final double MAX_PER_SECOND = 1000;

  private static final double WINDOW_SECONDS = 0.5;
  private static final int WINDOW_RESPONSES = 10;
  private static final int FIRST_WINDOW_RESPONSES = 20;

  /// A pause of this length starts the window again: Lambda freezes the process between
  /// invocations, which would look like a low rate.
  private static final double PAUSE_SECONDS = 5;

  private static final double SECOND = 1e9;

  /// A call that gave up waiting has still used its turn. Without this limit, the next calls
  /// could wait for many such turns.
  private static final long MAX_WAIT = (long) (10 * SECOND);

  private final LongSupplier nanoTime;

  /// Infinite while there is no limit.
  private double perSecond = Double.POSITIVE_INFINITY;
  private double increase = MIN_INCREASE;
  private long nextCall;
  private long windowStart;
  private long lastResponse;
  private int accepted;
  private int throttled;

  /// @param nanoTime a clock like `System.nanoTime`
  Pace(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /// How long the next call has to wait for its turn. Each invocation of this method uses a turn.
  synchronized Duration next() {
    if (isUnlimited()) {
      return Duration.ZERO;
    }
    long now = nanoTime.getAsLong();
    long turn = Math.clamp(nextCall, now, now + MAX_WAIT);
    nextCall = turn + (long) (SECOND / perSecond);
    return Duration.ofNanos(turn - now);
  }

  /// AppFlow has accepted a call.
  synchronized void accepted() {
    count(1, 0);
  }

  /// AppFlow has throttled a call.
  synchronized void throttled() {
    count(0, 1);
  }

  private void count(int acceptedNow, int throttledNow) {
    long now = nanoTime.getAsLong();
    boolean beforeFirstThrottled = isUnlimited() && throttled == 0;
    if (beforeFirstThrottled || now - lastResponse > PAUSE_SECONDS * SECOND) {
      // What was accepted before the first throttled call may have been a burst.
      startWindow(now);
    }
    lastResponse = now;
    accepted += acceptedNow;
    throttled += throttledNow;
    double seconds = (now - windowStart) / SECOND;
    int enough = isUnlimited() ? FIRST_WINDOW_RESPONSES : WINDOW_RESPONSES;
    if (seconds >= WINDOW_SECONDS && accepted + throttled >= enough) {
      if (throttled > 0) {
        increase = MIN_INCREASE;
        perSecond = Math.max(MIN_PER_SECOND, notFarBelow(accepted / seconds * (1 + increase)));
      } else {
        increase = Math.min(MAX_INCREASE, 2 * increase);
        perSecond *= 1 + increase;
      }
      if (perSecond > MAX_PER_SECOND) {
        perSecond = Double.POSITIVE_INFINITY;
      }
      startWindow(now);
    }
  }

  /// While calls wait for their retries, a window measures less than AppFlow would accept.
  private double notFarBelow(double measured) {
    return isUnlimited() ? measured : Math.max(measured, perSecond * MIN_SHARE);
  }

  private boolean isUnlimited() {
    return perSecond == Double.POSITIVE_INFINITY;
  }

  private void startWindow(long now) {
    windowStart = now;
    lastResponse = now;
    accepted = 0;
    throttled = 0;
  }
}
