package io.github.metadatareset.reset;

import io.github.metadatareset.request.Failure;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The queue that takes what could not be done.
@FunctionalInterface
public interface DeadLetterQueue {

  /// Sends the letters, each by itself: one that is refused does not keep the others. Comes back by
  /// the deadline; what could not be sent by then is refused.
  Sent send(List<DeadLetter> letters, Deadline deadline);

  /// What the queue made of them.
  ///
  /// @param accepted the letters that lie in the queue; all others are still to be accounted for
  /// @param refused why there are others
  record Sent(Set<DeadLetter> accepted, Map<DeadLetter, Failure> refused) {
    public Sent {
      accepted = Set.copyOf(accepted);
      refused = Map.copyOf(refused);
    }
  }
}
