package io.github.metadatareset.queue;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long a returned message stays invisible: full jitter over 5 s, doubled with every receive up
/// to 15 min.
public record Backoff(RandomGenerator random) {

  private static final long BASE_SECONDS = 5;
  private static final long MAX_SECONDS = 900;

  /// @param receiveCount how often the message was received; at least 1
  public Duration after(int receiveCount) {
    int doublings = Math.min(Math.max(receiveCount - 1, 0), 8);
    long bound = Math.min(BASE_SECONDS << doublings, MAX_SECONDS);
    return Duration.ofSeconds(random.nextLong(bound + 1));
  }
}
