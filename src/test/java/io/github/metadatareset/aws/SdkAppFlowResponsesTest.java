package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.ListedConnector;
import io.github.metadatareset.plan.AppFlow.ListedFlow;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import software.amazon.awssdk.awscore.AwsResponseMetadata;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.model.AppflowResponseMetadata;
import software.amazon.awssdk.services.appflow.model.ConnectorEntity;
import software.amazon.awssdk.services.appflow.model.DescribeFlowRequest;
import software.amazon.awssdk.services.appflow.model.DescribeFlowResponse;
import software.amazon.awssdk.services.appflow.model.DestinationFlowConfig;
import software.amazon.awssdk.services.appflow.model.FlowDefinition;
import software.amazon.awssdk.services.appflow.model.ListConnectorEntitiesRequest;
import software.amazon.awssdk.services.appflow.model.ListConnectorEntitiesResponse;
import software.amazon.awssdk.services.appflow.model.ListFlowsRequest;
import software.amazon.awssdk.services.appflow.model.ListFlowsResponse;

/// Responses of AppFlow that its emulator does not give, and responses that AppFlow never sends.
class SdkAppFlowResponsesTest {

  private static final ProfileName ERP = new ProfileName("erp");

  @ParameterizedTest
  @NullAndEmptySource
  void aListEndsAtAPageWithoutNextToken(String nextToken) {
    AppFlow appFlow =
        appFlow(
            new Responses() {
              @Override
              public ListFlowsResponse listFlows(ListFlowsRequest request) {
                return request.nextToken() == null ? page("a", "page 2") : page("b", nextToken);
              }
            });

    assertEquals(List.of("a", "b"), appFlow.flows().stream().map(ListedFlow::name).toList());
  }

