package io.github.metadatareset.reset;

import io.github.metadatareset.event.Cause;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The queue that requests wait on.
public interface RequestQueue {

  /// Puts the requests onto the queue, and comes back when all of them lie there durably, or at the
  /// deadline.
  ///
  /// @param cause the event from outside that they go back to, and what each may come to
  /// @throws RequestFailedException (retryable) if one was not accepted; others may have been
  void enqueue(List<? extends Request> requests, Cause cause, Deadline deadline);

  /// Keeps returned messages invisible for a while (ChangeMessageVisibility), as many as it can
  /// until the deadline.
  ///
  /// @throws RequestFailedException if one was not delayed, and so comes back after the queue's own
  ///     visibility timeout; others may have been
  void delay(Map<SqsMessage, Duration> returned, Deadline deadline);
}
