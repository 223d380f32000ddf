package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every later release of the same major version reads the messages that release 0.1.0 sent to the
/// request queue. The texts here are what 0.1.0 wrote: add to them, and never change them.
class CompatibilityTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);
  private static final NamedProfile CRM = new NamedProfile(new ProfileName("crm"));

  static Stream<Arguments> requestsOf010() {
    return Stream.of(
        arguments(
            "{'connectorProfileName':'crm'}", new Request.OfConnector(CRM, new Entities.Names())),
        arguments(
            "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}",
            new Request.OfConnector(
                new NamedProfile(new ProfileName("crm"), ConnectorType.SALESFORCE),
                new Entities.One(new EntityName("Account")))),
        arguments(
            "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'lines','entitiesPath':'orders','apiVersion':'v2'}",
            new Request.OfConnector(
                new NamedProfile(new ProfileName("erp"), ConnectorType.CUSTOMCONNECTOR),
                new Entities.One(new EntityName("lines")),
                Optional.of(new EntitiesPath("orders")),
                Optional.of(new ApiVersion("v2")))),
        arguments(
            "{'connectorProfileName':'crm','entities':['Account','Lead']}",
            new Request.OfConnector(
                CRM,
                new Entities.Listed(List.of(new EntityName("Account"), new EntityName("Lead"))))),
        arguments(
            "{'connectorProfileName':'crm','entities':'USED_BY_FLOWS'}",
            new Request.OfConnector(CRM, new Entities.UsedByFlows())),
        arguments(
            "{'connectorProfileName':'crm','entities':'ALL'}",
            new Request.OfConnector(CRM, new Entities.All(0))),
        arguments(
            "{'connectorProfileName':'crm','entities':'ALL','depth':3,'entitiesPath':'a/b'}",
            new Request.OfConnector(
                CRM, new Entities.All(3), Optional.of(new EntitiesPath("a/b")), Optional.empty())),
        arguments(
            "{'connectorProfileName':'crm-*','connectorType':'Salesforce'}",
            new Request.OfConnector(
                new MatchingProfiles(
                    new ProfilePattern("crm-*"),
                    Optional.of(ConnectorType.SALESFORCE),
                    Optional.empty()),
                new Entities.Names())),
        arguments(
            "{'connectorProfileName':'*','connectorLabel':'Ads','entities':'USED_BY_FLOWS'}",
            new Request.OfConnector(
                new MatchingProfiles(
                    ProfilePattern.ALL, Optional.empty(), Optional.of(new ConnectorLabel("Ads"))),
                new Entities.UsedByFlows())),
        arguments(
            "{'connectorType':'S3'}",
            new Request.OfConnector(new WithoutProfile(ConnectorType.S3), new Entities.Names())),
        arguments("{'flowName':'crm-*'}", new Request.OfFlows(new FlowPattern("crm-*"))),
        arguments(
            "{'requests':[{'connectorProfileName':'crm'},{'flowName':'crm-to-lake'}]}",
            new Request.Several(
                List.of(
                    new Request.OfConnector(CRM, new Entities.Names()),
                    new Request.OfFlows(new FlowPattern("crm-to-lake"))))));
  }

  @ParameterizedTest
  @MethodSource("requestsOf010")
  void readsARequestOfRelease010(String body, Request request) {
    assertEquals(new ParsedEvent.ParsedRequest(request), READER.read(body.replace('\'', '"')));
  }

  @ParameterizedTest
  @MethodSource("requestsOf010")
  void writesARequestAsRelease010Did(String body, Request request) {
    assertEquals(body, request.json().replace('"', '\''));
  }

  @Test
  void readsTheMessageAttributesOfRelease010() {
    SqsMessage message =
        SqsMessage.batch(
                JsonValue.parse(
                    """
                    {"Records": [{"eventSource": "aws:sqs", "messageId": "m1", "body": "{}",
                      "messageAttributes": {
                        "CorrelationId": {"dataType": "String", "stringValue": "c-1"},
                        "MaxCalls": {"dataType": "String", "stringValue": "4999"}}}]}""",
                    ""))
            .orElseThrow()
            .getFirst();

    assertEquals(new Correlation("c-1", OptionalInt.of(4999)), message.correlation());
  }

  @Test
  void writesTheMessageAttributesAsRelease010Did() {
    assertEquals(
        Map.of("CorrelationId", "c-1", "MaxCalls", "4999"),
        new Correlation("c-1").withMaxCalls(4999).attributes());
  }
}
