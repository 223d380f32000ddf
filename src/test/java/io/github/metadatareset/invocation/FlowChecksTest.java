package io.github.metadatareset.invocation;

import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.named;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static io.github.metadatareset.queue.TestMessage.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.TestFlow;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Requests with `check`.
class FlowChecksTest {

  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final String CHECK = "{\"flowName\":\"nightly\",\"check\":true}";
  private static final FlowMapping NIGHTLY =
      flow(
          salesforce("Account"), TestFlow.S3, map("Id", "Id", "id"), map("Name", "Name", "string"));
  private static final Field[] FITTING = fields("Id id", "Name string").toArray(Field[]::new);
  private static final Field[] WITHOUT_NAME = fields("Id id", "Phone string").toArray(Field[]::new);
  private static final Failure UNAVAILABLE =
      new Failure.Unavailable("InternalFailure", "try again");

  private final FakeAppFlow appFlow =
      new FakeAppFlow().profile("crm", ConnectorType.SALESFORCE).withMapping(NIGHTLY);
  private final FakeQueues queues = new FakeQueues();
  private final List<FlowReport> published = Collections.synchronizedList(new ArrayList<>());
  private Optional<Failure> refusal = Optional.empty();
  private final TestFunction function =
      new TestFunction(
          HandlerFixture.of(_ -> appFlow, queues, queues)
              .reports(
                  (report, _) -> {
                    refusal.ifPresent(
                        failure -> {
                          throw new RequestFailedException(failure);
                        });
                    published.add(report);
                  }));

  @Test
  void answersADirectCheckWithTheReportThatIsPublished() {
    appFlow.fields("crm/Account", WITHOUT_NAME);

    String answer = function.invoke(CHECK);

    assertEquals("BREAKING", severity(answer));
    assertEquals(List.of(answer), published.stream().map(FlowChecksTest::json).toList());
    assertEquals("request-1", published.getFirst().correlationId());
    assertEquals(List.of("nightly BREAKING"), function.log().checks());
    assertEquals(1, function.log().resets().size());
    assertEquals(1, function.log().metric("Resets"));
    assertEquals(1, function.log().metric("FlowsChecked"));
    assertEquals(1, function.log().metric("BreakingFlows"));
  }

  @Test
  void publishesNoReportOfAFlowThatFits() {
    appFlow.fields("crm/Account", FITTING);

    assertEquals("NONE", severity(function.invoke(CHECK)));
    assertEquals(List.of(), published);
    assertEquals(List.of("nightly NONE"), function.log().checks());
    assertEquals(1, function.log().metric("FlowsChecked"));
    assertEquals(0, function.log().metric("BreakingFlows"));
  }

  @Test
  void failsADirectCheckThatCannotBeFinishedAndEnqueuesNothing() {
    appFlow.failing("DescribeConnectorEntity", UNAVAILABLE);

    RequestFailedException thrown =
        assertThrows(RequestFailedException.class, () -> function.invoke(CHECK));

    assertEquals(UNAVAILABLE, thrown.failure());
    assertEquals(List.of(), queues.requests());
    assertEquals("nightly", function.log().request("failed").text("flowName").orElseThrow());
    assertEquals(0, function.log().metric("FlowsChecked"));
  }

  @Test
  void failsADirectCheckOfAFlowThatDoesNotExist() {
    RequestFailedException thrown =
        assertThrows(
            RequestFailedException.class,
            () -> function.invoke(CHECK.replace("nightly", "nobody")));

    assertEquals("NoMatch", thrown.failure().code());
    assertEquals(
        "nobody is no flow in this account and region, or it is deprecated or deleted",
        thrown.failure().message());
  }

  @Test
  void answersWithTheReportAndEnqueuesTheCheckIfTheReportCannotBePublished() {
    appFlow.fields("crm/Account", WITHOUT_NAME);
    refusal = Optional.of(UNAVAILABLE);

    assertEquals("BREAKING", severity(function.invoke(CHECK)));

    assertEquals(List.of(CHECK.replace('"', '\'')), queues.requests());
    assertEquals("InternalFailure", function.log().errorCode("queued").orElseThrow());
  }

  @Test
  void enqueuesADirectCheckOfFlowsByPattern() {
    assertEquals(
        "{'reset':0,'queued':1,'correlationId':'request-1'}",
        function.invoke("{\"flowName\":\"*\",\"check\":true}").replace('"', '\''));
    assertEquals(List.of("{'flowName':'*','check':true}"), queues.requests());
  }

