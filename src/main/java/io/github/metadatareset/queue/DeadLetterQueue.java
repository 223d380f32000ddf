package io.github.metadatareset.queue;

import io.github.metadatareset.request.Failure;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The queue for messages that failed permanently, or on their last receive.
@FunctionalInterface
public interface DeadLetterQueue {

  /// Sends the dead letters. One that is refused does not stop the others. Returns by the deadline;
  /// a dead letter that could not be sent by then counts as refused.
  Sent send(List<DeadLetter> deadLetters, Deadline deadline);

  /// The result of sending.
  ///
  /// @param accepted the dead letters that are in the queue
  /// @param refused all others, and why
  record Sent(Set<DeadLetter> accepted, Map<DeadLetter, Failure> refused) {
    public Sent {
      accepted = Set.copyOf(accepted);
      refused = Map.copyOf(refused);
    }
  }
}
