package io.github.metadatareset.queue;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
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

/// The request queue and the dead-letter queue as lists, which refuse what they are told to, and
/// whatever comes after its deadline.
public final class FakeQueues implements RequestQueue, DeadLetterQueue {

  private static final Failure REFUSED = new Failure.Unavailable("InternalError", "try again");

  private final List<String> requests = new ArrayList<>();
  private final List<String> correlationIds = new ArrayList<>();
  private final List<Integer> maxCalls = new ArrayList<>();
  private final List<DeadLetter> letters = new ArrayList<>();
  private final Map<String, Duration> delays = new LinkedHashMap<>();
  private Optional<Failure> requestFailure = Optional.empty();
  private Set<String> refusedBodies = Set.of();
  private boolean undelayable;

  /// The JSON of what was enqueued, with single quotes.
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  /// The causes of what was enqueued.
  public synchronized List<String> correlationIds() {
    return List.copyOf(correlationIds);
  }

  /// What each of them may come to.
  public synchronized List<Integer> maxCalls() {
    return List.copyOf(maxCalls);
  }

  public synchronized List<DeadLetter> letters() {
    return List.copyOf(letters);
  }

  /// By message id.
  public synchronized Map<String, Duration> delays() {
    return Map.copyOf(delays);
  }

  public void refuseRequests() {
    requestFailure = Optional.of(REFUSED);
  }

  public void refuseLetters(String... bodies) {
    refusedBodies = Set.of(bodies);
  }

  public void refuseDelays() {
    undelayable = true;
  }

  @Override
  public synchronized void enqueue(
      List<? extends Request> wanted, Correlation cause, Deadline deadline) {
    if (requestFailure.isPresent()) {
      throw new RequestFailedException(requestFailure.get());
    }
    deadline.remaining();
    wanted.forEach(
        request -> {
          requests.add(request.json().replace('"', '\''));
          correlationIds.add(cause.id());
          cause.maxCalls().ifPresent(maxCalls::add);
        });
  }

  @Override
  public synchronized void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
    if (undelayable) {
      throw new RequestFailedException(REFUSED);
    }
    deadline.remaining();
    returned.forEach((message, duration) -> delays.put(message.messageId(), duration));
  }

  @Override
  public synchronized Sent send(List<DeadLetter> wanted, Deadline deadline) {
    Set<DeadLetter> accepted = new HashSet<>();
    Map<DeadLetter, Failure> refused = new HashMap<>();
    boolean late = !deadline.clock().instant().isBefore(deadline.end());
    for (DeadLetter letter : wanted) {
      if (late || refusedBodies.contains(letter.body())) {
        refused.put(letter, REFUSED);
      } else {
        accepted.add(letter);
        letters.add(letter);
      }
    }
    return new Sent(accepted, refused);
  }
}
