package io.github.metadatareset.event;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Mode;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The outcome of every file in `events/`, in a direct invocation and through the queue.
class EventFilesTest {

  private static final Path EVENTS = Path.of("events");
  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);

  private static final String REPORTED_ACCOUNT =
      """
      {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
       "connectorEntityName": "Account"}""";
  private static final String REPORTED_CHANGE_EVENT =
      """
      {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
       "connectorEntityName": "AccountChangeEvent"}""";
  private static final String NO_REQUEST =
      "/detail: the event contains no request; set the Input of the schedule, or an input"
          + " transformer of the rule, to one, such as"
          + " {\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";

  private static final Map<String, Outcome> OUTCOMES =
      Map.ofEntries(
          // requests without wrapper
          parsed("request-names-of-a-profile", "{'connectorProfileName': 'crm-prod'}"),
          parsed(
              "request-entity",
              "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'Account'}"),
          parsed(
              "request-nested-entity",
              "{'connectorProfileName': 'chat', 'entitiesPath': 'conversations',"
                  + " 'connectorEntityName': 'conversations/C00000001'}"),
          parsed(
              "request-list-of-entities",
              "{'connectorProfileName': 'itsm', 'entities': ['incident', 'problem']}"),
          parsed(
              "request-used-by-flows",
              "{'connectorProfileName': 'crm-prod', 'entities': 'USED_BY_FLOWS'}"),
          parsed("request-all-entities", "{'connectorProfileName': 'sap-erp', 'entities': 'ALL'}"),
          parsed(
              "request-every-profile",
              "{'connectorProfileName': '*', 'entities': 'USED_BY_FLOWS'}"),
          parsed(
              "request-pattern-with-type",
              "{'connectorProfileName': 'crm-*', 'connectorType': 'Salesforce',"
                  + " 'connectorEntityName': 'Account'}"),
          parsed(
              "request-pattern-with-label",
              "{'connectorProfileName': '*', 'connectorLabel': 'InternalErp',"
                  + " 'entities': 'USED_BY_FLOWS'}"),
          parsed("request-type-without-profile", "{'connectorType': 'S3'}"),
          parsed(
              "request-custom-connector-with-version",
              "{'connectorProfileName': 'erp-internal', 'connectorType': 'CustomConnector',"
                  + " 'connectorEntityName': 'orders', 'apiVersion': 'v2'}"),
          parsed("request-flow", "{'flowName': 'sales-orders-to-crm'}"),
          parsed("request-flows-by-pattern", "{'flowName': 'crm-*'}"),
          parsed(
              "request-several",
              "{'requests': ["
                  + "{'connectorProfileName': 'crm-sandbox', 'connectorEntityName': 'Account'},"
                  + "{'connectorProfileName': 'hubspot-prod', 'connectorEntityName': 'contacts',"
                  + " 'apiVersion': 'v3'},"
                  + "{'flowName': 'erp-orders'}]}"),

          // requests that say how a direct invocation executes them
          parsed(
              "request-dry-run",
              "{'connectorProfileName': 'crm-*', 'entities': 'USED_BY_FLOWS'}",
              Mode.DRY_RUN),
          parsed(
              "request-wait",
              "{'requests': ["
                  + "{'connectorProfileName': 'crm-prod', 'entities': ['Account', 'Opportunity']},"
                  + "{'flowName': 'erp-orders'}]}",
              Mode.WAIT),

          // checks of flows
          parsed("request-check-flow", "{'flowName': 'crm-account-to-lake', 'check': true}"),
          parsed("request-check-flows-by-pattern", "{'flowName': '*', 'check': true}"),

          // wrapped requests
          parsed(
              "sns-notification",
              "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'Opportunity'}"),
          parsed(
              "lambda-destination-record",
              "{'connectorProfileName': 'itsm', 'connectorEntityName': 'incident'}"),
          parsed("stepfunctions-status-change", "{'connectorProfileName': 'crm-prod'}"),
          parsed(
              "custom-eventbridge-event",
              "{'connectorProfileName': 'crm-*', 'entities': ['Account', 'Opportunity']}"),
          parsed(
              "sns-subscription",
              "{'connectorProfileName': 'itsm', 'connectorEntityName': 'problem'}"),
          parsed(
              "scheduler-dead-letter",
              "{'connectorProfileName': '*', 'entities': 'USED_BY_FLOWS'}"),
          parsed(
              "json-string",
              "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'Account'}"),

          // reports of AppFlow's flows
          parsed("appflow-start-flow-run", REPORTED_ACCOUNT),
          parsed("appflow-end-flow-run-success", REPORTED_ACCOUNT),
          parsed("appflow-end-flow-run-failed", REPORTED_ACCOUNT),
          parsed("appflow-scheduled-flow-deactivated", REPORTED_ACCOUNT),
          parsed("appflow-automatic-field-import", REPORTED_ACCOUNT),
          parsed("appflow-event-flow-report", REPORTED_CHANGE_EVENT),
          parsed("appflow-event-flow-deactivated", REPORTED_CHANGE_EVENT),
          parsed(
              "appflow-end-flow-run-customconnector",
              "{'connectorProfileName': 'sharepoint-prod', 'connectorType': 'CustomConnector',"
                  + " 'connectorEntityName': 'sites/example.sharepoint.com,"
                  + "00000000-0000-4000-a000-000000000001,"
                  + "00000000-0000-4000-a000-000000000002'}"),
          parsed("appflow-end-flow-run-s3-source", "{'connectorType': 'S3'}"),
          parsed(
              "appflow-end-flow-run-between-profiles",
              "{'requests': ["
                  + "{'connectorProfileName': 'sap-erp', 'connectorType': 'SAPOData',"
                  + " 'connectorEntityName': 'API_SALES_ORDER_SRV/A_SalesOrder'},"
                  + "{'connectorProfileName': 'crm-prod', 'connectorType': 'Salesforce',"
                  + " 'connectorEntityName': 'Opportunity'}]}"),

          // AppFlow's API calls, as CloudTrail records them
          parsed(
              "cloudtrail-create-connector-profile",
              "{'connectorProfileName': 'hubspot-prod', 'entities': 'USED_BY_FLOWS'}"),
          parsed(
              "cloudtrail-update-connector-profile",
              "{'connectorProfileName': 'crm-prod', 'entities': 'USED_BY_FLOWS'}"),
          mayMatchNothing(
              "cloudtrail-register-connector",
              "{'connectorProfileName': '*', 'connectorLabel': 'SharePoint',"
                  + " 'entities': 'USED_BY_FLOWS'}"),
          mayMatchNothing(
              "cloudtrail-update-connector-registration",
              "{'connectorProfileName': '*', 'connectorLabel': 'InternalErp',"
                  + " 'entities': 'USED_BY_FLOWS'}"),
          mayMatchNothing("cloudtrail-create-flow", "{'flowName': 'erp-orders'}"),
          mayMatchNothing("cloudtrail-update-flow", "{'flowName': 'crm-account-to-lake'}"),
          ignored(
              "cloudtrail-reset-connector-metadata-cache",
              "the recorded call ResetConnectorMetadataCache changes no metadata to reset"),
          ignored("cloudtrail-failed-call", "the recorded call UpdateFlow failed"),
          ignored("flow-check-report", "it is a report of a check by this function"),
          ignored("s3-test-event", "Amazon S3 sends this test event when notifications are set up"),

          // schedules without a request
          entry("scheduled-rule.json", new Refused(NO_REQUEST)),
          entry("scheduler-without-input.json", new Refused(NO_REQUEST)),

          // an SQS batch
          entry(
              "sqs-batch.json",
              new Batch(
                  List.of(
                      request(
                          "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'Account'}"),
                      request(
                          "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'Account'}"),
                      request("{'connectorProfileName': 'crm-*', 'entities': 'USED_BY_FLOWS'}"),
                      new Refused(
                          "/connectorProfile: \"crm-prod\"; expected one of the members"
                              + " [apiVersion, check, connectorEntityName, connectorLabel,"
                              + " connectorProfileName, connectorType, depth, dryRun, entities,"
                              + " entitiesPath, flowName, requests, wait]. Did you mean"
                              + " connectorProfileName?")))));

  @ParameterizedTest
  @MethodSource("files")
  void hasTheOutcomeOfTheTable(String file) throws IOException {
    byte[] bytes = Files.readAllBytes(EVENTS.resolve(file));

    assertEquals(OUTCOMES.get(file), invokedWith(bytes));
  }

  @ParameterizedTest
  @MethodSource("files")
  void hasTheSameOutcomeThroughTheQueue(String file) throws IOException {
    String body = Files.readString(EVENTS.resolve(file));

    if (!(OUTCOMES.get(file) instanceof Batch) && !file.equals("request-dry-run.json")) {
      assertEquals(OUTCOMES.get(file), received(body));
    }
  }

  @Test
  void aDryRunIsRefusedFromTheQueue() throws IOException {
    assertEquals(
        new Refused(
            "/dryRun: true; expected no dryRun on the request queue, as nobody reads the answer:"
                + " invoke the function"),
        received(Files.readString(EVENTS.resolve("request-dry-run.json"))));
  }

  @Test
  void everyFileIsInTheTable() throws IOException {
    assertEquals(new TreeSet<>(OUTCOMES.keySet()), files());
  }

  @Test
  void everyFileIsInTheReadme() throws IOException {
    String readme = Files.readString(EVENTS.resolve("README.md"));

    for (String file : files()) {
      assertTrue(readme.contains("`" + file + "`"), file);
    }
  }

  static Set<String> files() throws IOException {
    try (var files = Files.list(EVENTS)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  private static Outcome invokedWith(byte[] bytes) {
    JsonValue event = JsonValue.parse(bytes);
    return SqsMessage.batch(event)
        .<Outcome>map(
            messages ->
                new Batch(messages.stream().map(message -> received(message.body())).toList()))
        .orElseGet(() -> outcome(() -> READER.read(event)));
  }

  private static Outcome received(String body) {
    return outcome(() -> READER.read(body));
  }

  private static Outcome outcome(Supplier<ParsedEvent> parsed) {
    try {
      return new Parsed(parsed.get());
    } catch (RequestFailedException e) {
      return new Refused(e.failure().message());
    }
  }

  private static Map.Entry<String, Outcome> parsed(String file, String request) {
    return entry(file + ".json", request(request));
  }

  private static Map.Entry<String, Outcome> parsed(String file, String request, Mode mode) {
    return entry(
        file + ".json", new Parsed(new ParsedEvent.ParsedRequest(requestOf(request), mode)));
  }

  private static Map.Entry<String, Outcome> mayMatchNothing(String file, String request) {
    return entry(file + ".json", new Parsed(new ParsedEvent.MayMatchNothing(requestOf(request))));
  }

  private static Map.Entry<String, Outcome> ignored(String file, String reason) {
    return entry(file + ".json", new Parsed(new ParsedEvent.Ignored(reason)));
  }

  private static Outcome request(String json) {
    return new Parsed(new ParsedEvent.ParsedRequest(requestOf(json)));
  }

  /// The JSON may have single quotes.
  private static Request requestOf(String json) {
    return new RequestReader(AllowedProfiles.ALL)
        .read(JsonValue.parse(json.replace('\'', '"'), ""));
  }

  private sealed interface Outcome {}

  private record Parsed(ParsedEvent event) implements Outcome {}

  private record Refused(String message) implements Outcome {}

  private record Batch(List<Outcome> records) implements Outcome {}
}
