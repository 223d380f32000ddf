package io.github.metadatareset.load;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.QueueDrain;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// No event causes endless calls, dead letters or invocations, even if connectors list endless
/// entities.
@LongSuite("No event needs more calls, dead letters or chained invocations than its limits allow.")
class AmplificationTest {

  /// Lambda stops a chain of about 16 invocations through one queue.
  private static final int MAX_CHAIN = 11;

  private static final String ALL = "{'connectorProfileName':'*','entities':'ALL'}";

  @Test
  void aConnectorThatListsTheSameEntitiesBelowEveryEntityExhaustsItsCalls() {
    int maxCalls = 2_000;
    Entity[] parents =
        IntStream.range(0, 40).mapToObj(i -> FakeAppFlow.parent("e" + i)).toArray(Entity[]::new);

    QueueDrain drain =
        new QueueDrain(limits(maxCalls), profiles(3).entitiesEverywhere(parents)).run(ALL);

    // for each profile the names, 40 entities, and the names below each of the 40
    assertEquals(3 * (1 + 40 + 40), drain.resets().size());
    assertEquals(Set.of("TooManyCalls"), Set.copyOf(drain.errorCodes()));
    assertTrue(drain.errorCodes().size() <= maxCalls, drain::toString);
  }

  @Test
  void callsDeadLettersAndHopsStayWithinTheirLimits() {
    new RandomCases(100)
        .check(
            random -> {
              int maxCalls = random.nextInt(1, 1_000);
              QueueDrain drain = new QueueDrain(limits(maxCalls), randomAppFlow(random));
              assertDoesNotThrow(() -> drain.run(ALL));

              assertTrue(drain.resets().size() <= maxCalls, drain::toString);
              assertTrue(drain.errorCodes().size() <= maxCalls, drain::toString);
              assertTrue(drain.mostHops() <= MAX_CHAIN, drain::toString);
            });
  }

  private static Limits limits(int maxCalls) {
    return new Limits(12, 8, maxCalls, AllowedProfiles.ALL);
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
}
