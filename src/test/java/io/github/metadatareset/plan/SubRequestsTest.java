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

/// How many calls the parts of a request may come to.
class SubRequestsTest {

  private static final Failure.Permanent FAILURE = new Failure.Permanent("TooDeep", "too deep");

  @Test
  void whatIsLeftBesideThePartsThatAreOneCallIsDividedAmongTheOthers() {
    assertEquals(30, parts(1, 6, 3, 0).maxCallsOfEach(98));
    assertEquals(30, parts(1, 6, 3, 2).maxCallsOfEach(99));
  }

  @Test
  void aPartWhoseVersionsAreNotKnownYetMayBeSplitAgain() {
    Request unknown = of("custom", Optional.empty(), new Entities.Names());
    Request known = of("crm", Optional.of(ConnectorType.SALESFORCE), new Entities.Names());

    assertEquals(9, new SubRequests(0, List.of(unknown, known), List.of()).maxCallsOfEach(10));
  }

  @Test
  void aPartThatIsOneCallMayComeToOne() {
    assertEquals(1, parts(0, 5, 0, 0).maxCallsOfEach(5));
  }

  @Test
  void morePartsThanCallsAreRefusedForGoodWithBothNumbers() {
    RequestFailedException refused =
        assertThrows(RequestFailedException.class, () -> parts(1, 5, 2, 1).maxCallsOfEach(8));

    assertEquals(
        new Failure.Permanent(
            "TooManyCalls",
            "the request needs 9 calls or more; 8 are left of what one event may need (MAX_CALLS_PER_EVENT)"),
        refused.failure());
  }

  @Test
  void howeverOftenItIsSplitAnEventComesToNoMoreCallsAndToNoMoreLettersThanItMay() {
    new RandomCases(1000)
        .check(
            random -> {
              int maxCalls = random.nextInt(1, 400);
              Cost cost = split(random, maxCalls);
              assertTrue(cost.calls() <= maxCalls, () -> cost + " of " + maxCalls);
              assertTrue(cost.letters() <= maxCalls, () -> cost + " of " + maxCalls);
            });
  }

  /// Of a request that splits into anything, again and again, until it is refused.
  private static Cost split(RandomGenerator random, int maxCalls) {
    int resets = random.nextInt(2);
    int narrow = random.nextInt(5);
    int wide = random.nextInt(4);
    int impossible = random.nextInt(2);
    try {
      int each = parts(resets, narrow, wide, impossible).maxCallsOfEach(maxCalls);
      return IntStream.range(0, wide)
          .mapToObj(_ -> split(random, each))
          .reduce(new Cost(resets + narrow, impossible), Cost::plus);
    } catch (RequestFailedException e) {
      return new Cost(resets, 1);
    }
  }

  private record Cost(int calls, int letters) {
    Cost plus(Cost other) {
      return new Cost(calls + other.calls, letters + other.letters);
    }
  }

  private static SubRequests parts(int resets, int narrow, int wide, int impossible) {
    return new SubRequests(
        resets,
        Stream.concat(
                IntStream.range(0, narrow).mapToObj(i -> of(i, new Entities.Names())),
                IntStream.range(0, wide).mapToObj(i -> of(i, new Entities.All(0))))
            .toList(),
        IntStream.range(0, impossible)
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
