package io.github.metadatareset.invocation;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.use;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A request with `wait`.
class CompleteResetTest {

  private static final Failure THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");
  private static final Failure MISSING =
      new Failure.Permanent("ResourceNotFoundException", "no such entity");

  private final FakeAppFlow appFlow = new FakeAppFlow().profile("crm", ConnectorType.SALESFORCE);
  private final FakeQueues queues = new FakeQueues();
  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-26T12:00:00Z"));
  private final TestFunction function =
      new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues).clock(now::get));

  @AfterEach
  void nothingIsSent() {
    assertEquals(List.of(), queues.requests());
    assertEquals(List.of(), queues.deadLetters());
  }

  @Test
  void makesEveryCallAndAnswersWithTheirNumber() {
    appFlow.withFlow("f", use("crm", "Account"), use("crm", "Lead"));

    assertEquals(
        "{'reset':3,'queued':0,'correlationId':'request-1'}",
        waitFor("{'connectorProfileName':'*','entities':'USED_BY_FLOWS'}"));
    assertEquals(Set.of("names", "Account", "Lead"), resets());
    assertEquals(3, function.log().resets().size());
    assertEquals(3, function.log().metric("Resets"));
    assertEquals(0, function.log().metric("Rejected"));
  }

  @Test
  void makesEachCallOnce() {
    appFlow.entities("crm", leaf("Account"));

    assertEquals(
        "{'reset':2,'queued':0,'correlationId':'request-1'}",
        waitFor(
            "{'requests':[{'connectorProfileName':'crm','entities':'ALL'},"
                + "{'connectorProfileName':'crm','connectorEntityName':'Account'},"
                + "{'connectorProfileName':'*'}]}"));
    assertEquals(2, appFlow.resets().size());
  }

  @Test
  void resetsTheListOfNamesBeforeItIsRead() {
    appFlow.resetsFailing(
        call -> {
          if (call.connectorEntityName().isEmpty()) {
            appFlow.entities("crm", leaf("New"));
          }
          return Optional.empty();
        });

    waitFor("{'connectorProfileName':'crm','entities':'ALL'}");

    assertEquals(Set.of("names", "New"), resets());
  }

  @Test
  void answersWithZeroIfAllProfilesAreNone() {
    assertEquals(
        "{'reset':0,'queued':0,'correlationId':'request-1'}",
        new TestFunction(HandlerFixture.of(_ -> new FakeAppFlow(), queues, queues))
            .invoke("{\"connectorProfileName\":\"*\",\"wait\":true}")
            .replace('"', '\''));
  }

  @Test
  void repeatsAThrottledCallUntilItIsAccepted() {
    AtomicInteger tries = new AtomicInteger();
    appFlow.resetsFailing(
        _ -> tries.incrementAndGet() < 30 ? Optional.of(THROTTLED) : Optional.empty());

    assertEquals(
        "{'reset':1,'queued':0,'correlationId':'request-1'}",
        waitFor("{'connectorProfileName':'crm'}"));
    assertEquals(0, function.log().metric("Throttled"));
  }

  @Test
  void aCallThatIsThrottledUntilTheDeadlineIsNotDone() {
    appFlow.resetsFailing(
        _ -> {
          now.updateAndGet(time -> time.plusSeconds(20));
          return Optional.of(THROTTLED);
        });

    assertEquals(
        "1 not done, 0 reset. Not done: {\"connectorProfileName\":\"crm\","
            + "\"connectorType\":\"Salesforce\"}: ThrottlingException: Rate exceeded",
        failure("{'connectorProfileName':'crm'}").getMessage());
    assertEquals(1, function.log().metric("Throttled"));
    assertTrue(
        Duration.between(Instant.parse("2026-11-26T12:00:00Z"), now.get()).toSeconds() >= 110);
  }

  @Test
  void whatIsLeftAtTheDeadlineIsNotDone() {
    AtomicInteger made = new AtomicInteger();
    appFlow.resetsFailing(
        _ -> {
          return made.incrementAndGet() > 3
              ? Optional.of(new Failure.Unavailable("OutOfTime", "no time left"))
              : Optional.empty();
        });

    String message =
        failure("{'connectorProfileName':'crm','entities':['A','B','C','D','E']}").getMessage();

    assertTrue(message.startsWith("2 not done, 3 reset"), message);
  }

  @Test
  void namesTheCallThatFailedAndMakesTheOthers() {
    appFlow.resetsFailing(
        call ->
            call.connectorEntityName().equals(Optional.of(new EntityName("Gone")))
                ? Optional.of(MISSING)
                : Optional.empty());

    assertEquals(
        "1 not done, 2 reset. Not done:"
            + " {\"connectorProfileName\":\"crm\",\"connectorType\":\"Salesforce\","
            + "\"connectorEntityName\":\"Gone\"}:"
            + " ResourceNotFoundException: no such entity",
        failure("{'connectorProfileName':'crm','entities':['Account','Gone','Lead']}")
            .getMessage());
    assertEquals(Set.of("Account", "Lead"), resets());
    assertEquals(2, function.log().metric("Resets"));
    assertEquals(1, function.log().metric("Rejected"));
    assertEquals(0, function.log().metric("DeadLetters"));
    assertEquals(
        "{\"connectorProfileName\":\"crm\",\"connectorType\":\"Salesforce\","
            + "\"connectorEntityName\":\"Gone\"}",
        LogLines.request(function.log().request("not done")));
    assertEquals(Optional.of("IncompleteReset"), function.log().errorCode("failed"));
  }

  @Test
  void namesTheFirstTenThatFailed() {
    appFlow.resetsFailing(
        _ -> Optional.of(new Failure.Permanent("ValidationException", "\u00e9".repeat(5_000))));
    String names =
        String.join("','", IntStream.range(0, 40).mapToObj(i -> "E".repeat(1_000) + i).toList());

    String message =
        failure("{'connectorProfileName':'crm','entities':['%s']}".formatted(names)).getMessage();

    assertTrue(message.startsWith("40 not done, 0 reset. Not done, the first 10: {"), message);
    assertTrue(message.length() < 8 * 1024 && message.matches("[ -~]+"), message);
  }

  @Test
  void failsIfASubRequestCannotBePlanned() {
    appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

    String message =
        failure("{'requests':[{'connectorProfileName':'erp'},{'connectorProfileName':'crm'}]}")
            .getMessage();

    assertTrue(
        message.startsWith(
            "1 not done, 1 reset. Not done: {\"connectorProfileName\":\"erp\"}: NoApiVersion: "),
        message);
    assertEquals(Set.of("names"), resets());
  }

  @Test
  void failsIfNothingMatches() {
    assertEquals(
        "1 not done, 0 reset. Not done: {\"flowName\":\"gone\"}: NoMatch: gone matches none of the 0"
            + " flows",
        failure("{'flowName':'gone'}").getMessage());
  }

  @Test
  void asksForTheVersionOfACustomConnector() {
    appFlow.customProfile("erp", "Erp").connector("Erp", "v7");

    assertEquals(
        "{'reset':1,'queued':0,'correlationId':'request-1'}",
        waitFor("{'connectorProfileName':'erp','connectorEntityName':'orders'}"));
    assertEquals(
        List.of("v7"),
        appFlow.resets().stream().map(call -> call.apiVersion().orElseThrow().value()).toList());
  }

  @Test
  void aRequestThatCannotBePlannedCountsAsRejected() {
    assertThrows(
        IncompleteResetException.class, () -> waitFor("{'connectorProfileName':'none-*'}"));

    assertEquals(1, function.log().metric("Rejected"));
  }

  @Test
  void aSkippedProfileIsNoFailure() {
    appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

    assertEquals(
        "{'reset':1,'queued':0,'correlationId':'request-1'}",
        waitFor("{'connectorProfileName':'*'}"));
    assertEquals(1, function.log().count("skipped"));
  }

  @Test
  void makesNoCallButThoseForListsIfMoreThanTenThousandAreNeeded() {
    appFlow.entities("crm", entities(10_000));

    assertEquals(
        "the request needs more than 10000 calls, 1 of which were made; narrow it, or send it"
            + " without wait",
        failure("{'connectorProfileName':'crm','entities':'ALL'}").getMessage());
    assertEquals(Set.of("names"), resets());
    assertEquals(1, function.log().metric("Resets"));
  }

  @Test
  void makesTenThousandCalls() {
    appFlow.entities("crm", entities(9_999));

    assertEquals(
        "{'reset':10000,'queued':0,'correlationId':'request-1'}",
        waitFor("{'connectorProfileName':'crm','entities':'ALL'}"));
  }

  @Test
  void refusesAnInvalidRequestLikeAnyOther() {
    assertThrows(RequestFailedException.class, () -> waitFor("{'connectorProfileName':'a b'}"));
  }

  @Test
  void makesAsManyCallsAtATimeAsTheLimit() {
    AtomicInteger atATime = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CyclicBarrier all = new CyclicBarrier(HandlerFixture.MAX_CONCURRENT_CALLS);
    appFlow.resetsFailing(
        _ -> {
          most.accumulateAndGet(atATime.incrementAndGet(), Math::max);
          try {
            all.await();
          } catch (Exception e) {
            throw new IllegalStateException(e);
          } finally {
            atATime.decrementAndGet();
          }
          return Optional.empty();
        });
    String names = String.join("','", IntStream.range(0, 64).mapToObj(i -> "E" + i).toList());

    waitFor("{'connectorProfileName':'crm','entities':['%s']}".formatted(names));

    assertEquals(HandlerFixture.MAX_CONCURRENT_CALLS, most.get());
  }

  /// State machines compare it.
  @Test
  void theNameOfTheExceptionDoesNotChange() {
    assertEquals(
        "io.github.metadatareset.invocation.IncompleteResetException",
        IncompleteResetException.class.getName());
  }

  private static Entity[] entities(int count) {
    return IntStream.range(0, count).mapToObj(i -> leaf("E" + i)).toArray(Entity[]::new);
  }

  private String waitFor(String request) {
    String flagged = request.substring(0, request.length() - 1) + ",'wait':true}";
    return function.invoke(flagged.replace('\'', '"')).replace('"', '\'');
  }

  private IncompleteResetException failure(String request) {
    return assertThrows(IncompleteResetException.class, () -> waitFor(request));
  }

  private Set<String> resets() {
    Set<String> names = new HashSet<>();
    for (ResetCall call : appFlow.resets()) {
      names.add(call.connectorEntityName().map(EntityName::value).orElse("names"));
    }
    return names;
  }
}