  @Test
  void splitsAPatternIntoOneCheckForEachFlow() {
    appFlow.withMapping(named("weekly", NIGHTLY)).withDraft("draft");

    assertEquals(List.of(), function.returned(message("m1", "{'flowName':'*','check':true}")));

    assertEquals(
        List.of("{'flowName':'nightly','check':true}", "{'flowName':'weekly','check':true}"),
        queues.requests());
    assertEquals(List.of("m1", "m1"), queues.correlationIds());
  }

  @Test
  void publishesTheReportOfACheckOnTheQueue() {
    appFlow.fields("crm/Account", WITHOUT_NAME);

    assertEquals(
        List.of(), function.returned(message("m1", CHECK).withCorrelationId("pipeline-7")));

    assertEquals("pipeline-7", published.getFirst().correlationId());
    assertEquals(List.of("nightly BREAKING"), function.log().checks());
  }

  @Test
  void returnsACheckWhoseReportCannotBePublished() {
    appFlow.fields("crm/Account", WITHOUT_NAME);
    refusal = Optional.of(UNAVAILABLE);

    assertEquals(List.of("m1"), function.returned(message("m1", CHECK)));

    assertEquals("InternalFailure", function.log().errorCode("returned").orElseThrow());
    assertEquals(0, function.log().metric("FlowsChecked"));
  }

  @Test
  void returnsACheckThatCannotBeFinished() {
    appFlow.failing("DescribeConnectorEntity", UNAVAILABLE);

    assertEquals(List.of("m1"), function.returned(message("m1", CHECK)));
    assertEquals(List.of(), published);
  }

  @Test
  void deadLettersACheckOfAFlowThatDoesNotExist() {
    String check = CHECK.replace("nightly", "nobody");

    assertEquals(List.of(), function.returned(message("m1", check)));

    assertEquals(List.of(check), queues.deadLetters().stream().map(DeadLetter::body).toList());
  }

  @Test
  void describesAnEntityOnceForAllChecksOfABatch() {
    appFlow.fields("crm/Account", WITHOUT_NAME).withMapping(named("weekly", NIGHTLY));

    function.returned(message("m1", CHECK), message("m2", CHECK.replace("nightly", "weekly")));

    assertEquals(2, published.size());
    assertEquals(1, appFlow.resets().size());
    assertEquals(
        1,
        appFlow.lookups().stream().filter(call -> call.startsWith("DescribeConnectorE")).count());
    assertEquals(2, function.log().metric("FlowsChecked"));
    assertEquals(1, function.log().metric("Resets"));
  }

  @Test
  void checksAfterAllResetsOfTheBatch() {
    appFlow.fields("crm/Account", FITTING);

    function.returned(
        message("check", CHECK),
        message("reset", "{'connectorProfileName':'crm','connectorEntityName':'Lead'}"));

    assertEquals(
        List.of("Lead", "Account"),
        appFlow.resets().stream()
            .map(call -> call.connectorEntityName().orElseThrow().value())
            .toList());
  }

  @Test
  void doesNotRepeatACheckThatWasSentBeforeTheLastOneBegan() {
    appFlow.fields("crm/Account", WITHOUT_NAME);
    function.returned(sentBefore("m1"));

    function.returned(sentBefore("m2"));

    assertEquals(1, published.size());
    assertEquals(1, function.log().metric("Duplicates"));
  }

  @Test
  void repeatsACheckWhoseReportWasNotPublished() {
    appFlow.fields("crm/Account", WITHOUT_NAME);
    refusal = Optional.of(UNAVAILABLE);
    function.returned(sentBefore("m1"));
    refusal = Optional.empty();

    function.returned(sentBefore("m1"));

    assertEquals(1, published.size());
  }

  @Test
  void makesAResetAlthoughACheckResetTheSameEntity() {
    appFlow.fields("crm/Account", FITTING);
    function.returned(sentBefore("m1"));

    function.returned(
        message("m2", "{'connectorProfileName':'crm','connectorEntityName':'Account'}")
            .sent(NOON.minusSeconds(2), NOON));

    assertEquals(1, function.log().metric("Resets"));
    assertEquals(0, function.log().metric("Duplicates"));
  }

  private static TestMessage sentBefore(String id) {
    return message(id, CHECK).sent(NOON.minusSeconds(2), NOON);
  }

  private static String json(FlowReport report) {
    return JsonValue.write(report.members());
  }

  private static String severity(String answer) {
    return JsonValue.parse(answer, "").text("severity").orElseThrow();
  }
}
