package io.github.metadatareset.load;

import static io.github.metadatareset.queue.SentMessage.batch;
import static io.github.metadatareset.queue.SentMessage.message;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SentMessage;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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

/// No event makes work without end, whatever the connectors list.
class AmplificationTest {

  /// Lambda stops a chain of about so many invocations that go through one queue.
  private static final int LOOP_LIMIT = 16;

  /// A message, and how many invocations there are from the event to it.
  private record Waiting(String body, OptionalInt maxCalls, int hops) {}

  private static final String ALL = "{'connectorProfileName':'*','entities':'ALL'}";

  @Test
  void aConnectorThatListsEverythingBelowEverythingIsCutOff() throws IOException {
    int maxCalls = 2_000;
    Entity[] parents =
        IntStream.range(0, 40).mapToObj(i -> FakeAppFlow.parent("e" + i)).toArray(Entity[]::new);

    Work work = new Work(maxCalls, profiles(3).entitiesEverywhere(parents)).drain(ALL);

    // of each profile the names, 40 details, and the names below each of the 40
    assertEquals(3 * (1 + 40 + 40), work.resets());
    assertEquals(Set.of("TooManyCalls"), Set.copyOf(work.codes()));
    assertTrue(work.codes().size() <= maxCalls, work::toString);
  }

  @Test
  void whateverIsListedCallsLettersAndHopsStayBelowTheirLimits() {
    new RandomCases(100)
        .check(
            random -> {
              int maxCalls = random.nextInt(1, 1_000);
              Work work = new Work(maxCalls, anything(random));
              assertDoesNotThrow(() -> work.drain(ALL));

              assertTrue(work.resets() <= maxCalls, work::toString);
              assertTrue(work.codes().size() <= maxCalls, work::toString);
              assertTrue(work.mostHops < LOOP_LIMIT, work::toString);
            });
  }

  private static FakeAppFlow anything(RandomGenerator random) {
    FakeAppFlow appFlow = profiles(random.nextInt(1, 4));
    for (int i = random.nextInt(6); i > 0; i--) {
      appFlow.entities("p1/e" + random.nextInt(8), listed(random));
    }
    return appFlow.entitiesEverywhere(listed(random));
  }

  private static Entity[] listed(RandomGenerator random) {
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

  /// The function with the queue that it feeds, one message at a time, until it is empty.
  private static final class Work implements RequestQueue {
    private final FakeAppFlow appFlow;
    private final FakeQueues letters = new FakeQueues();
    private final MetadataResetHandler function;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private Waiting current;
    private int mostHops;

    Work(int maxCalls, FakeAppFlow appFlow) {
      this.appFlow = appFlow;
      this.function =
          HandlerFixture.of(_ -> appFlow, this, letters)
              .limits(new Limits(12, 8, maxCalls, ProfilePattern.ALL))
              .clock(InstantSource.fixed(Instant.EPOCH))
              .handler();
    }

    Work drain(String event) throws IOException {
      current = new Waiting("", OptionalInt.empty(), 1);
      handle(event.replace('\'', '"'));
      while (!waiting.isEmpty()) {
        current = waiting.poll();
        mostHops = Math.max(mostHops, current.hops());
        SentMessage message = message(UUID.randomUUID().toString(), current.body());
        handle(
            batch(
                current.maxCalls().isPresent()
                    ? message.maxCalls(current.maxCalls().getAsInt())
                    : message));
      }
      return this;
    }

    private void handle(String event) throws IOException {
      function.handleRequest(
          new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)),
          new ByteArrayOutputStream(),
          LocalContext.withTimeout(Duration.ofMinutes(1)));
    }

    @Override
    public void enqueue(List<? extends Request> requests, Correlation cause, Deadline deadline) {
      requests.forEach(
          request ->
              waiting.add(new Waiting(request.json(), cause.maxCalls(), current.hops() + 1)));
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      throw new AssertionError("nothing fails in passing");
    }

    int resets() {
      return appFlow.resets().size();
    }

    List<String> codes() {
      return letters.letters().stream().map(letter -> letter.failure().code()).toList();
    }

    @Override
    public String toString() {
      return "%d resets, %d letters, %d hops".formatted(resets(), codes().size(), mostHops);
    }
  }
}
