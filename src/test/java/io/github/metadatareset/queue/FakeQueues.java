package io.github.metadatareset.queue;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The request queue and the dead-letter queue as lists. They refuse what a test tells them to
/// refuse, and everything after its deadline.
public final class FakeQueues implements RequestQueue, DeadLetterQueue {

  private static final Failure REFUSED = new Failure.Unavailable("InternalError", "try again");

  private final List<String> requests = new ArrayList<>();
  private final List<String> correlationIds = new ArrayList<>();
  private final List<Integer> maxCalls = new ArrayList<>();
  private final List<Optional<String>> flows = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final Map<String, Duration> delays = new LinkedHashMap<>();
  private Optional<Failure> requestFailure = Optional.empty();
  private Set<String> refusedBodies = Set.of();
  private boolean delaysRefused;

  /// The JSON of the enqueued requests, with single quotes.
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  /// The correlation IDs of the enqueued requests.
  public synchronized List<String> correlationIds() {
    return List.copyOf(correlationIds);
  }

  /// How many calls each enqueued request may need. A request without a limit has no entry.
  public synchronized List<Integer> maxCalls() {
    return List.copyOf(maxCalls);
  }

  /// The flows for which each request was enqueued.
  public synchronized List<Optional<String>> flows() {
    return List.copyOf(flows);
  }

  public synchronized List<DeadLetter> deadLetters() {
    return List.copyOf(deadLetters);
  }

  /// By message ID.
  public synchronized Map<String, Duration> delays() {
    return Map.copyOf(delays);
  }

  public void refuseRequests() {
    requestFailure = Optional.of(REFUSED);
  }

  public void refuseDeadLetters(String... bodies) {
    refusedBodies = Set.of(bodies);
  }

  public void refuseDelays() {
    delaysRefused = true;
  }

  @Override
  public synchronized void enqueue(List<Waiting> added, Deadline deadline) {
    if (requestFailure.isPresent()) {
      throw new RequestFailedException(requestFailure.get());
    }
    deadline.remaining();
    added.forEach(
        each -> {
          requests.add(each.body().replace('"', '\''));
          correlationIds.add(each.correlation().id());
          each.correlation().maxCalls().ifPresent(maxCalls::add);
          flows.add(each.correlation().flows());
        });
  }

  @Override
  public synchronized void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
    if (delaysRefused) {
      throw new RequestFailedException(REFUSED);
    }
    deadline.remaining();
    returned.forEach((message, duration) -> delays.put(message.messageId(), duration));
  }

  @Override
  public synchronized Sent send(List<DeadLetter> batch, Deadline deadline) {
    Set<DeadLetter> accepted = new HashSet<>();
    Map<DeadLetter, Failure> refused = new HashMap<>();
    boolean late = !deadline.clock().instant().isBefore(deadline.end());
    for (DeadLetter deadLetter : batch) {
      if (late || refusedBodies.contains(deadLetter.body())) {
        refused.put(deadLetter, REFUSED);
      } else {
        accepted.add(deadLetter);
        deadLetters.add(deadLetter);
      }
    }
    return new Sent(accepted, refused);
  }
}
