package io.github.metadatareset.queue;

import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Request;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The queue of requests that wait to be processed.
public interface RequestQueue {

  /// What waits on the queue: a request, or an event as the function was invoked with it.
  ///
  /// @param body as JSON in ASCII
  /// @param group whose many messages must not delay those of others: the profile, if the request
  ///     is for just one; or that of all checks
  record Waiting(String body, Optional<String> group, Correlation correlation) {

    /// No profile has this name, as a name holds no colon.
    private static final String CHECKS = "flow:checks";

    public static Waiting request(Request request, Correlation correlation) {
      return new Waiting(request.json(), group(request), correlation);
    }

    /// @param request what the event means
    public static Waiting event(String body, Request request, Correlation correlation) {
      return new Waiting(body, group(request), correlation);
    }

    private static Optional<String> group(Request request) {
      return switch (request) {
        case Request.OfConnector(Connector.NamedProfile(var name, _), _, _, _) ->
            Optional.of(name.value());
        case Request.Check _ -> Optional.of(CHECKS);
        case Request.OfConnector _, Request.OfFlows _, Request.Several _ -> Optional.empty();
      };
    }
  }

  /// Puts messages onto the queue. Returns when all of them are stored durably, or at the deadline.
  ///
  /// @throws RequestFailedException (retryable) if one was not accepted; others may have been
  void enqueue(List<Waiting> messages, Deadline deadline);

  /// Keeps returned messages invisible for a while (ChangeMessageVisibility), as many as possible
  /// until the deadline.
  ///
  /// @throws RequestFailedException if it failed for at least one message, which then becomes
  ///     visible again only after the queue's own visibility timeout
  void delay(Map<SqsMessage, Duration> returned, Deadline deadline);
}
