package io.github.metadatareset.simulation;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.QueueDrain;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// For random requests and events in random accounts: a dry run lists the calls that are made if
/// the sender waits, and those that come of the request queue. None is made twice by a wait.
class SameCallsTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);

  @Test
  void aDryRunAWaitAndTheQueueNeedTheSameCalls() {
    RandomCases cases = new RandomCases(500);
    Map<String, Integer> seen = new HashMap<>();

    cases.check(
        random -> {
          Account account = Account.random(random, 1);
          Limits limits = limits(random);
          RandomBodies bodies = new RandomBodies(random, account);
          String body = bodies.next();
          // Checks have neither.
          while (!bodies.isJson(body) || body.contains("check")) {
            body = bodies.next();
          }
          Set<String> queued = resetByQueue(account, limits, body);
          Optional<Request> request = request(body);
          if (request.isEmpty()) {
            assertEquals(Set.of(), queued, body);
          } else {
            String json = request.get().json();
            assertEquals(queued, plannedByDryRun(account, limits, json), "dry run of " + json);
            assertEquals(queued, resetByWait(account, limits, json), "wait for " + json);
          }
          seen.merge(queued.size() > 3 ? "more" : String.valueOf(queued.size()), 1, Integer::sum);
        });

    assertTrue(
        seen.getOrDefault("more", 0) >= cases.count() / 30, () -> "calls in each case: " + seen);
  }

  /// Some events need more calls than they may.
  private static Limits limits(RandomGenerator random) {
    Limits limits = HandlerFixture.LIMITS;
    return random.nextInt(4) > 0
        ? limits
        : new Limits(
            limits.maxReceiveCount(),
            limits.maxConcurrentCalls(),
            random.nextInt(1, 20),
            limits.allowedProfiles());
  }

  private static Set<String> resetByQueue(Account account, Limits limits, String body) {
    QueueDrain drain = new QueueDrain(limits, appFlow(account));
    try {
      drain.run(body);
    } catch (RequestFailedException | IncompleteResetException e) {
      // the event was refused, or not all calls are known
    }
    return texts(drain.resets());
  }

  private static Set<String> plannedByDryRun(Account account, Limits limits, String request) {
    FakeAppFlow appFlow = appFlow(account);
    FakeQueues queues = new FakeQueues();
    JsonValue answer = JsonValue.parse(invoke(appFlow, queues, limits, request, "dryRun"), "");

    assertEquals(List.of(), appFlow.resets());
    assertNothingSent(queues);
    assertEquals(true, answer.member("complete").orElseThrow().content());
    List<String> calls =
        answer.member("calls").orElseThrow().asList("calls").stream()
            .map(each -> text(each.member("call").orElseThrow()))
            .toList();
    SortedSet<String> distinct = new TreeSet<>(calls);
    assertEquals(calls.size(), distinct.size(), () -> "repeated: " + calls);
    return distinct;
  }

  private static Set<String> resetByWait(Account account, Limits limits, String request) {
    FakeAppFlow appFlow = appFlow(account);
    FakeQueues queues = new FakeQueues();
    try {
      JsonValue answer = JsonValue.parse(invoke(appFlow, queues, limits, request, "wait"), "");
      assertEquals(appFlow.resets().size(), answer.member("reset").orElseThrow().content());
    } catch (IncompleteResetException e) {
      assertTrue(e.getMessage().length() < 8 * 1024, e::getMessage);
    }
    assertNothingSent(queues);
    Set<String> resets = texts(appFlow.resets());
    assertEquals(resets.size(), appFlow.resets().size(), () -> "repeated: " + appFlow.resets());
    return resets;
  }

  private static String invoke(
      FakeAppFlow appFlow, FakeQueues queues, Limits limits, String request, String flag) {
    return new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues).limits(limits))
        .invoke("{\"%s\":true,%s".formatted(flag, request.substring(1)));
  }

  private static void assertNothingSent(FakeQueues queues) {
    assertEquals(List.of(), queues.requests());
    assertEquals(List.of(), queues.deadLetters());
  }

  private static Optional<Request> request(String body) {
    try {
      return switch (READER.read(JsonValue.parse(body, ""))) {
        case ParsedEvent.ParsedRequest(var request, _) -> Optional.of(request);
        case ParsedEvent.MayMatchNothing(var request) -> Optional.of(request);
        case ParsedEvent.Ignored _ -> Optional.empty();
      };
    } catch (RequestFailedException e) {
      return Optional.empty();
    }
  }

  /// Calls that differ only in the type of their profile are one.
  private static Set<String> texts(Collection<ResetCall> calls) {
    return calls.stream()
        .map(call -> text(JsonValue.parse(call.request().json(), "")))
        .collect(toCollection(TreeSet::new));
  }

  private static String text(JsonValue call) {
    Map<String, Object> members = new HashMap<>();
    for (String name : call.memberNames()) {
      if (!name.equals("connectorType") || !call.has("connectorProfileName")) {
        members.put(name, call.text(name).orElseThrow());
      }
    }
    return new TreeSet<>(members.entrySet().stream().map(Object::toString).toList()).toString();
  }

  private static FakeAppFlow appFlow(Account account) {
    FakeAppFlow appFlow = new FakeAppFlow();
    account
        .versions()
        .forEach((label, versions) -> appFlow.connector(label, versions.toArray(String[]::new)));
    account
        .profiles()
        .values()
        .forEach(
            profile -> {
              if (profile.isCustom()) {
                appFlow.customProfile(profile.name(), profile.label());
              } else {
                appFlow.profile(profile.name(), ConnectorType.of(profile.type()));
              }
              profile
                  .entities()
                  .forEach(
                      (parent, entities) ->
                          appFlow.entities(
                              profile.name() + (parent.isEmpty() ? "" : "/" + parent),
                              entities.stream()
                                  .map(entity -> new AppFlow.Entity(entity.name(), entity.nested()))
                                  .toArray(AppFlow.Entity[]::new)));
            });
    account
        .flows()
        .forEach(
            (name, uses) ->
                appFlow.withFlow(
                    name, uses.stream().map(SameCallsTest::use).toArray(AppFlow.Use[]::new)));
    return appFlow;
  }

  private static AppFlow.Use use(Account.Use use) {
    return new AppFlow.Use(
        new ProfileName(use.profile()),
        use.entity(),
        Optional.of(use.parent()).filter(parent -> !parent.isEmpty()),
        Optional.of(use.version()).filter(version -> !version.isEmpty()).map(ApiVersion::new));
  }
}
