package io.github.metadatareset.local;

/// Lets so many calls pass in a second, and a second's worth (one at least) at once.
final class TokenBucket {
  private final double perSecond;
  private final double capacity;
  private double tokens;
  private long filledAt = System.nanoTime();

  TokenBucket(double perSecond) {
    this.perSecond = perSecond;
    this.capacity = Math.max(1, perSecond);
    this.tokens = capacity;
  }

  synchronized boolean take() {
    long now = System.nanoTime();
    tokens = Math.min(capacity, tokens + (now - filledAt) * perSecond / 1e9);
    filledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }
}
