package io.github.metadatareset.reset;

import io.github.metadatareset.request.Failure;
import java.time.Instant;

/// What became of a request.
public sealed interface Outcome {

  /// Its call was made and AppFlow accepted it.
  record Reset(Instant at) implements Outcome {}

  /// All of its parts lie on the queue, and those that cannot be done in the dead-letter queue.
  ///
  /// @param resets the calls that were made to find the parts
  record Split(int resets, int parts, int impossible) implements Outcome {

    /// Whether it came to nothing at all.
    public boolean isEmpty() {
      return resets + parts + impossible == 0;
    }
  }

  /// It was made after the message had been sent, for another message.
  record Coalesced() implements Outcome {}

  /// It asked for nothing.
  record Ignored(String reason) implements Outcome {}

  record Failed(Failure failure) implements Outcome {}
}
