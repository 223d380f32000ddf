package io.github.metadatareset.reset;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// When something has to end.
public record Deadline(InstantSource clock, Instant end) {

  private static final Duration RESERVE = Duration.ofSeconds(10);

  public static Deadline in(InstantSource clock, Duration left) {
    return new Deadline(clock, clock.instant().plus(left));
  }

  /// When work has to end, so that what is left of the invocation suffices to settle it: that keeps
  /// ten seconds back, but no more than a quarter.
  public static Deadline beforeSettling(InstantSource clock, Duration left) {
    return in(clock, left.minus(reserve(left)));
  }

  /// When settling has to end, so that there is time for the answer, and for a line of log about
  /// each record: that keeps half of it back. An invocation that ends without an answer gets back
  /// even what was done.
  public static Deadline beforeAnswering(InstantSource clock, Duration left) {
    return in(clock, left.minus(fraction(reserve(left), 2)));
  }

  private static Duration reserve(Duration left) {
    Duration quarter = fraction(left, 4);
    return quarter.compareTo(RESERVE) < 0 ? quarter : RESERVE;
  }

  /// `Duration.dividedBy` loads `BigDecimal`, which takes 30 ms of a cold start.
  private static Duration fraction(Duration whole, int divisor) {
    return Duration.ofNanos(whole.toNanos() / divisor);
  }

  /// What is left until then.
  ///
  /// @throws RequestFailedException (retryable) if nothing is
  public Duration left() {
    Duration left = Duration.between(clock.instant(), end);
    if (!left.isPositive()) {
      throw outOfTime();
    }
    return left;
  }

  /// Of what had to wait until then.
  public static RequestFailedException outOfTime() {
    return new RequestFailedException(
        new Failure.Unavailable("OutOfTime", "the invocation had no time left for it"));
  }
}
