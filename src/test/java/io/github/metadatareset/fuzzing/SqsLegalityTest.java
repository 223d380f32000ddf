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
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Fingerprint;
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

/// Everything that the function sends to a queue is valid for SQS, for any messages and any
/// responses of AppFlow. If a dead letter is not accepted, its message is returned. [StrictSqs]
/// has the rules.
class SqsLegalityTest {

  private static final String CRM =
      "{\"connectorProfileName\":\"crm\",\"connectorType\":\"Slack\",";

  @Test
  void everyMessageHasOneOutcomeAndOneThatCannotBeDeadLetteredIsReturned() {
    RandomCases cases = new RandomCases(500);
    int[] returned = {0};

    cases.check(
        random -> {
          MaliciousInput input = new MaliciousInput(random);
          List<MaliciousMessage> messages = input.messages();
          StrictFunction function = new StrictFunction(input.appFlow());

          String answer = function.invoke(MaliciousMessage.batch(messages));

          DeliveryAssertions.assertOneOutcomeEach(function, messages, answer);
          returned[0] += messages.stream().anyMatch(m -> !SqsRules.takes(m.body())) ? 1 : 0;
        });

    assertTrue(
        returned[0] > cases.count() / 20,
        () -> returned[0] + " batches with messages that SQS would refuse");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1000, -400, -300, -200, -100, -50, -30, -1, 0, 1, 2})
  void aMessageOfTheLargestSizeFitsIntoADeadLetter(int more) {
    String body = "é".repeat(500_000) + "x".repeat(SqsMessage.MAX_BYTES - 1_000_000 + more);
    List<MaliciousMessage> messages =
        List.of(
            new MaliciousMessage("long", body, "c".repeat(128), "g".repeat(128), 12),
            new MaliciousMessage("short", "x", "c", "g", 12));
    StrictFunction function = new StrictFunction(new FakeAppFlow());

    String answer = function.invoke(MaliciousMessage.batch(messages));

    DeliveryAssertions.assertOneOutcomeEach(function, messages, answer);
    assertEquals(more > 0 ? 1 : 2, function.deadLetters().size());
  }

  /// A sub-request is longer than its request: it has a name in place of the pattern, and the type
  /// and the version.
  @Test
  void theSubRequestsOfTheLongestRequestFitIntoMessages() {
    String name = "p".repeat(256);
    FakeAppFlow appFlow =
        new FakeAppFlow()
            .customProfile(name, "Erp")
            .customProfile("q", "Erp")
            .connector("Erp", "😀".repeat(256));
    StrictFunction function = new StrictFunction(appFlow);

    assertCompleted(function, RequestsByLength.ofBytes("*", 1_040_384));

    // Batches are sent at the same time, so they arrive in any order.
    assertEquals(2, function.enqueued().size());
    assertEquals(
        Set.of(Optional.of("q"), Optional.of(Fingerprint.of(name).hex())),
        function.enqueued().stream()
            .map(StrictSqs.Message::messageGroupId)
            .collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @CsvSource({"a, 1047552", "a*, 1040384"})
  void theLongestRequestOfADirectInvocationIsQueued(String profile, int bytes) {
    StrictFunction function = new StrictFunction(new FakeAppFlow());

    function.invoke(RequestsByLength.ofBytes(profile, bytes).getBytes(UTF_8));

    assertEquals(1, function.enqueued().size());
  }

  @Test
  void everyListedEntityBecomesASubRequestOrADeadLetterWhateverItsName() {
    new RandomCases(200)
        .check(
            random -> {
              List<Entity> entities = entities(new MaliciousInput(random));
              StrictFunction function =
                  new StrictFunction(
                      new FakeAppFlow().entities("crm", entities.toArray(Entity[]::new)));

              assertCompleted(function, CRM + "\"entities\":\"ALL\"}");

              assertEquals(names(entities.stream()), named(function, "connectorEntityName"));
              assertEquals(
                  names(entities.stream().filter(Entity::hasNestedEntities)),
                  named(function, "entitiesPath"));
            });
  }

  @Test
  void everyEntityThatAFlowUsesBecomesASubRequestOrADeadLetterWhateverItsName() {
    new RandomCases(200)
        .check(
            random -> {
              Use[] uses = uses(new MaliciousInput(random));
              StrictFunction function =
                  new StrictFunction(
                      new FakeAppFlow()
                          .profile("crm", ConnectorType.SLACK)
                          .withFlow("flow", uses)
                          .withFlow("another", nestedUse("crm", "P", "E", "v1")));

              assertCompleted(function, "{\"flowName\":\"*\"}");

              assertEquals(
                  names(
                      Stream.concat(
                          Stream.of(uses).map(use -> leaf(use.entity())), Stream.of(leaf("E")))),
                  named(function, "connectorEntityName"));
            });
  }

  /// The message is completed, its sub-requests can be read, and its dead letters are ASCII.
  private static void assertCompleted(StrictFunction function, String body) {
    MaliciousMessage message = new MaliciousMessage("m", body, "correlation-id", "group", 1);

    String answer = function.invoke(MaliciousMessage.batch(List.of(message)));

    assertEquals("{\"batchItemFailures\":[]}", answer);
    EventReader reader = new EventReader(AllowedProfiles.ALL);
    for (StrictSqs.Message subRequest : function.enqueued()) {
      assertTrue(
          reader.read(subRequest.body()) instanceof ParsedEvent.ParsedRequest(Request request, _)
              && request.json().equals(subRequest.body()),
          subRequest::body);
    }
    for (DeadLetter deadLetter : function.deadLetters()) {
      assertTrue(deadLetter.body().matches("[ -~]+"), deadLetter::body);
    }
  }

  /// A dead letter holds at most 4,096 characters of a name that AppFlow refuses.
  private static Set<String> names(Stream<Entity> entities) {
    return entities
        .map(Entity::name)
        .map(name -> name.substring(0, Math.min(name.length(), 4096)))
        .collect(Collectors.toSet());
  }

  /// The values of the member in the sub-requests and dead letters.
  private static Set<String> named(StrictFunction function, String member) {
    return Stream.concat(
            function.enqueued().stream().map(StrictSqs.Message::body),
            function.deadLetters().stream().map(DeadLetter::body))
        .flatMap(body -> JsonValue.parse(body, "").text(member).stream())
        .collect(Collectors.toSet());
  }

  private static List<Entity> entities(MaliciousInput input) {
    RandomGenerator random = input.random();
    return Stream.generate(() -> random.nextBoolean() ? leaf(input.text()) : parent(input.text()))
        .limit(random.nextInt(1, 6))
        .toList();
  }

  private static Use[] uses(MaliciousInput input) {
    return Stream.generate(() -> nestedUse("crm", input.text(), input.text(), "v1"))
        .limit(input.random().nextInt(1, 6))
        .toArray(Use[]::new);
  }
}
