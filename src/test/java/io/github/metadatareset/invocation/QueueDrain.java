package io.github.metadatareset.invocation;

import static io.github.metadatareset.queue.TestMessage.message;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;

/// The function and its queue, handled one message at a time until it is empty.
public final class QueueDrain implements RequestQueue {

  private final FakeAppFlow appFlow;
  private final FakeQueues deadLetters = new FakeQueues();
  private final TestFunction function;
  private final Deque<Queued> queued = new ArrayDeque<>();
  private Queued current = new Queued("", OptionalInt.empty(), 1);
  private int mostHops;

  /// A message in the queue.
  ///
  /// @param hops how many invocations there are from the event to this message
  private record Queued(String body, OptionalInt maxCalls, int hops) {}

  public QueueDrain(Limits limits, FakeAppFlow appFlow) {
    this.appFlow = appFlow;
    this.function =
        new TestFunction(
            HandlerFixture.of(_ -> appFlow, this, deadLetters)
                .limits(limits)
                .clock(InstantSource.fixed(Instant.EPOCH)));
  }

  /// Invokes the function with the event, which may have single quotes, and then with each message.
  public QueueDrain run(String event) {
    function.invoke(event.replace('\'', '"'));
    while (!queued.isEmpty()) {
      current = queued.poll();
      mostHops = Math.max(mostHops, current.hops());
      TestMessage message = message(UUID.randomUUID().toString(), current.body());
      function.returned(
          current.maxCalls().isPresent()
              ? message.maxCalls(current.maxCalls().getAsInt())
              : message);
    }
    return this;
  }

  @Override
  public void enqueue(List<Waiting> messages, Deadline deadline) {
    messages.forEach(
        each ->
            queued.add(new Queued(each.body(), each.correlation().maxCalls(), current.hops() + 1)));
  }

  @Override
  public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
    throw new AssertionError("no failure is retryable");
  }

  public List<ResetCall> resets() {
    return appFlow.resets();
  }

  public List<String> errorCodes() {
    return deadLetters.deadLetters().stream().map(each -> each.failure().code()).toList();
  }

  /// The longest chain of invocations.
  public int mostHops() {
    return mostHops;
  }

  @Override
  public String toString() {
    return "%d resets, %d dead letters, %d hops"
        .formatted(resets().size(), errorCodes().size(), mostHops);
  }
}
