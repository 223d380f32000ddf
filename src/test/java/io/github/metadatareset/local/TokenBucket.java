package io.github.metadatareset.local;

/// Admits a number of calls a second. The calls of one second (at least one) may arrive at once.
final class TokenBucket {
  private final double perSecond;
  private final double capacity;
  private double tokens;
  private long refilledAt = System.nanoTime();

  TokenBucket(double perSecond) {
    this.perSecond = perSecond;
    this.capacity = Math.max(1, perSecond);
    this.tokens = capacity;
  }

  /// Whether a call is admitted now.
  synchronized boolean take() {
    long now = System.nanoTime();
    tokens = Math.min(capacity, tokens + (now - refilledAt) * perSecond / 1e9);
    refilledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
