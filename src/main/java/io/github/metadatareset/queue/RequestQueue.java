package io.github.metadatareset.queue;

import io.github.metadatareset.request.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The queue of requests that wait to be processed.
public interface RequestQueue {

  /// Puts the requests onto the queue. Returns when all of them are stored durably, or at the
  /// deadline.
  ///
  /// @param correlation the event to which they belong, and how many calls each may need
  /// @throws RequestFailedException (retryable) if one was not accepted; others may have been
  void enqueue(List<? extends Request> requests, Correlation correlation, Deadline deadline);

  /// Puts an event onto the queue that the function was invoked with.
  ///
  /// @param body the event, as JSON in ASCII
  /// @throws RequestFailedException (retryable) if it was not accepted
  void enqueue(String body, Correlation correlation, Deadline deadline);

  /// Keeps returned messages invisible for a while (ChangeMessageVisibility), as many as possible
  /// until the deadline.
  ///
  /// @throws RequestFailedException if it failed for at least one message, which then becomes
  ///     visible again only after the queue's own visibility timeout
  void delay(Map<SqsMessage, Duration> returned, Deadline deadline);
}
