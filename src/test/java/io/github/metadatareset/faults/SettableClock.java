package io.github.metadatareset.faults;

import java.time.Instant;
import java.time.InstantSource;

/// A clock that a test sets, and that stands still otherwise: however slow the machine is, no time
/// passes.
final class SettableClock implements InstantSource {

  private volatile Instant now = Instant.parse("2026-11-23T12:00:00Z");

  @Override
  public Instant instant() {
    return now;
  }

  void set(Instant time) {
    now = time;
  }

  /// A clock that keeps the time of this one.
  InstantSource stopped() {
    return InstantSource.fixed(now);
  }
}
