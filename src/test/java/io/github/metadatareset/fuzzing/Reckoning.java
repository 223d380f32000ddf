package io.github.metadatareset.fuzzing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.aws.SqsRules;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.invocation.LogLines;
import io.github.metadatareset.invocation.LoneFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Holds the function to account for a batch: every message has ended in exactly one way, and what
/// is done has left its trace.
record Reckoning(LoneFunction function, LogLines log, Set<String> returned) {

  private static final EventReader READER = new EventReader(ProfilePattern.ALL);

  /// @throws AssertionError where the answer is none, or a message has ended twice or not at all
  static void assertBalanced(LoneFunction function, List<HostileMessage> batch, String answer) {
    Map<String, HostileMessage> byId = new LinkedHashMap<>();
    batch.forEach(message -> byId.merge(message.id(), message, Reckoning::receivedLater));
    new Reckoning(function, function.log(), returned(answer)).assertBalanced(byId);
  }

  /// What SQS would never give as a count is taken for the first time.
  private static HostileMessage receivedLater(HostileMessage one, HostileMessage next) {
    int times = one.receives() < 0 ? 1 : one.receives();
    return times > (next.receives() < 0 ? 1 : next.receives()) ? one : next;
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

  private void assertBalanced(Map<String, HostileMessage> byId) {
    Collection<HostileMessage> messages = byId.values();
    assertTrue(byId.keySet().containsAll(returned), returned::toString);
    messages.forEach(this::assertEndedOnce);
    assertEquals(messages.stream().filter(Reckoning::isIgnored).count(), log.count("ignored"));
    assertEquals(returned.size(), log.count("returned"));
    assertEquals(function.buried().size(), log.count("dead-lettered"));
  }

  private void assertEndedOnce(HostileMessage message) {
    boolean back = returned.contains(message.id());
    long buried = letters(message);
    Optional<ParsedEvent> meaning = meaning(message);
    if (meaning.isEmpty()) {
      assertEquals(SqsRules.takes(message.body()) ? 1 : 0, buried, message::toString);
      assertEquals(buried == 0, back, message::toString);
    } else if (meaning.get() instanceof ParsedEvent.ParsedRequest(var request)) {
      boolean done = !back && buried == 0;
      assertTrue(done ? isDone(request) : back ^ buried == 1, message::toString);
    } else {
      assertTrue(!back && buried == 0, message::toString);
    }
  }

  private static boolean isIgnored(HostileMessage message) {
    return meaning(message).filter(ParsedEvent.Ignored.class::isInstance).isPresent();
  }

  private static Optional<ParsedEvent> meaning(HostileMessage message) {
    try {
      return Optional.of(READER.read(message.body()));
    } catch (RequestFailedException e) {
      return Optional.empty();
    }
  }

  /// The letters for the message as a whole.
  private long letters(HostileMessage message) {
    return function.buried().stream()
        .filter(letter -> letter.source().messageId().equals(message.id()))
        .filter(letter -> letter.body().equals(message.body()))
        .count();
  }

  /// One call was made; what is more than one has left something, or the log says that it is none.
  private boolean isDone(Request request) {
    if (request instanceof Request.OfConnector narrow && !request.needsSplitting()) {
      return function.appFlow().resets().stream()
          .anyMatch(call -> asAsked(call.request()).equals(asAsked(narrow)));
    }
    return function.enqueued().size()
            + function.buried().size()
            + function.appFlow().resets().size()
            + log.count("nothing to reset")
        > 0;
  }

  /// Without the type and the version, which may have been found.
  private static Request asAsked(Request.OfConnector request) {
    return new Request.OfConnector(
        request.connector() instanceof NamedProfile(var name, _)
            ? new NamedProfile(name)
            : request.connector(),
        request.entities(),
        request.entitiesPath(),
        Optional.empty());
  }
}
