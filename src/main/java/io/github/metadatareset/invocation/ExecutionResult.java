package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Failure;
import java.time.Instant;

/// What executing a request led to.
sealed interface ExecutionResult {

  /// Its call was made, and AppFlow accepted it.
  record Reset(Instant at) implements ExecutionResult {}

  /// Its sub-requests are on the request queue, and the rejected ones in the dead-letter queue.
  ///
  /// @param resets how many calls were made to find them
  record Split(int resets, int subRequests, int rejected) implements ExecutionResult {

    /// Whether the request matched nothing.
    boolean isEmpty() {
      return resets + subRequests + rejected == 0;
    }
  }

  /// Nothing can be said to be done.
  record Failed(Failure failure) implements ExecutionResult {}
}
