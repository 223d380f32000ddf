package io.github.metadatareset.plan;

import static io.github.metadatareset.plan.FakeAppFlow.use;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestReader;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PlannerTest {

  private final FakeAppFlow appFlow = new FakeAppFlow();

  @Test
  void aCallOfABuiltInConnectorHasItsTypeAndNoVersion() {
    appFlow.profile("crm", ConnectorType.SALESFORCE).withFlow("f", use("crm", "Account", "v58.0"));

    assertEquals(
        "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}",
        planned("{'connectorProfileName':'crm','connectorEntityName':'Account'}"));
  }

  @Test
  void usesTheOnlyVersionOfACustomConnector() {
    appFlow.customProfile("ads", "Ads").connector("Ads", "v16");

    assertEquals(
        "{'connectorProfileName':'ads','connectorType':'CustomConnector','apiVersion':'v16'}",
        planned("{'connectorProfileName':'ads'}"));
  }

  @Test
  void usesTheVersionOfTheFlowsThatUseTheEntity() {
    appFlow
        .customProfile("erp", "Erp")
        .connector("Erp", "v1", "v2")
        .withFlow("a", use("erp", "orders", "v2"))
        .withFlow("b", use("erp", "items", "v1"));

    assertEquals(
        "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'orders','apiVersion':'v2'}",
        planned("{'connectorProfileName':'erp','connectorEntityName':'orders'}"));
  }

  @Test
  void splitsARequestIfSeveralVersionsAreInUse() {
    appFlow
        .customProfile("erp", "Erp")
        .connector("Erp", "v1", "v2")
        .withFlow("a", use("erp", "orders", "v2"))
        .withFlow("b", use("erp", "items", "v1"));

    Request names = request("{'connectorProfileName':'erp'}");
    Request unused = request("{'connectorProfileName':'erp','connectorEntityName':'customers'}");

    assertEquals(
        split(
            "{'connectorProfileName':'erp','connectorType':'CustomConnector','apiVersion':'v1'}",
            "{'connectorProfileName':'erp','connectorType':'CustomConnector','apiVersion':'v2'}"),
        plan(names));
    assertEquals(
        split(
            "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'customers','apiVersion':'v1'}",
            "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'customers','apiVersion':'v2'}"),
        plan(unused));
  }

  @Test
  void failsWithTheSupportedVersionsIfNoVersionIsKnown() {
    appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

    assertEquals(
        new Plan.Failed(
            new Failure.Permanent(
                "NoApiVersion",
                "connector Erp supports the API versions [v1, v2], and no flow of profile erp says"
                    + " which one; expected apiVersion with one of them")),
        plan(request("{'connectorProfileName':'erp'}")));
  }

  @Test
  void callsAProfileEvenIfAppFlowDoesNotKnowIt() {
    assertEquals("{'connectorProfileName':'ghost'}", planned("{'connectorProfileName':'ghost'}"));
  }

  @Test
  void looksUpNothingThatTheRequestAlreadySays() {
    plan(request("{'connectorProfileName':'crm','connectorType':'Salesforce'}"));
    plan(request("{'connectorProfileName':'erp','apiVersion':'v1'}"));
    plan(request("{'connectorType':'S3'}"));
    plan(request("{'connectorProfileName':'*','entities':'ALL'}"));

    assertEquals(List.of(), appFlow.lookups());
  }

  @Test
  void looksUpAHundredProfilesInOneCall() {
    IntStream.range(0, 150).forEach(i -> appFlow.profile("p" + i, ConnectorType.SLACK));
    List<Request> requests =
        IntStream.range(0, 150)
            .mapToObj(i -> request("{'connectorProfileName':'p%d'}".formatted(i)))
            .toList();
    Planner planner = new Planner(appFlow, 4, AllowedProfiles.ALL);
    planner.announce(requests);

    requests.forEach(planner::plan);

    assertEquals(
        List.of("DescribeConnectorProfiles 100", "DescribeConnectorProfiles 50"),
        appFlow.lookups().stream().sorted().toList());
  }

  @Test
  void failsIfALookupFails() {
    Failure denied = new Failure.Denied("AccessDeniedException", "not authorized");
    appFlow.failing("DescribeConnectorProfiles", denied);

    assertEquals(new Plan.Failed(denied), plan(request("{'connectorProfileName':'crm'}")));
  }

  private String planned(String request) {
    Plan plan = plan(request(request));
    return plan instanceof Plan.Call(var call)
        ? call.request().json().replace('"', '\'')
        : "not a call: " + plan;
  }

  private Plan plan(Request request) {
    return new Planner(appFlow, 4, AllowedProfiles.ALL).plan(request);
  }

  private static Plan split(String... requests) {
    return new Plan.Split(new SubRequests(Stream.of(requests).map(PlannerTest::request).toList()));
  }

  private static Request request(String json) {
    return new RequestReader(AllowedProfiles.ALL)
        .read(JsonValue.parse(json.replace('\'', '"'), ""));
  }
}
