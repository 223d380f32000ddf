package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which request an AppFlow event results in. Complete events are in `events/`.
class AppFlowEventsTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);
  private static final EventReader PRODUCTION =
      new EventReader(new AllowedProfiles(new ProfilePattern("*-prod")));

  private static final EventReader WITHOUT_OLD =
      new EventReader(
          new AllowedProfiles(ProfilePattern.ALL, Optional.of(new ProfilePattern("*-old"))));

  @Nested
  class FlowReports {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "AppFlow Start Flow Run Report",
          "AppFlow End Flow Run Report",
          "AppFlow Event Flow Report",
          "AppFlow Event Flow Deactivated",
          "AppFlow Scheduled Flow Deactivated",
          "AppFlow Automatic Field Import Report"
        })
    void resetTheEntityThatTheFlowReads(String kind) {
      assertEquals(
          parsed(
              """
              {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
               "connectorEntityName": "Account"}"""),
          READER.read(
              """
              {"source": "aws.appflow", "detail-type": "%s", "added by AWS": {"a": [1]},
               "detail": {
                 "source": "SALESFORCE/crm-prod", "source-object": "Account",
                 "destination": "S3", "destination-object": "s3://example-lake-raw/crm",
                 "status": "undocumented text", "added by AWS": [{"a": 1.5e3}]}}"""
                  .formatted(kind)));
    }

    @Test
    void resetTheEntityThatTheFlowWrites() {
      assertEquals(
          parsed(
              """
              {"requests": [
                {"connectorProfileName": "sap-erp", "connectorType": "SAPOData",
                 "connectorEntityName": "A_SalesOrder"},
                {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
                 "connectorEntityName": "Opportunity"}]}"""),
          READER.read(
              report(
                  """
                  {"source": "SAPODATA/sap-erp", "source-object": "A_SalesOrder",
                   "destination": "SALESFORCE/crm-prod", "destination-object": "Opportunity"}""")));
    }

    @Test
    void resetAnEntityOnceThatIsSourceAndDestination() {
      assertEquals(
          parsed(
              """
              {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
               "connectorEntityName": "Lead"}"""),
          READER.read(
              report(
                  """
                  {"source": "SALESFORCE/crm-prod", "source-object": "Lead",
                   "destination": "SALESFORCE/crm-prod", "destination-object": "Lead"}""")));
    }

    @ParameterizedTest
    @CsvSource({
      "SALESFORCE/crm-prod,        crm-prod,        Salesforce",
      "SERVICENOW/it/eu/prod,      it/eu/prod,      Servicenow",
      "CUSTOMCONNECTOR//x,         /x,              CustomConnector",
      "Infornexus/a,               a,               Infornexus"
    })
    void haveTheTypeBeforeTheFirstSlashAndTheProfileAfterIt(
        String source, String profile, String type) {
      assertEquals(
          parsed(
              """
              {"connectorProfileName": "%s", "connectorType": "%s", "connectorEntityName": "E"}"""
                  .formatted(profile, type)),
          READER.read(report("{\"source\":\"%s\",\"source-object\":\"E\"}".formatted(source))));
    }

    @Test
    void mayHaveAnUnknownConnectorType() {
      assertEquals(
          parsed("{\"connectorProfileName\":\"a\",\"connectorEntityName\":\"E\"}"),
          READER.read(report("{\"source\":\"TELEGRAPH/a\",\"source-object\":\"E\"}")));
    }

    @Test
    void resetTheNamesIfThereIsNoEntity() {
      assertEquals(
          parsed("{\"connectorProfileName\":\"a\",\"connectorType\":\"Slack\"}"),
          READER.read(report("{\"source\":\"SLACK/a\"}")));
    }

    @ParameterizedTest
    @CsvSource({
      "S3, S3",
      "EVENTBRIDGE, EventBridge",
      "UPSOLVER, Upsolver",
      "LOOKOUTMETRICS, LookoutMetrics",
      "CUSTOMERPROFILES, CustomerProfiles"
    })
    void resetTheNamesOfASourceWithoutProfile(String source, String type) {
      assertEquals(
          parsed("{\"connectorType\":\"%s\"}".formatted(type)),
          READER.read(
              report("{\"source\":\"%s\",\"source-object\":\"s3://a/b c\"}".formatted(source))));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"source\":\"SALESFORCE/crm-sandbox\",\"source-object\":\"not/read at all\"}",
          "{\"source\":\"SALESFORCE\",\"destination\":\"SALESFORCE/crm-sandbox\"}"
        })
    void areIgnoredIfNoProfileIsAllowed(String detail) {
      assertEquals(
          new ParsedEvent.Ignored(
              "neither end of the flow is an allowed profile; CONNECTOR_PROFILE_PATTERN is *-prod"),
          PRODUCTION.read(report(detail)));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        textBlock =
            """
            {"source":"SALESFORCE","source-object":"Account"} | /source: "SALESFORCE"
            {"source":"TELEGRAPH","destination":"S3"}         | /source: "TELEGRAPH"
            {"source":7,"destination":null}                   | /source: 7
            {}                                                | : {}
            """)
    void areIgnoredWithAWarningIfTheyNameNoProfile(String detail, String found) {
      assertEquals(
          new ParsedEvent.Ignored(
              "/detail%s; expected TYPE/profile, as the profile is not known".formatted(found),
              true),
          PRODUCTION.read(report(detail)));
    }

    @Test
    void areIgnoredIfTheProfileIsExcluded() {
      assertEquals(
          new ParsedEvent.Ignored(
              "neither end of the flow is an allowed profile; CONNECTOR_PROFILE_PATTERN is *"
                  + " and EXCLUDED_PROFILE_PATTERN is *-old"),
          WITHOUT_OLD.read(
              report("{\"source\":\"SALESFORCE/crm-old\",\"source-object\":\"Account\"}")));
    }

    @Test
    void resetOnlyTheAllowedProfile() {
      assertEquals(
          parsed(
              """
              {"connectorProfileName": "crm-prod", "connectorType": "Salesforce",
               "connectorEntityName": "Opportunity"}"""),
          PRODUCTION.read(
              report(
                  """
                  {"source": "SAPODATA/sap-erp", "source-object": "A_SalesOrder",
                   "destination": "SALESFORCE/crm-prod", "destination-object": "Opportunity"}""")));
    }

    @Test
    void areRefusedWithAPattern() {
      assertRefused(
          "/detail/source: \"SALESFORCE/crm-*\"; expected a connector profile name: 1 to 256 characters of A-Z"
              + " a-z 0-9 _ / ! @ # + = . -",
          report("{\"source\":\"SALESFORCE/crm-*\",\"source-object\":\"Account\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a b\"", "\"a\\n\""})
    void areRefusedWithAnInvalidEntityName(String entity) {
      assertRefused(
          "/detail/source-object: %s; expected an entity name: 1 to 1024 characters without spaces or *"
              .formatted(entity),
          report("{\"source\":\"SLACK/a\",\"source-object\":%s}".formatted(entity)));
    }

    @Test
    void areRefusedIfAnotherSourceSentThem() {
      assertRefused(
          "/source: \"com.example\"; expected \"aws.appflow\", as only AppFlow's own events are read"
              + " as reports of its flows. Put a request into the detail of an event of your own",
          report("{\"source\":\"SLACK/a\"}").replace("aws.appflow", "com.example"));
    }

    private static String report(String detail) {
      return """
      {"source": "aws.appflow", "detail-type": "AppFlow End Flow Run Report", "detail": %s}"""
          .formatted(detail);
    }
  }

  @Nested
  class RecordedCalls {

    @ParameterizedTest
    @ValueSource(strings = {"CreateConnectorProfile", "UpdateConnectorProfile"})
    void aProfileChangeResetsWhatFlowsUseThroughIt(String call) {
      assertEquals(
          parsed("{\"connectorProfileName\":\"crm-prod\",\"entities\":\"USED_BY_FLOWS\"}"),
          PRODUCTION.read(record(call, "{\"connectorProfileName\":\"crm-prod\",\"added\":null}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RegisterConnector", "UpdateConnectorRegistration"})
    void aConnectorChangeResetsWhatFlowsUseThroughItsProfiles(String call) {
      assertEquals(
          mayMatchNothing(
              """
              {"connectorProfileName": "*", "connectorLabel": "InternalErp",
               "entities": "USED_BY_FLOWS"}"""),
          PRODUCTION.read(record(call, "{\"connectorLabel\":\"InternalErp\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"CreateFlow", "UpdateFlow"})
    void aFlowChangeResetsWhatTheFlowUses(String call) {
      assertEquals(
          mayMatchNothing("{\"flowName\":\"erp-orders\"}"),
          PRODUCTION.read(record(call, "{\"flowName\":\"erp-orders\",\"tasks\":[]}")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"ResetConnectorMetadataCache", "DeleteFlow", "StartFlow", "CallOfNextYear"})
    void areIgnoredIfTheyChangeNoMetadata(String call) {
      assertEquals(
          new ParsedEvent.Ignored(
              "the recorded call %s changes no metadata to reset".formatted(call)),
          READER.read(record(call, "null")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UpdateFlow", "CreateConnectorProfile", "ResetConnectorMetadataCache"})
    void areIgnoredIfTheyFailed(String call) {
      String failed =
          record(call, "null, \"errorCode\": \"AccessDenied\", \"errorMessage\": \"no\"");

      assertEquals(
          new ParsedEvent.Ignored("the recorded call %s failed".formatted(call)),
          READER.read(failed));
    }

    @Test
    void areIgnoredIfTheProfileIsNotAllowed() {
      assertEquals(
          new ParsedEvent.Ignored(
              "profile itsm is not allowed; CONNECTOR_PROFILE_PATTERN is *-prod"),
          PRODUCTION.read(record("UpdateConnectorProfile", "{\"connectorProfileName\":\"itsm\"}")));
    }

    @Test
    void areIgnoredIfTheProfileIsExcluded() {
      assertEquals(
          new ParsedEvent.Ignored(
              "profile crm-old is not allowed; EXCLUDED_PROFILE_PATTERN is *-old"),
          WITHOUT_OLD.read(
              record("UpdateConnectorProfile", "{\"connectorProfileName\":\"crm-old\"}")));
    }

    @Test
    void areRefusedWithAPattern() {
      assertRefused(
          "/detail/requestParameters/connectorProfileName: \"crm-*\"; expected a connector profile"
              + " name: 1 to 256 characters of A-Z a-z 0-9 _ / ! @ # + = . -",
          record("UpdateConnectorProfile", "{\"connectorProfileName\":\"crm-*\"}"));
      assertRefused(
          "/detail/requestParameters/flowName: \"crm-*\"; expected a flow name without * and ?",
          record("UpdateFlow", "{\"flowName\":\"crm-*\"}"));
    }

    /// CloudTrail leaves out what is too large, and a label is optional.
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        textBlock =
            """
            UpdateFlow             | null                  | null                  | flowName
            UpdateFlow             | {}                    | {}                    | flowName
            CreateFlow             | {"omitted": true}     | {"omitted":true}      | flowName
            CreateFlow             | {"flowName": null}    | {"flowName":null}     | flowName
            RegisterConnector      | {"description": "x"}  | {"description":"x"}   | connectorLabel
            UpdateConnectorProfile | []                    | []                    | connectorProfileName
            """)
    void areIgnoredWithAWarningWithoutTheirParameter(
        String call, String parameters, String shown, String missing) {
      assertEquals(
          new ParsedEvent.Ignored(
              "/detail/requestParameters: %s; expected requestParameters with %s"
                  .formatted(shown, missing),
              true),
          READER.read(record(call, parameters)));
    }

    @Test
    void areRefusedIfAnotherServiceRecordedThem() {
      String event =
          record("CreateConnectorProfile", "{}").replace("appflow.amazonaws", "glue.amazonaws");

      assertRefused(
          "/detail: the event contains no request; set the Input of the schedule, or an input"
              + " transformer of the rule, to one, such as"
              + " {\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}",
          event);
    }

    private static String record(String call, String parameters) {
      return """
      {"source": "aws.appflow", "detail-type": "AWS API Call via CloudTrail", "detail": {
        "eventVersion": "1.08", "awsRegion": "us-east-1", "eventSource": "appflow.amazonaws.com",
        "eventName": "%s", "requestParameters": %s}}"""
          .formatted(call, parameters);
    }
  }

  private static ParsedEvent parsed(String request) {
    return new ParsedEvent.ParsedRequest(request(request));
  }

  private static ParsedEvent mayMatchNothing(String request) {
    return new ParsedEvent.MayMatchNothing(request(request));
  }

  private static Request request(String json) {
    return new RequestReader(AllowedProfiles.ALL).read(JsonValue.parse(json, ""));
  }

  private static void assertRefused(String message, String event) {
    assertEquals(
        message,
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure().message());
  }
}
