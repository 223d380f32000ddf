package io.github.metadatareset.local;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/// The whole function on the local stack: messages go in; calls to AppFlow, returned messages and
/// dead letters come out.
@Tag(LongSuite.NEEDS_C2)
@LongSuite(
    "The whole function works over real HTTP, up to resetting everything of 50 large profiles.")
class LocalStackTest {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final String RESET = "ResetConnectorMetadataCache";

  /// So long that no test is slow enough to receive a message again by this timeout.
  private static final LocalQueues.Settings QUEUES =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  private LocalStack stack =
      LocalStack.start(AppFlowEmulator.start(AppFlowAccount.sample()), QUEUES);

  @AfterEach
  void stop() {
    stack.close();
  }

  @Test
  void resetsReturnsOrDeadLettersEachMessageOfABatch() throws InterruptedException {
    String throttled = "{\"connectorProfileName\":\"itsm\",\"connectorEntityName\":\"incident\"}";
    stack
        .appFlow()
        .faults()
        .next(
            3,
            RESET,
            Fault.error(429, "ThrottlingException"),
            input -> "incident".equals(input.get("connectorEntityName")));
    String valid = "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":\"Account\"}";
    Map<String, String> ids =
        send(
            Map.of(
                "valid", valid,
                "duplicate", valid,
                "wildcard", "{\"connectorProfileName\":\"crm-*\"}",
                "malformed", "{\"connectorProfileName\":\"crm-prod\",\"entity\":\"Account\"}",
                "unknown", "{\"connectorProfileName\":\"ghost\"}",
                "wrongType", "{\"connectorProfileName\":\"chat\",\"connectorType\":\"Salesforce\"}",
                "noVersion", "{\"connectorProfileName\":\"hubspot-prod\"}",
                "throttled", throttled));

    List<EventSourceMapping.Invocation> invocations = drain();

    assertEquals(
        List.of(ids.get("throttled")),
        invocations.stream().flatMap(each -> each.returnedIds().stream()).toList(),
        "only the throttled message returned");
    assertEquals(
        Map.of(
            ids.get("malformed"), "InvalidRequest",
            ids.get("unknown"), "ResourceNotFoundException",
            ids.get("wrongType"), "ValidationException",
            ids.get("noVersion"), "NoApiVersion"),
        stack.queues().deadLetters().stream()
            .collect(
                toMap(
                    deadLetter -> attribute(deadLetter, "SourceMessageId"),
                    deadLetter -> attribute(deadLetter, "ErrorCode"))));
    assertEquals(
        Map.of(
            "crm-prod Salesforce Account", 1,
            "crm-prod Salesforce", 1,
            "crm-sandbox Salesforce", 1,
            "itsm Servicenow incident", 1),
        resets());
    assertEquals(
        Set.of("ResourceNotFoundException", "ValidationException", "ThrottlingException", ""),
        new HashSet<>(
            stack.appFlow().calls(RESET).stream()
                .map(call -> call.errorCode().orElse(""))
                .toList()));
  }

  @Test
  void replayedDeadLettersSucceedWhenTheCauseIsFixed() throws InterruptedException {
    send(Map.of("a", "{\"connectorProfileName\":\"new-crm\",\"connectorEntityName\":\"Account\"}"));
    drain();
    assertEquals(1, stack.queues().deadLetters().size());

    stack
        .appFlow()
        .account()
        .addProfile(AppFlowAccount.Profile.of("new-crm", "Salesforce"))
        .addEntity("new-crm", "Account");
    stack.queues().replay();
    drain();

    assertEquals(List.of(), stack.queues().deadLetters());
    assertEquals(Map.of("new-crm Salesforce Account", 1), resets());
  }

  @Test
  void tenThousandEqualMessagesNeedFewCalls() throws InterruptedException {
    stack
        .queues()
        .sendAll(
            Collections.nCopies(
                10_000,
                "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":\"Account\"}"));

    drain();

    int calls = stack.appFlow().calls().size();
    assertTrue(calls < 20, () -> calls + " calls");
    assertTrue(stack.appFlow().resets().size() >= 1);
  }

