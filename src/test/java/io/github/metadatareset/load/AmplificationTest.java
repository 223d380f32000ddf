package io.github.metadatareset.load;

import static io.github.metadatareset.queue.TestMessage.message;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// No event causes endless calls, dead letters or invocations, even if connectors list endless
/// entities.
@LongSuite("No event needs more calls, dead letters or chained invocations than its limits allow.")
class AmplificationTest {

  /// Lambda stops a chain of about 16 invocations through one queue.
  private static final int MAX_CHAIN = 11;

  /// A message in the queue.
  ///
  /// @param hops how many invocations there are from the event to this message
  private record Queued(String body, OptionalInt maxCalls, int hops) {}

  private static final String ALL = "{'connectorProfileName':'*','entities':'ALL'}";

  @Test
  void aConnectorThatListsTheSameEntitiesBelowEveryEntityExhaustsItsCalls() {
    int maxCalls = 2_000;
    Entity[] parents =
        IntStream.range(0, 40).mapToObj(i -> FakeAppFlow.parent("e" + i)).toArray(Entity[]::new);

    QueueDrain drain = new QueueDrain(maxCalls, profiles(3).entitiesEverywhere(parents)).run(ALL);

    // for each profile the names, 40 entities, and the names below each of the 40
    assertEquals(3 * (1 + 40 + 40), drain.resets());
    assertEquals(Set.of("TooManyCalls"), Set.copyOf(drain.errorCodes()));
    assertTrue(drain.errorCodes().size() <= maxCalls, drain::toString);
  }

  @Test
  void callsDeadLettersAndHopsStayWithinTheirLimits() {
    new RandomCases(100)
        .check(
            random -> {
              int maxCalls = random.nextInt(1, 1_000);
              QueueDrain drain = new QueueDrain(maxCalls, randomAppFlow(random));
              assertDoesNotThrow(() -> drain.run(ALL));

              assertTrue(drain.resets() <= maxCalls, drain::toString);
              assertTrue(drain.errorCodes().size() <= maxCalls, drain::toString);
              assertTrue(drain.mostHops <= MAX_CHAIN, drain::toString);
            });
  }

  private static FakeAppFlow randomAppFlow(RandomGenerator random) {
    FakeAppFlow appFlow = profiles(random.nextInt(1, 4));
    for (int i = random.nextInt(6); i > 0; i--) {
      appFlow.entities("p1/e" + random.nextInt(8), randomEntities(random));
    }
    return appFlow.entitiesEverywhere(randomEntities(random));
  }

  private static Entity[] randomEntities(RandomGenerator random) {
    return IntStream.range(0, random.nextInt(8))
        .mapToObj(_ -> new Entity("e" + random.nextInt(8), random.nextBoolean()))
        .toArray(Entity[]::new);
  }

  private static FakeAppFlow profiles(int count) {
    FakeAppFlow appFlow = new FakeAppFlow();
    IntStream.rangeClosed(1, count)
        .forEach(i -> appFlow.profile("p" + i, ConnectorType.SALESFORCE));
    return appFlow;
  }

  /// The function and its queue, handled one message at a time until it is empty.
  private static final class QueueDrain implements RequestQueue {
    private final FakeAppFlow appFlow;
    private final FakeQueues deadLetters = new FakeQueues();
    private final TestFunction function;
    private final Deque<Queued> queued = new ArrayDeque<>();
    private Queued current;
    private int mostHops;

    QueueDrain(int maxCalls, FakeAppFlow appFlow) {
      this.appFlow = appFlow;
      this.function =
          new TestFunction(
              HandlerFixture.of(_ -> appFlow, this, deadLetters)
                  .limits(new Limits(12, 8, maxCalls, AllowedProfiles.ALL))
                  .clock(InstantSource.fixed(Instant.EPOCH)));
    }

    QueueDrain run(String event) {
      current = new Queued("", OptionalInt.empty(), 1);
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
              queued.add(
                  new Queued(each.body(), each.correlation().maxCalls(), current.hops() + 1)));
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      throw new AssertionError("no failure is retryable");
    }

    int resets() {
      return appFlow.resets().size();
    }

    List<String> errorCodes() {
      return deadLetters.deadLetters().stream().map(each -> each.failure().code()).toList();
    }

    @Override
    public String toString() {
      return "%d resets, %d dead letters, %d hops"
          .formatted(resets(), errorCodes().size(), mostHops);
    }
  }
}
