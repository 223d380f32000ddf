package io.github.metadatareset.fuzzing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.aws.SqsRules;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.invocation.LogLines;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Checks the outcomes of a batch: each message was completed, returned, dead-lettered or ignored,
/// and never two of these. A completed request has left a call, a sub-request, a dead letter or a
/// log line.
record DeliveryAssertions(StrictFunction function, LogLines log, Set<String> returned) {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);

  static void assertOneOutcomeEach(
      StrictFunction function, List<MaliciousMessage> batch, String answer) {
    Map<String, MaliciousMessage> byId = new LinkedHashMap<>();
    batch.forEach(message -> byId.merge(message.id(), message, DeliveryAssertions::receivedLater));
    new DeliveryAssertions(function, function.log(), returned(answer)).assertOneOutcomeEach(byId);
  }

  /// A receive count that SQS never sends is read as 1.
  private static MaliciousMessage receivedLater(MaliciousMessage one, MaliciousMessage next) {
    int count = one.receiveCount() < 0 ? 1 : one.receiveCount();
    return count > (next.receiveCount() < 0 ? 1 : next.receiveCount()) ? one : next;
  }

  private static Set<String> returned(String answer) {
    JsonValue json = JsonValue.parse(answer, "");
    assertEquals(List.of("batchItemFailures"), json.memberNames());
    List<String> ids =
        json.member("batchItemFailures").orElseThrow().asList("failures").stream()
            .peek(failure -> assertEquals(List.of("itemIdentifier"), failure.memberNames()))
            .map(failure -> failure.text("itemIdentifier").orElseThrow())
            .toList();
    assertEquals(ids.size(), new HashSet<>(ids).size(), answer);
    return Set.copyOf(ids);
  }

  private void assertOneOutcomeEach(Map<String, MaliciousMessage> byId) {
    Collection<MaliciousMessage> messages = byId.values();
    assertTrue(byId.keySet().containsAll(returned), returned::toString);
    messages.forEach(this::assertOneOutcome);
    long ignored = messages.stream().filter(DeliveryAssertions::isIgnored).count();
    long mayBeIgnored = messages.stream().filter(DeliveryAssertions::mayBeIgnored).count();
    assertTrue(ignored <= log.count("ignored"), log::toString);
    assertTrue(log.count("ignored") <= ignored + mayBeIgnored, log::toString);
    assertEquals(returned.size(), log.count("returned"));
    assertEquals(function.deadLetters().size(), log.count("dead-lettered"));
  }

  private void assertOneOutcome(MaliciousMessage message) {
    boolean isReturned = returned.contains(message.id());
    long deadLetters = deadLetters(message);
    Optional<ParsedEvent> parsed = parsed(message);
    if (parsed.isEmpty()) {
      assertEquals(SqsRules.takes(message.body()) ? 1 : 0, deadLetters, message::toString);
      assertEquals(deadLetters == 0, isReturned, message::toString);
    } else if (parsed.get() instanceof ParsedEvent.ParsedRequest(var request, _)) {
      boolean completed = !isReturned && deadLetters == 0;
      assertTrue(
          completed ? isCompleted(request) : isReturned ^ deadLetters == 1, message::toString);
    } else if (parsed.get() instanceof ParsedEvent.MayMatchNothing(var request)) {
      boolean completed = !isReturned && deadLetters == 0;
      assertTrue(
          completed
              ? log.count("ignored") > 0 || isCompleted(request)
              : isReturned ^ deadLetters == 1,
          message::toString);
    } else {
      assertTrue(!isReturned && deadLetters == 0, message::toString);
    }
  }

  private static boolean isIgnored(MaliciousMessage message) {
    return parsed(message).filter(ParsedEvent.Ignored.class::isInstance).isPresent();
  }

  private static boolean mayBeIgnored(MaliciousMessage message) {
    return parsed(message).filter(ParsedEvent.MayMatchNothing.class::isInstance).isPresent();
  }

  private static Optional<ParsedEvent> parsed(MaliciousMessage message) {
    try {
      return Optional.of(READER.read(message.body()));
    } catch (RequestFailedException e) {
      return Optional.empty();
    }
  }

  /// The dead letters for the message as a whole, and not for one of its sub-requests.
  private long deadLetters(MaliciousMessage message) {
    return function.deadLetters().stream()
        .filter(each -> each.source().messageId().equals(message.id()))
        .filter(each -> each.body().equals(message.body()))
        .count();
  }

  /// Whether the one call that the request needs was made, or splitting it had an effect.
  private boolean isCompleted(Request request) {
    if (request instanceof Request.OfConnector oneCall && !request.needsSplitting()) {
      return function.appFlow().resets().stream()
          .anyMatch(call -> withoutLookups(call.request()).equals(withoutLookups(oneCall)));
    }
    return function.enqueued().size()
            + function.deadLetters().size()
            + function.appFlow().resets().size()
            + log.count("nothing to reset")
            + log.count("skipped")
        > 0;
  }

  /// Without the connector type and the API version, which the function may have looked up.
  private static Request withoutLookups(Request.OfConnector request) {
    return new Request.OfConnector(
        request.connector() instanceof NamedProfile(var name, _)
            ? new NamedProfile(name)
            : request.connector(),
        request.entities(),
        request.entitiesPath(),
        Optional.empty());
  }
}
