package io.github.metadatareset.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// How many calls each sub-request may need.
class SubRequestsTest {

  private static final Failure.Permanent FAILURE = new Failure.Permanent("TooDeep", "too deep");

  @Test
  void theRemainingCallsAreDividedAmongTheSubRequestsThatNeedSplitting() {
    assertEquals(30, subRequests(1, 6, 3, 0).maxCallsOfEach(98));
    assertEquals(30, subRequests(1, 6, 3, 2).maxCallsOfEach(99));
  }

  @Test
  void aSubRequestWithoutConnectorTypeMayNeedSplitting() {
    Request unknown = of("custom", Optional.empty(), new Entities.Names());
    Request known = of("crm", Optional.of(ConnectorType.SALESFORCE), new Entities.Names());

    assertEquals(9, new SubRequests(0, List.of(unknown, known), List.of()).maxCallsOfEach(10));
  }

  @Test
  void aSubRequestThatIsOneCallMayNeedOne() {
    assertEquals(1, subRequests(0, 5, 0, 0).maxCallsOfEach(5));
  }

  @Test
  void tooManySubRequestsAreAPermanentFailure() {
    RequestFailedException refused =
        assertThrows(RequestFailedException.class, () -> subRequests(1, 5, 2, 1).maxCallsOfEach(8));

    assertEquals(
        new Failure.Permanent(
            "TooManyCalls",
            "the request needs at least 9 calls, but its event has only 8 left (MAX_CALLS_PER_EVENT); narrow the request, or replay it with a new count"),
        refused.failure());
  }

  @Test
  void anEventNeverExceedsItsLimitOfCallsAndDeadLetters() {
    new RandomCases(1000)
        .check(
            random -> {
              int maxCalls = random.nextInt(1, 400);
              Cost cost = split(random, maxCalls);
              assertTrue(cost.calls() <= maxCalls, () -> cost + " of " + maxCalls);
              assertTrue(cost.deadLetters() <= maxCalls, () -> cost + " of " + maxCalls);
            });
  }

  /// The calls and dead letters of a request with random sub-requests, split until it is
  /// refused.
  private static Cost split(RandomGenerator random, int maxCalls) {
    int resets = random.nextInt(2);
    int calls = random.nextInt(5);
    int splits = random.nextInt(4);
    int rejected = random.nextInt(2);
    try {
      int each = subRequests(resets, calls, splits, rejected).maxCallsOfEach(maxCalls);
      return IntStream.range(0, splits)
          .mapToObj(_ -> split(random, each))
          .reduce(new Cost(resets + calls, rejected), Cost::plus);
    } catch (RequestFailedException e) {
      return new Cost(resets, 1);
    }
  }

  private record Cost(int calls, int deadLetters) {
    Cost plus(Cost other) {
      return new Cost(calls + other.calls, deadLetters + other.deadLetters);
    }
  }

  private static SubRequests subRequests(int resets, int calls, int splits, int rejected) {
    return new SubRequests(
        resets,
        Stream.concat(
                IntStream.range(0, calls).mapToObj(i -> of(i, new Entities.Names())),
                IntStream.range(0, splits).mapToObj(i -> of(i, new Entities.All(0))))
            .toList(),
        IntStream.range(0, rejected)
            .mapToObj(i -> new SubRequests.Rejected("{}" + i, FAILURE))
            .toList());
  }

  private static Request of(int profile, Entities entities) {
    return of("p" + profile, Optional.of(ConnectorType.SLACK), entities);
  }

  private static Request of(String profile, Optional<ConnectorType> type, Entities entities) {
    return new Request.OfConnector(new NamedProfile(new ProfileName(profile), type), entities);
  }
}
