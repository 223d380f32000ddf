package io.github.metadatareset.queue;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// A time by which work has to end.
public record Deadline(InstantSource clock, Instant end) {

  private static final Duration RESERVE = Duration.ofSeconds(10);

  public static Deadline in(InstantSource clock, Duration left) {
    return new Deadline(clock, clock.instant().plus(left));
  }

  /// When work has to end. The rest of the invocation is for settling its messages: ten seconds,
  /// but no more than a quarter of the time.
  public static Deadline beforeSettling(InstantSource clock, Duration left) {
    return in(clock, left.minus(reserve(left)));
  }

  /// When settling has to end. Half of its time is kept for the answer, and for a log line about
  /// each record: without an answer all messages of the batch return, even those that are done.
  public static Deadline beforeAnswering(InstantSource clock, Duration left) {
    return in(clock, left.minus(reserve(left).dividedBy(2)));
  }

  private static Duration reserve(Duration left) {
    Duration quarter = left.dividedBy(4);
    return quarter.compareTo(RESERVE) < 0 ? quarter : RESERVE;
  }

  /// How much time is left; always positive.
  ///
  /// @throws RequestFailedException (retryable) if none is left
  public Duration remaining() {
    Duration left = left();
    if (!left.isPositive()) {
      throw outOfTime();
    }
    return left;
  }

  /// Whether any time is left.
  public boolean isAhead() {
    return left().isPositive();
  }

  private Duration left() {
    return Duration.between(clock.instant(), end);
  }

  /// The failure of work that had no time left.
  public static RequestFailedException outOfTime() {
    return new RequestFailedException(
        new Failure.Unavailable("OutOfTime", "the invocation had no time left for the request"));
  }
}
