package io.github.metadatareset.fuzzing;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.nestedUse;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.aws.SqsRules;
import io.github.metadatareset.aws.StrictSqs;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.event.RequestsByLength;
import io.github.metadatareset.invocation.LoneFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the function sends to a queue is legal by SQS's rules, whatever it was sent and whatever
/// AppFlow lists: a dead letter is accepted, or its message stays. [StrictSqs] applies the rules.
class SqsLegalityTest {

  private static final String CRM =
      "{\"connectorProfileName\":\"crm\",\"connectorType\":\"Slack\",";

  @Test
  void everyMessageThatSqsCouldHaveDeliveredEndsAndEveryOtherStays() {
    int[] stayed = {0};

    new RandomCases(500)
        .check(
            random -> {
              RandomHostility hostility = new RandomHostility(random);
              List<HostileMessage> messages = hostility.messages();
              LoneFunction function = new LoneFunction(hostility.appFlow());

              String answer = function.invoke(HostileMessage.batch(messages));

              Reckoning.assertBalanced(function, messages, answer);
              stayed[0] += messages.stream().anyMatch(m -> !SqsRules.takes(m.body())) ? 1 : 0;
            });

    assertTrue(stayed[0] > 25, () -> stayed[0] + " batches with messages that SQS would not take");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1000, -400, -300, -200, -100, -50, -30, -1, 0, 1, 2})
  void aLetterHasRoomForItsMessageUpToTheGreatestSize(int more) {
    String body = "é".repeat(500_000) + "x".repeat(SqsMessage.MAX_BYTES - 1_000_000 + more);
    List<HostileMessage> messages =
        List.of(
            new HostileMessage("long", body, "c".repeat(128), "g".repeat(128), 12),
            new HostileMessage("short", "x", "c", "g", 12));
    LoneFunction function = new LoneFunction(new FakeAppFlow());

    String answer = function.invoke(HostileMessage.batch(messages));

    Reckoning.assertBalanced(function, messages, answer);
    assertEquals(more > 0 ? 1 : 2, function.buried().size());
  }

  /// The pattern gives way to a name, type and version are added, and the parts are read in turn.
  @Test
  void theLongestRequestThatIsReadHasPartsThatFit() {
    String name = "p".repeat(256);
    FakeAppFlow appFlow =
        new FakeAppFlow()
            .customProfile(name, "Erp")
            .customProfile("q", "Erp")
            .connector("Erp", "😀".repeat(256));
    LoneFunction function = new LoneFunction(appFlow);

    assertDone(function, RequestsByLength.ofBytes("*", 1_040_384));

    assertEquals(2, function.enqueued().size());
    assertEquals(Optional.of("q"), function.enqueued().getLast().messageGroupId());
  }

  @ParameterizedTest
  @CsvSource({"a, 1047552", "a*, 1040384"})
  void theLongestRequestThatIsReadDirectlyIsQueued(String profile, int bytes) {
    LoneFunction function = new LoneFunction(new FakeAppFlow());

    function.invoke(RequestsByLength.ofBytes(profile, bytes).getBytes(UTF_8));

    assertEquals(1, function.enqueued().size());
  }

  @Test
  void everyEntityThatAppFlowListsIsAskedForOrALetterWhateverItsName() {
    new RandomCases(200)
        .check(
            random -> {
              List<Entity> entities = entities(new RandomHostility(random));
              LoneFunction function =
                  new LoneFunction(
                      new FakeAppFlow().entities("crm", entities.toArray(Entity[]::new)));

              assertDone(function, CRM + "\"entities\":\"ALL\"}");

              assertEquals(names(entities.stream()), named(function, "connectorEntityName"));
              assertEquals(
                  names(entities.stream().filter(Entity::hasNestedEntities)),
                  named(function, "entitiesPath"));
            });
  }

  @Test
  void everyEntityThatAFlowUsesIsAskedForOrALetterWhateverItsName() {
    new RandomCases(200)
        .check(
            random -> {
              Use[] uses = uses(new RandomHostility(random));
              LoneFunction function =
                  new LoneFunction(
                      new FakeAppFlow()
                          .profile("crm", ConnectorType.SLACK)
                          .withFlow("flow", uses)
                          .withFlow("another", nestedUse("crm", "P", "E", "v1")));

              assertDone(function, "{\"flowName\":\"*\"}");

              assertEquals(
                  names(
                      Stream.concat(
                          Stream.of(uses).map(use -> leaf(use.entity())), Stream.of(leaf("E")))),
                  named(function, "connectorEntityName"));
            });
  }

  /// The message is done, and what came of it can be read once more.
  private static void assertDone(LoneFunction function, String body) {
    HostileMessage message = new HostileMessage("m", body, "cause", "group", 1);

    String answer = function.invoke(HostileMessage.batch(List.of(message)));

    assertEquals("{\"batchItemFailures\":[]}", answer);
    EventReader reader = new EventReader(ProfilePattern.ALL);
    for (StrictSqs.Message part : function.enqueued()) {
      assertTrue(
          reader.read(part.body()) instanceof ParsedEvent.ParsedRequest(Request request)
              && request.json().equals(part.body()),
          part::body);
    }
    for (DeadLetter letter : function.buried()) {
      assertTrue(letter.body().matches("[ -~]+"), letter::body);
    }
  }

  /// As a letter names them, which has room for so much of a name that AppFlow refuses.
  private static Set<String> names(Stream<Entity> entities) {
    return entities
        .map(Entity::name)
        .map(name -> name.substring(0, Math.min(name.length(), 4096)))
        .collect(Collectors.toSet());
  }

  /// What the parts and the letters have for that member.
  private static Set<String> named(LoneFunction function, String member) {
    return Stream.concat(
            function.enqueued().stream().map(StrictSqs.Message::body),
            function.buried().stream().map(DeadLetter::body))
        .flatMap(body -> JsonValue.parse(body, "").text(member).stream())
        .collect(Collectors.toSet());
  }

  private static List<Entity> entities(RandomHostility hostility) {
    RandomGenerator random = hostility.random();
    return Stream.generate(
            () -> random.nextBoolean() ? leaf(hostility.text()) : parent(hostility.text()))
        .limit(random.nextInt(1, 6))
        .toList();
  }

  private static Use[] uses(RandomHostility hostility) {
    return Stream.generate(() -> nestedUse("crm", hostility.text(), hostility.text(), "v1"))
        .limit(hostility.random().nextInt(1, 6))
        .toArray(Use[]::new);
  }
}
