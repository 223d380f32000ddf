package io.github.metadatareset.simulation;

/// A thread of a run waited for a thread outside the run, so the run could not be repeated.
final class BlockedInRealTimeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BlockedInRealTimeException(String wokenBy) {
    super("a thread blocks in real time; it was woken by " + wokenBy);
  }
}
