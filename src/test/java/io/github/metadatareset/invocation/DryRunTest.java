package io.github.metadatareset.invocation;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static io.github.metadatareset.plan.FakeAppFlow.use;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DryRunTest {

  private static final String NOTHING_WAS_RESET =
      "Nothing was reset. IAM and AppFlow were not asked whether they would accept the calls.";

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final FakeQueues queues = new FakeQueues();
  private final TestFunction function =
      new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues));

  @AfterEach
  void nothingIsResetOrSent() {
    assertEquals(List.of(), appFlow.resets());
    assertEquals(List.of(), queues.requests());
    assertEquals(List.of(), queues.deadLetters());
  }

  @Test
  void listsTheCallsSortedWithTheirReasons() {
    appFlow
        .profile("crm", ConnectorType.SALESFORCE)
        .withFlow("to-lake", use("crm", "Account"))
        .withFlow("nightly", use("crm", "Account"));

    assertEquals(
        """
        {'calls':[\
        {'call':{'connectorProfileName':'crm','connectorType':'Salesforce'},\
        'reasons':['the profile matches c*']},\
        {'call':{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'},\
        'reasons':['flow nightly uses it','flow to-lake uses it','the profile matches c*']}],\
        'rejected':[],'skipped':[],\
        'counts':{'calls':2,'lists':1,'entities':1,'rejected':0,'skipped':0},\
        'complete':true,'notes':['%s'],'correlationId':'request-1'}"""
            .formatted(NOTHING_WAS_RESET),
        dryRun("{'connectorProfileName':'c*','entities':'USED_BY_FLOWS'}").replace('"', '\''));
    assertEquals(1, function.log().all().size());
    assertEquals(0, function.log().metric("Resets"));
  }

  @Test
  void sortsByProfileParentEntityAndVersion() {
    appFlow
        .profile("b", ConnectorType.SALESFORCE)
        .profile("a", ConnectorType.SALESFORCE)
        .customProfile("erp", "Erp")
        .connector("Erp", "v1", "v2");

    JsonValue answer =
        answer(
            "{'requests':["
                + "{'connectorProfileName':'erp','apiVersion':'v2'},"
                + "{'connectorProfileName':'erp','apiVersion':'v1'},"
                + "{'connectorProfileName':'b'},"
                + "{'connectorType':'S3'},"
                + "{'connectorProfileName':'a','connectorEntityName':'X','entitiesPath':'P'},"
                + "{'connectorProfileName':'a','connectorEntityName':'Y'},"
                + "{'connectorProfileName':'a','connectorEntityName':'X'}]}");

    assertEquals(
        List.of("S3", "a X", "a Y", "a P X", "b", "erp v1", "erp v2"),
        answer.member("calls").orElseThrow().asList("calls").stream()
            .map(each -> each.member("call").orElseThrow())
            .map(
                call ->
                    Stream.of(
                            call.text("connectorProfileName").or(() -> call.text("connectorType")),
                            call.text("entitiesPath"),
                            call.text("connectorEntityName"),
                            call.text("apiVersion"))
                        .flatMap(Optional::stream)
                        .collect(joining(" ")))
            .toList());
  }

  @Test
  void listsAnEntityOfAllWhoseNameAppFlowWouldRefuseAsRejected() {
    appFlow.profile("crm", ConnectorType.SALESFORCE).entities("crm", leaf("a b"), leaf("c"));

    JsonValue answer = answer("{'connectorProfileName':'crm','entities':'ALL'}");

    assertTrue(text(answer, "rejected").contains("'code':'InvalidEntityName'"));
    assertEquals(
        "{'calls':2,'lists':1,'entities':1,'rejected':1,'skipped':0}", text(answer, "counts"));
    assertEquals("true", text(answer, "complete"));
  }

  @Test
  void rejectsARequestThatNeedsMoreCallsThanItsEventMay() {
    TestFunction limited =
        new TestFunction(
            HandlerFixture.of(_ -> appFlow, queues, queues)
                .limits(
                    new Limits(
                        HandlerFixture.LIMITS.maxReceiveCount(),
                        HandlerFixture.LIMITS.maxConcurrentCalls(),
                        2,
                        HandlerFixture.LIMITS.allowedProfiles())));

    String answer =
        limited.invoke(
            "{\"connectorProfileName\":\"a\",\"connectorType\":\"Slack\",\"entities\":"
                + "[\"A\",\"B\",\"C\"],\"dryRun\":true}");

    assertTrue(answer.contains("\"code\":\"TooManyCalls\""), answer);
  }

  @Test
  void listsTheOneCallOfARequest() {
    appFlow.profile("crm", ConnectorType.SALESFORCE);

    JsonValue answer = answer("{'connectorProfileName':'crm','connectorEntityName':'Account'}");

    assertEquals(
        "[{'call':{'connectorProfileName':'crm','connectorType':'Salesforce',"
            + "'connectorEntityName':'Account'},"
            + "'reasons':['the request names it']}]",
        text(answer, "calls"));
  }

  @Test
  void callsThatDifferOnlyInTheTypeOfTheirProfileAreOne() {
    appFlow.profileOfUnknownType("crm");

    assertEquals(
        "[{'call':{'connectorProfileName':'crm'},"
            + "'reasons':['the profile matches *','the request names it']}]",
        text(
            answer(
                "{'requests':[{'connectorProfileName':'*'},"
                    + "{'connectorProfileName':'crm','connectorType':'Slack'}]}"),
            "calls"));
  }

  @Test
  void namesTheFirstTenReasons() {
    appFlow.profile("crm", ConnectorType.SALESFORCE);
    IntStream.range(10, 30).forEach(i -> appFlow.withFlow("f" + i, use("crm", "Account")));

    JsonValue calls = answer("{'flowName':'f*'}").member("calls").orElseThrow();

    assertEquals(
        IntStream.range(10, 20).mapToObj("flow f%d uses it"::formatted).toList(),
        calls.asList("calls").getFirst().member("reasons").orElseThrow().content());
  }

  @Test
  void listsWhatIsRejectedAndWhatIsSkipped() {
    appFlow
        .customProfile("erp", "Erp")
        .connector("Erp", "v1", "v2")
        .profile("crm", ConnectorType.SALESFORCE);

    JsonValue answer =
        answer("{'requests':[{'connectorProfileName':'erp'},{'connectorProfileName':'*'}]}");

    assertEquals(
        "[{'request':{'connectorProfileName':'erp'},'code':'NoApiVersion','reason':"
            + "'connector Erp supports the API versions [v1, v2], and no flow of profile erp says"
            + " which one; expected apiVersion with one of them'}]",
        text(answer, "rejected"));
    assertEquals(
        "['no flow uses profile erp, and connector Erp supports the API versions [v1, v2]']",
        text(answer, "skipped"));
    assertEquals(
        "{'calls':1,'lists':1,'entities':0,'rejected':1,'skipped':1}", text(answer, "counts"));
    assertEquals("true", text(answer, "complete"));
  }

  @Test
  void aRequestThatMatchesNothingIsRejected() {
    JsonValue answer = answer("{'connectorProfileName':'crm-*'}");

    assertEquals(
        "[{'request':{'connectorProfileName':'crm-*'},'code':'NoMatch','reason':'crm-* matches none"
            + " of the 0 profiles'}]",
        text(answer, "rejected"));
    assertEquals("true", text(answer, "complete"));
  }

  @Test
  void listsTheEntitiesOfAllFromTheCacheAndSaysSo() {
    appFlow
        .profile("crm", ConnectorType.SALESFORCE)
        .entities("crm", parent("P"), leaf("A"))
        .entities("crm/P", leaf("P/C"));

    JsonValue answer = answer("{'connectorProfileName':'crm','entities':'ALL'}");

    assertEquals(
        "[{'call':{'connectorProfileName':'crm','connectorType':'Salesforce'},'reasons':['the request names it']},"
            + "{'call':{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'A'},'reasons':['AppFlow lists it']},"
            + "{'call':{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'P'},'reasons':['AppFlow lists it']},"
            + "{'call':{'connectorProfileName':'crm','connectorType':'Salesforce','entitiesPath':'P'},'reasons':['AppFlow lists it']},"
            + "{'call':{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'P/C','entitiesPath':'P'},"
            + "'reasons':['AppFlow lists it']}]",
        text(answer, "calls"));
    assertEquals(
        "['%s','The entities of ALL are those in AppFlow's cache, which was not reset for this: the"
                .formatted(NOTHING_WAS_RESET)
            + " list may be an hour old, or older if the connector is a custom one.']",
        text(answer, "notes"));
  }

  @Test
  void throwsARetryableFailureOfTheRequestItself() {
    appFlow
        .profile("crm", ConnectorType.SALESFORCE)
        .failing("ListFlows", new Failure.Throttled("ThrottlingException", "Rate exceeded"));

    assertEquals(
        "ThrottlingException: Rate exceeded",
        assertThrows(RequestFailedException.class, () -> answer("{'flowName':'f*'}")).getMessage());
    assertEquals("failed", function.log().request("failed").text("outcome").orElseThrow());
  }

  @Test
  void aRetryableFailureOfASubRequestMakesTheAnswerIncomplete() {
    appFlow
        .profile("crm", ConnectorType.SALESFORCE)
        .failing("ListFlows", new Failure.Denied("AccessDeniedException", "not authorized"));

    JsonValue answer = answer("{'requests':[{'flowName':'f*'},{'connectorProfileName':'crm'}]}");

    assertEquals(
        "[{'request':{'flowName':'f*'},'code':'AccessDeniedException','reason':'not authorized'}]",
        text(answer, "rejected"));
    assertEquals("false", text(answer, "complete"));
    assertEquals(
        "{'calls':1,'lists':1,'entities':0,'rejected':1,'skipped':0}", text(answer, "counts"));
  }

  @ParameterizedTest
  @CsvSource({"9999, true", "10000, false"})
  void listsAtMostTenThousandCalls(int entities, boolean complete) {
    appFlow.profile("crm", ConnectorType.SALESFORCE).entities("crm", entities(entities, "E"));

    JsonValue answer = answer("{'connectorProfileName':'crm','entities':'ALL'}");

    assertEquals(10_000, answer.member("calls").orElseThrow().asList("calls").size());
    assertEquals(String.valueOf(complete), text(answer, "complete"));
  }

  @Test
  void fitsIntoTheLargestResponseOfLambda() {
    appFlow
        .profile("crm", ConnectorType.SALESFORCE)
        .entities("crm", entities(9_000, "\u00f6".repeat(1000)));

    String answer = dryRun("{'connectorProfileName':'crm','entities':'ALL'}");

    assertTrue(answer.length() < 6 * 1024 * 1024, () -> answer.length() + " bytes");
    JsonValue json = JsonValue.parse(answer.getBytes(UTF_8));
    assertEquals("false", text(json, "complete"));
    assertTrue(json.member("calls").orElseThrow().asList("calls").size() > 900);
    assertEquals(
        9_001, json.member("counts").orElseThrow().member("calls").orElseThrow().content());
  }

  private static Entity[] entities(int count, String name) {
    return IntStream.range(0, count).mapToObj(i -> leaf(name + i)).toArray(Entity[]::new);
  }

  private String dryRun(String request) {
    String flagged = request.substring(0, request.length() - 1) + ",'dryRun':true}";
    return function.invoke(flagged.replace('\'', '"'));
  }

  private JsonValue answer(String request) {
    return JsonValue.parse(dryRun(request).getBytes(UTF_8));
  }

  private static String text(JsonValue answer, String member) {
    return JsonValue.write(answer.member(member).orElseThrow().content()).replace('"', '\'');
  }
}