  @Test
  void resetsAgainForAMessageSentAfterTheLastReset() throws InterruptedException {
    String account = "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":\"Account\"}";
    try (EventSourceMapping _ = stack.mapping().start()) {
      for (int i = 0; i < 50; i++) {
        stack.queues().send(account);
      }
    }
    int before = stack.appFlow().resets().size();

    stack.queues().send(account);
    drain();

    assertEquals(before + 1, stack.appFlow().resets().size(), "one more reset");
  }

  @Test
  void resetsEveryEntityOfEveryProfileExactlyOnce() throws InterruptedException {
    stack.close();
    AppFlowEmulator large =
        AppFlowEmulator.start(AppFlowAccount.generated(50, 2000), PageSizes.LARGEST, 0);
    stack = LocalStack.start(large, QUEUES);
    send(Map.of("all", "{\"connectorProfileName\":\"*\",\"entities\":\"ALL\"}"));

    // Both limits are far above the time that a slow machine takes.
    int batchSize = 1000;
    EventSourceMapping.Settings settings =
        EventSourceMapping.Settings.DEFAULT
            .withBatchSize(batchSize)
            .withFunctionTimeout(Duration.ofMinutes(30));
    try (EventSourceMapping mapping =
        new EventSourceMapping(stack.queues(), stack::function, settings)) {
      assertTrue(mapping.drain(Duration.ofMinutes(30)), "all messages are processed");
    }

    // 200 of the 2,000 entities are top-level. The others are below 600 parents, three each.
    int resetsPerProfile = 1 + 600 + 2000;
    assertEquals(50 * resetsPerProfile, stack.appFlow().resets().size());
    assertEquals(50 * resetsPerProfile, resets().size(), "each exactly once");
    assertEquals(0, stack.queues().depth(stack.queues().deadLetterQueueUrl()).visible());
    // One invocation makes at most one reset for each message, which bounds its time.
    List<Long> resets =
        stack.log().stream()
            .flatMap(line -> line.member("Resets").stream())
            .map(count -> ((Number) count.content()).longValue())
            .toList();
    assertTrue(Collections.max(resets) <= batchSize, resets::toString);
  }

  @Test
  void aRequestForAllEntitiesIncludesNewAndExcludesRemovedOnes() throws InterruptedException {
    String all = "{\"connectorProfileName\":\"itsm\",\"entities\":\"ALL\"}";
    send(Map.of("first", all));
    drain();
    stack.appFlow().forgetCalls();

    stack.appFlow().account().addEntity("itsm", "change_request").removeEntity("itsm", "problem");
    send(Map.of("second", all));
    drain();

    assertEquals(
        Set.of("itsm Servicenow", "itsm Servicenow change_request", "itsm Servicenow incident"),
        resets().keySet());
    assertEquals(3, stack.appFlow().calls(RESET).size());
  }

  @Test
  void limitsTheNumberOfConcurrentCalls() throws InterruptedException {
    stack.appFlow().faults().always(RESET, Fault.latency(Duration.ofMillis(5)));
    send(Map.of("all", "{\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}"));

    try (EventSourceMapping mapping =
        stack.mapping(EventSourceMapping.Settings.DEFAULT.withConcurrency(1))) {
      mapping.drain(LIMIT);
    }

    int peak = stack.appFlow().peakConcurrency();
    assertTrue(peak <= 8, () -> peak + " concurrent calls");
  }

  /// Sends messages and returns their IDs, by the same names.
  private Map<String, String> send(Map<String, String> bodies) {
    return bodies.entrySet().stream()
        .collect(toMap(Map.Entry::getKey, entry -> stack.queues().send(entry.getValue())));
  }

  private List<EventSourceMapping.Invocation> drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      assertTrue(mapping.drain(LIMIT), "all messages are processed");
      return mapping.invocations();
    }
  }

  /// The number of times each reset was accepted. The keys are those of [LocalStack#resets].
  private Map<String, Integer> resets() {
    return stack.resets().stream().collect(toMap(reset -> reset, _ -> 1, Integer::sum));
  }

  private static String attribute(Message deadLetter, String name) {
    return deadLetter.messageAttributes().get(name).stringValue();
  }
}