  @Test
  void aConnectorOfAFlowMayBeMissingInTheListOrNewerThanTheFunction() {
    FlowDefinition.Builder flow =
        FlowDefinition.builder()
            .flowName("a")
            .sourceConnectorType("Newer")
            .sourceConnectorLabel("no label");
    AppFlow appFlow =
        appFlow(
            new Responses() {
              @Override
              public ListFlowsResponse listFlows(ListFlowsRequest request) {
                return (ListFlowsResponse)
                    ListFlowsResponse.builder().flows(flow.build()).responseMetadata(ID).build();
              }
            });

    ListedConnector unknown = new ListedConnector(Optional.empty(), Optional.empty());
    assertEquals(List.of(new ListedFlow("a", false, List.of(unknown, unknown))), appFlow.flows());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({"10000, ''", "10001, InvalidResponse"})
  void aListHasAtMostTenThousandPages(int pages, String failure) {
    AppFlow appFlow =
        appFlow(
            new Responses() {
              private int read;

              @Override
              public ListFlowsResponse listFlows(ListFlowsRequest request) {
                read++;
                return page("flow-" + read, read == pages ? null : "page " + read);
              }
            });

    if (failure.isEmpty()) {
      assertEquals(pages, appFlow.flows().size());
    } else {
      assertEquals(
          failure, assertThrows(RequestFailedException.class, appFlow::flows).failure().code());
    }
  }

  @Test
  void anEntityMayNotSayWhetherItHasNestedEntities() {
    AppFlow appFlow =
        appFlow(
            new Responses() {
              @Override
              public ListConnectorEntitiesResponse listConnectorEntities(
                  ListConnectorEntitiesRequest request) {
                ListConnectorEntitiesResponse.Builder response =
                    ListConnectorEntitiesResponse.builder()
                        .connectorEntityMap(
                            Map.of(
                                "Objects",
                                List.of(ConnectorEntity.builder().name("Lead").build())));
                return (ListConnectorEntitiesResponse) response.responseMetadata(ID).build();
              }
            });

    assertEquals(
        List.of(new Entity("Lead", false)),
        appFlow.entities(new NamedProfile(ERP), Optional.empty(), Optional.empty()));
  }

  @Test
  void aFlowUsesTheEntitiesOfAllItsDestinationsInTheirApiVersions() {
    AppFlow appFlow =
        appFlow(
            flow(
                DescribeFlowResponse.builder()
                    .flowName("sync")
                    .destinationFlowConfigList(
                        DestinationFlowConfig.builder()
                            .connectorProfileName("erp")
                            .apiVersion("v2")
                            .destinationConnectorProperties(
                                properties ->
                                    properties.customConnector(
                                        custom -> custom.entityName("orders")))
                            .build(),
                        DestinationFlowConfig.builder()
                            .connectorProfileName("crm")
                            .destinationConnectorProperties(
                                properties -> properties.salesforce(crm -> crm.object("Account")))
                            .build())));

    assertEquals(
        Optional.of(
            new Flow(
                "sync",
                List.of(
                    new Use(ERP, "orders", Optional.empty(), Optional.of(new ApiVersion("v2"))),
                    new Use(
                        new ProfileName("crm"), "Account", Optional.empty(), Optional.empty())))),
        appFlow.flow("sync"));
  }

  @Test
  void aFlowUsesNothingOfAProfileWithoutConnectorProperties() {
    AppFlow appFlow =
        appFlow(
            flow(
                DescribeFlowResponse.builder()
                    .flowName("draft")
                    .sourceFlowConfig(source -> source.connectorProfileName("erp"))));

    assertEquals(Optional.of(new Flow("draft", List.of())), appFlow.flow("draft"));
  }

  @Test
  void aFlowUsesNothingButTheEntitiesOfItsConnectorProperties() {
    AppFlow appFlow =
        appFlow(
            flow(
                DescribeFlowResponse.builder()
                    .flowName("leads")
                    .sourceFlowConfig(
                        source ->
                            source
                                .connectorProfileName("erp")
                                .sourceConnectorProperties(
                                    properties ->
                                        properties.salesforce(
                                            crm ->
                                                crm.object("Lead").dataTransferApi("BULKV2"))))));

    assertEquals(
        List.of(new Use(ERP, "Lead", Optional.empty(), Optional.empty())),
        appFlow.flow("leads").orElseThrow().uses());
  }

  static Stream<Arguments> invalidResponses() {
    return Stream.of(
        Arguments.of("profiles", "{}"),
        Arguments.of("profiles", "[]"),
        Arguments.of("profiles", "{\"connectorProfileDetails\":[{}]}"),
        Arguments.of("profiles", "{\"connectorProfileDetails\":[null]}"),
        Arguments.of(
            "profiles", "{\"connectorProfileDetails\":[{\"connectorProfileName\":\"a b\"}]}"),
        Arguments.of("versions", "{}"),
        Arguments.of("versions", "{\"connectorConfiguration\":{\"supportedApiVersions\":[\"\"]}}"),
        Arguments.of("entities", "{}"),
        Arguments.of("entities", "{\"connectorEntityMap\":{\"Objects\":[{}]}}"),
        Arguments.of("entities", "{\"connectorEntityMap\":{\"Objects\":[null]}}"),
        Arguments.of("flows", "{}"),
        Arguments.of("flows", "{\"flows\":[{}]}"),
        Arguments.of("flow", "{}"),
        Arguments.of(
            "flow",
            "{\"flowName\":\"f\",\"sourceFlowConfig\":{\"connectorProfileName\":\"a b\","
                + "\"sourceConnectorProperties\":{\"Slack\":{\"object\":\"x\"}}}}"));
  }

  @ParameterizedTest(name = "of {0}: {1}")
  @MethodSource("invalidResponses")
  void anInvalidResponseIsARetryableFailure(String operation, String body) {
    assertInstanceOf(Failure.Unavailable.class, failure(operation, body));
  }

  @ParameterizedTest(name = "of {0}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          profiles | {}                                            | connectorProfileDetails
          profiles | {"connectorProfileDetails": [{}]}             | connectorProfileName
          versions | {}                                            | connectorConfiguration
          entities | {}                                            | connectorEntityMap
          entities | {"connectorEntityMap": {"Objects": [{}]}}     | entity name
          flows    | {}                                            | flows
          flows    | {"flows": [{}]}                               | flowName
          flow     | {}                                            | flowName
          mapping  | {}                                            | flowName
          mapping  | {"flowName": "f"}                             | flowArn
          mapping  | {"flowName": "f", "flowArn": "a"}             | sourceFlowConfig
          mapping  | {"flowName": "f", "flowArn": "a", "sourceFlowConfig": {}} | connectorType
          mapping  | {"flowName": "f", "flowArn": "a", "sourceFlowConfig": {"connectorType": "S3"}, "tasks": [{}]} | taskType
          fields   | {}                                            | connectorEntityFields
          fields   | {"connectorEntityFields": [{}]}               | identifier of a field
          """)
  void theFailureNamesTheMissingMember(String operation, String body, String member) {
    Failure failure = failure(operation, body);
    assertEquals(
        new Failure.Unavailable(
            "InvalidResponse", "AppFlow's response has no " + member, failure.operation()),
        failure);
  }

  /// Why an operation fails on such a response.
  private static Failure failure(String operation, String body) {
    AppFlow appFlow = AwsClients.offline(1, body).appFlow(inAMinute());
    return assertThrows(
            RequestFailedException.class,
            switch (operation) {
              case "profiles" -> appFlow::profiles;
              case "versions" -> () -> appFlow.supportedApiVersions(new ConnectorLabel("HubSpot"));
              case "entities" ->
                  () -> appFlow.entities(new NamedProfile(ERP), Optional.empty(), Optional.empty());
              case "flows" -> appFlow::flows;
              case "flow" -> () -> appFlow.flow("f");
              case "mapping" -> () -> appFlow.mapping("f");
              case "fields" ->
                  () ->
                      appFlow.fields(
                          new NamedProfile(ERP), new EntityName("orders"), Optional.empty());
              default -> throw new IllegalArgumentException(operation);
            })
        .failure();
  }

  private static AppFlow appFlow(AppflowClient client) {
    return new SdkAppFlow(
        client, new BoundedCalls(new Semaphore(1), inAMinute(), Duration.ofMinutes(1)));
  }

  private static AppflowClient flow(DescribeFlowResponse.Builder flow) {
    return new Responses() {
      @Override
      public DescribeFlowResponse describeFlow(DescribeFlowRequest request) {
        return (DescribeFlowResponse) flow.responseMetadata(ID).build();
      }
    };
  }

  private abstract static class Responses implements AppflowClient {

    static final AppflowResponseMetadata ID =
        AppflowResponseMetadata.create(
            new AwsResponseMetadata(Map.of("AWS_REQUEST_ID", "request-1")) {});

    static ListFlowsResponse page(String flow, String nextToken) {
      ListFlowsResponse.Builder page =
          ListFlowsResponse.builder()
              .flows(FlowDefinition.builder().flowName(flow).build())
              .nextToken(nextToken);
      return (ListFlowsResponse) page.responseMetadata(ID).build();
    }

    @Override
    public String serviceName() {
      return "appflow";
    }

    @Override
    public void close() {}
  }
}
