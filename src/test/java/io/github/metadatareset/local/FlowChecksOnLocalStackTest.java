package io.github.metadatareset.local;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Each flow of an account with 1,000 flows and 100 entities is checked, over HTTP with the real
/// SDK: of 37 flows a field was deleted.
@LongSuite("Every flow of a large account is checked, and each that is broken is reported.")
class FlowChecksOnLocalStackTest {

  private static final int FLOWS = 1000;
  private static final int ENTITIES = 100;
  private static final int CONCURRENCY = 2;
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static LocalStack stack;

  @BeforeAll
  static void start() {
    AppFlowAccount account = new AppFlowAccount().addProfile(Profile.of("crm", "Salesforce"));
    IntStream.range(0, ENTITIES).forEach(i -> account.addEntity("crm", "Entity" + i));
    IntStream.range(0, FLOWS)
        .forEach(
            i ->
                account.addFlow(
                    Flow.active(
                            "flow-" + i,
                            FlowEnd.of("Salesforce", "crm", "Entity" + i % ENTITIES),
                            FlowEnd.s3("lake"))
                        .mappedBy(List.of(map("Id"), map(isBroken(i) ? "Gone__c" : "Name")))));
    stack =
        LocalStack.start(
            AppFlowEmulator.start(account),
            LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1)));
  }

  private static boolean isBroken(int flow) {
    return flow % 27 == 5;
  }

  private static Map<String, Object> map(String field) {
    return Map.of(
        "taskType",
        "Map",
        "sourceFields",
        List.of(field),
        "destinationField",
        field,
        "taskProperties",
        Map.of("SOURCE_DATA_TYPE", "string"));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @Test
  void describesEachEntityOnceInAnInvocationAndReportsExactlyTheBrokenFlows() throws Exception {
    stack.queues().send("{\"flowName\":\"*\",\"check\":true}");
    try (EventSourceMapping mapping =
        stack.mapping(
            EventSourceMapping.Settings.DEFAULT
                .withConcurrency(CONCURRENCY)
                .withImmediateRetries())) {
      assertTrue(mapping.drain(LIMIT));
    }

    List<JsonValue> log = stack.log();
    assertEquals(
        IntStream.range(0, FLOWS).mapToObj(i -> "flow-" + i).collect(toSet()),
        lines(log, "check").stream().map(line -> text(line, "flowName")).collect(toSet()));
    assertEquals(
        IntStream.range(0, FLOWS)
            .filter(FlowChecksOnLocalStackTest::isBroken)
            .mapToObj(i -> "flow-" + i)
            .collect(toSet()),
        reported());
    Map<String, Long> resets =
        lines(log, "reset").stream()
            .collect(
                groupingBy(
                    line -> text(line, "requestId") + text(line, "connectorEntityName"),
                    counting()));
    assertEquals(Set.of(1L), Set.copyOf(resets.values()), "resets of an entity in an invocation");
    assertEquals(resets.size(), calls("DescribeConnectorEntity"));
    assertEquals(FLOWS, calls("DescribeFlow"));
    System.out.printf(
        "%,d flows of %d entities: %,d invocations, %,d describe calls%n",
        FLOWS, ENTITIES, lines(log, "invocation").size(), calls("DescribeConnectorEntity"));
  }

  private static Set<String> reported() {
    return stack.eventBus().events().stream()
        .map(event -> text(JsonValue.parse(event.detail(), ""), "flowName"))
        .collect(toSet());
  }

  private static long calls(String operation) {
    return stack.appFlow().calls().stream()
        .filter(call -> call.operation().equals(operation))
        .count();
  }

  private static List<JsonValue> lines(List<JsonValue> log, String message) {
    return log.stream().filter(line -> line.text("message").equals(Optional.of(message))).toList();
  }

  private static String text(JsonValue value, String member) {
    return value.text(member).orElseThrow();
  }
}
