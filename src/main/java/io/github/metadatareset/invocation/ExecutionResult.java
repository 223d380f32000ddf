package io.github.metadatareset.invocation;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.request.Failure;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// The result of executing a request.
sealed interface ExecutionResult {

  /// Its call was made, and AppFlow accepted it.
  record Reset(Instant at) implements ExecutionResult {}

  /// Its sub-requests are on the request queue, and the rejected ones in the dead-letter queue.
  ///
  /// @param resets how many calls were made to find them
  /// @param skipped how many profiles of a pattern were skipped
  record Split(int resets, int subRequests, int rejected, int skipped) implements ExecutionResult {

    /// Whether the request matched nothing.
    boolean isEmpty() {
      return equals(new Split(0, 0, 0, 0));
    }
  }

  /// Its flow was checked.
  ///
  /// @param resets how many calls were made for it
  record Checked(int resets, FlowReport report) implements ExecutionResult {}

  /// The request was not completed. A part of its work may be done.
  ///
  /// @param duration how long it took until it failed; empty if it failed when it was planned
  record Failed(Failure failure, Optional<Duration> duration) implements ExecutionResult {
    Failed(Failure failure) {
      this(failure, Optional.empty());
    }
  }
}
