package io.github.metadatareset.aws;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.check.EntityDescriptions;
import io.github.metadatareset.check.FlowCheck;
import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.Severity;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.SourceApplication;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.AppFlow.DestinationProperties;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.ListedConnector;
import io.github.metadatareset.plan.AppFlow.ListedFlow;
import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.SourceProperties;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.FlowMapping.Task;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every operation over AppFlow's wire protocol, from a server with small pages: 2 profiles, 3
/// flows or 5 entities on each.
class SdkAppFlowTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final Optional<EntitiesPath> ROOT = Optional.empty();
  private static final Optional<ApiVersion> NO_VERSION = Optional.empty();

  private static AppFlowEmulator emulator;
  private static AppFlow appFlow;

  @BeforeAll
  static void start() {
    emulator = AppFlowEmulator.start(AppFlowAccount.sample());
    appFlow = AwsFixture.clients(emulator.endpoint(), 8).appFlow(AwsFixture.inAMinute());
  }

  @AfterAll
  static void stop() {
    emulator.close();
  }

  @BeforeEach
  void forgetCalls() {
    emulator.forgetCalls();
  }

  @Nested
  class Profiles {

    @Test
    void areReadFromAllPagesWithTypeAndLabel() {
      assertEquals(
          Set.of(
              profile("ads", "GoogleAds"),
              profile("chat", ConnectorType.SLACK),
              profile("crm-prod", ConnectorType.SALESFORCE),
              profile("crm-sandbox", ConnectorType.SALESFORCE),
              profile("erp-internal", "InternalErp"),
              profile("hubspot-prod", "HubSpot"),
              profile("itsm", ConnectorType.SERVICENOW),
              profile("sap-erp", ConnectorType.SAPODATA),
              profile("sharepoint-prod", "SharePoint")),
          new HashSet<>(appFlow.profiles()));
      assertEquals(
          5, emulator.calls("DescribeConnectorProfiles").size(), "9 profiles, 2 on a page");
    }

    @Test
    void thatDoNotExistAreLeftOut() {
      assertEquals(
          Set.of(
              profile("chat", ConnectorType.SLACK),
              profile("itsm", ConnectorType.SERVICENOW),
              profile("ads", "GoogleAds")),
          new HashSet<>(
              appFlow.profiles(
                  Stream.of("chat", "ghost", "itsm", "ads").map(ProfileName::new).toList())));
    }

    @Test
    void ofAHundredNamesNeedOneCall() {
      List<ProfileName> hundred =
          IntStream.range(0, AppFlow.MAX_PROFILE_NAMES)
              .mapToObj(i -> new ProfileName("ghost-" + i))
              .toList();

      assertEquals(List.of(), appFlow.profiles(hundred));

      assertEquals(1, emulator.calls().size());
    }

    @Test
    void ofAConnectorTypeThatTheFunctionDoesNotKnowAreListedWithoutType() {
      emulator.account().addProfile(AppFlowAccount.Profile.of("new", "Quantum"));
      try {
        assertEquals(
            List.of(new Profile(new ProfileName("new"), Optional.empty(), Optional.empty())),
            appFlow.profiles(List.of(new ProfileName("new"))));
      } finally {
        emulator.account().removeProfile("new");
      }
    }

    @Test
    void areRequestedInPagesAsLargeAsPossible() {
      appFlow.profiles();
      appFlow.flows();

      for (String operation : List.of("DescribeConnectorProfiles", "ListFlows")) {
        assertEquals(
            Set.of(100),
            inputs(operation).stream().map(input -> input.get("maxResults")).collect(toSet()));
      }
    }

    private static Profile profile(String name, ConnectorType type) {
      return new Profile(new ProfileName(name), Optional.of(type), Optional.empty());
    }

    private static Profile profile(String name, String label) {
      return new Profile(
          new ProfileName(name),
          Optional.of(ConnectorType.CUSTOMCONNECTOR),
          Optional.of(new ConnectorLabel(label)));
    }
  }

  @Nested
  class ApiVersions {

    @Test
    void areThoseThatTheCustomConnectorSupports() {
      assertEquals(
          List.of(new ApiVersion("v1"), new ApiVersion("v2")),
          appFlow.supportedApiVersions(new ConnectorLabel("InternalErp")));
    }

    @Test
    void mayBeMissing() {
      emulator.account().addConnector(new AppFlowAccount.Connector("Plain", List.of()));

      assertEquals(List.of(), appFlow.supportedApiVersions(new ConnectorLabel("Plain")));
    }
  }

  @Nested
  class EntityLists {

    @Test
    void areReadFromAllGroupsAndPages() {
      assertEquals(
          Set.of(
              leaf("Account"),
              leaf("Contact"),
              leaf("Lead"),
              leaf("Opportunity"),
              leaf("Region__c"),
              leaf("AccountChangeEvent"),
              leaf("SchemaDeployed__e")),
          entities(profile("crm-prod"), ROOT, NO_VERSION));
      assertEquals(2, emulator.calls().size(), "7 entities, 5 on a page");
    }

    @Test
    void sayWhichEntitiesHaveNestedEntities() {
      assertEquals(
          Set.of(new Entity("conversations", true)), entities(profile("chat"), ROOT, NO_VERSION));
    }

    @Test
    void ofAnEntityContainItsNestedEntities() {
      assertEquals(
          Set.of(leaf("conversations/C00000001"), leaf("conversations/C00000002")),
          entities(profile("chat"), Optional.of(new EntitiesPath("conversations")), NO_VERSION));
    }

    @Test
    void ofACustomConnectorAreRequestedInItsApiVersion() {
      assertEquals(
          Set.of(new Entity("orders", true), leaf("customers")),
          entities(
              new NamedProfile(new ProfileName("erp-internal"), ConnectorType.CUSTOMCONNECTOR),
              ROOT,
              Optional.of(new ApiVersion("v2"))));
      assertEquals(
          List.of(
              Map.of(
                  "connectorProfileName", "erp-internal",
                  "connectorType", "CustomConnector",
                  "apiVersion", "v2")),
          inputs("ListConnectorEntities"));
    }

    @Test
    void ofATypeWithoutProfileAreRequestedByType() {
      assertEquals(
          Set.of(leaf("example-in"), leaf("example-lake-raw")),
          entities(new WithoutProfile(ConnectorType.S3), ROOT, NO_VERSION));
    }

    @Test
    void mayBeEmpty() {
      assertEquals(
          Set.of(), entities(new WithoutProfile(ConnectorType.UPSOLVER), ROOT, NO_VERSION));
    }

    private static Entity leaf(String name) {
      return new Entity(name, false);
    }

    private static Set<Entity> entities(
        Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> version) {
      List<Entity> entities = appFlow.entities(connector, parent, version);
      Set<Entity> distinct = new HashSet<>(entities);
      assertEquals(distinct.size(), entities.size(), () -> "each once: " + entities);
      return distinct;
    }
  }

  @Nested
  class Flows {

    @Test
    void areReadFromAllPagesWithoutTheDeprecatedAndTheDeleted() {
      emulator.account().addFlow(flow("gone", "Deleted", FlowEnd.s3("in"), FlowEnd.s3("out")));
      try {
        assertEquals(
            Set.of(
                "crm-account-to-lake",
                "erp-orders",
                "incidents-draft",
                "s3-copy",
                "sales-orders-to-crm",
                "sharepoint-docs"),
            appFlow.flows().stream().map(ListedFlow::name).collect(toSet()));
        assertEquals(3, emulator.calls("ListFlows").size(), "8 flows, 3 on a page");
      } finally {
        emulator.account().removeFlow("gone");
      }
    }

    @Test
    void areListedWithTheConnectorsOfTheirSourceAndDestination() {
      assertEquals(
          List.of(
              listed("crm-account-to-lake", connector("Salesforce"), connector("S3")),
              listed("erp-orders", connector("CustomConnector", "InternalErp"), connector("S3")),
              listed("sales-orders-to-crm", connector("SAPOData"), connector("Salesforce"))),
          appFlow.flows().stream()
              .filter(
                  flow ->
                      Set.of("crm-account-to-lake", "erp-orders", "sales-orders-to-crm")
                          .contains(flow.name()))
              .toList());
    }

    private static ListedFlow listed(String name, ListedConnector... connectors) {
      return new ListedFlow(name, false, List.of(connectors));
    }

    private static ListedConnector connector(String type) {
      return new ListedConnector(Optional.of(ConnectorType.of(type)), Optional.empty());
    }

    private static ListedConnector connector(String type, String label) {
      return new ListedConnector(
          Optional.of(ConnectorType.of(type)), Optional.of(new ConnectorLabel(label)));
    }

    @Test
    void whoseListDoesNotEndAreARetryableFailure() {
      emulator
          .faults()
          .always(
              "ListFlows",
              new Fault.Answer(
                  200, "application/json", "{\"flows\":[],\"nextToken\":\"again\"}", true));
      try {
        assertEquals(
            new Failure.Unavailable(
                "InvalidResponse",
                "AppFlow's list does not end: a nextToken came twice, or there are more than 10000"
                    + " pages"),
            assertThrows(RequestFailedException.class, appFlow::flows).failure());
      } finally {
        emulator.faults().clear();
      }
    }

    @Test
    void useTheObjectOfABuiltInConnectorButNothingOfS3() {
      assertEquals(List.of(use("crm-prod", "Account")), uses("crm-account-to-lake"));
      assertEquals(List.of(), uses("s3-copy"));
    }

    @Test
    void useTheObjectPathOfASapSourceAndTheObjectOfTheDestination() {
      assertEquals(
          List.of(
              use("sap-erp", "API_SALES_ORDER_SRV/A_SalesOrder"), use("crm-prod", "Opportunity")),
          uses("sales-orders-to-crm"));
    }

    @Test
    void useTheEntityOfACustomConnectorAndItsNestedEntitiesInItsApiVersion() {
      Optional<ApiVersion> v2 = Optional.of(new ApiVersion("v2"));

      assertEquals(
          List.of(
              new Use(new ProfileName("erp-internal"), "orders", Optional.empty(), v2),
              new Use(new ProfileName("erp-internal"), "orders/lines", Optional.of("orders"), v2)),
          uses("erp-orders"));
    }

    @Test
    void ofSharePointUseTheDrivesOfASite() {
      assertEquals(
          List.of(
              "",
              "sites/example.sharepoint.com,00000000-0000-4000-a000-000000000001,"
                  + "00000000-0000-4000-a000-000000000002"),
          uses("sharepoint-docs").stream().map(use -> use.parent().orElse("")).toList());
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Amplitude",
          "Datadog",
          "Dynatrace",
          "Googleanalytics",
          "Infornexus",
          "Marketo",
          "Pardot",
          "Salesforce",
          "Servicenow",
          "Singular",
          "Slack",
          "Trendmicro",
          "Veeva",
          "Zendesk"
        })
    void useTheObjectOfTheirSource(String type) {
      withFlow(
          flow("reads", "Active", FlowEnd.of(type, "some-profile", "Thing"), FlowEnd.s3("lake")),
          () -> assertEquals(List.of(use("some-profile", "Thing")), uses("reads")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "Honeycode",
          "Marketo",
          "Redshift",
          "Salesforce",
          "SAPOData",
          "Snowflake",
          "Zendesk"
        })
    void useTheObjectOfTheirDestination(String type) {
      withFlow(
          flow("writes", "Active", FlowEnd.s3("in"), FlowEnd.of(type, "some-profile", "Thing")),
          () -> assertEquals(List.of(use("some-profile", "Thing")), uses("writes")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"no JSON", "{}", "[1, null, {}]", "\"drives\""})
    void useNoNestedEntitiesIfThePropertyIsNotAnArrayOfNames(String subEntities) {
      FlowEnd source =
          new FlowEnd(
              "CustomConnector",
              Optional.of("erp-internal"),
              Optional.empty(),
              Optional.of("orders"),
              List.of(),
              Map.of("customProperties", Map.of("subEntities", subEntities)));

      withFlow(
          flow("odd", "Active", source, FlowEnd.s3("lake")),
          () -> assertEquals(List.of(use("erp-internal", "orders")), uses("odd")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deprecated", "Deleted"})
    void areMissingOnceTheyAre(String status) {
      withFlow(
          flow("old", status, FlowEnd.of("Slack", "chat", "conversations"), FlowEnd.s3("lake")),
          () -> assertEquals(Optional.empty(), appFlow.flow("old")));
    }

    @Test
    void thatDoNotExistAreMissing() {
      assertEquals(Optional.empty(), appFlow.flow("ghost"));
    }

    private static List<Use> uses(String flow) {
      Flow found = appFlow.flow(flow).orElseThrow();
      assertEquals(flow, found.name());
      return found.uses();
    }

    private static Use use(String profile, String entity) {
      return new Use(new ProfileName(profile), entity, Optional.empty(), Optional.empty());
    }

    private static AppFlowAccount.Flow flow(
        String name, String status, FlowEnd source, FlowEnd destination) {
      return new AppFlowAccount.Flow(name, status, "OnDemand", source, List.of(destination));
    }

    private static void withFlow(AppFlowAccount.Flow flow, Runnable test) {
      emulator.account().addFlow(flow);
      try {
        test.run();
      } finally {
        emulator.account().removeFlow(flow.name());
      }
    }
  }

  @Nested
  class Mappings {

    @Test
    void haveTheTasksOfTheFlowAndTheTypesThatItWasBuiltWith() {
      FlowMapping mapping = mapping("crm-account-to-lake");

      assertEquals(
          "arn:aws:appflow:us-east-1:111122223333:flow/crm-account-to-lake", mapping.flowArn());
      assertEquals(Optional.of(2L), mapping.schemaVersion());
      assertEquals(
          List.of(
              new Task(
                  "Filter",
                  Optional.of("PROJECTION"),
                  List.of("Id", "Name", "Tier__c"),
                  Optional.empty(),
                  Optional.empty()),
              map("Id", "id"),
              map("Name", "string"),
              map("Tier__c", "picklist")),
          mapping.tasks());
      assertEquals(
          List.of(
              end("Salesforce", "crm-prod", "Account"),
              new End(
                  "S3",
                  Optional.empty(),
                  Optional.empty(),
                  false,
                  NO_VERSION,
                  List.of(),
                  Optional.empty())),
          Stream.concat(Stream.of(mapping.source()), mapping.destinations().stream()).toList());
      assertEquals(Optional.empty(), mapping.incrementalField());
    }

    @Test
    void haveTheTimestampOfTheSourceAndTheIdFieldsOfTheDestination() {
      FlowMapping mapping = mapping("sales-orders-to-crm");

      assertEquals(Optional.of("LastChangeDateTime"), mapping.incrementalField());
      assertEquals(
          end("SAPOData", "sap-erp", "API_SALES_ORDER_SRV/A_SalesOrder"), mapping.source());
      assertEquals(List.of("Name"), mapping.destinations().getFirst().idFieldNames());
      assertEquals(Optional.of("UPSERT"), mapping.destinations().getFirst().writeOperation());
    }

    @Test
    void sayWhetherACustomConnectorsNestedEntitiesAreUsed() {
      End source = mapping("erp-orders").source();

      assertTrue(source.hasNestedEntities());
      assertEquals(Optional.of(new ApiVersion("v2")), source.apiVersion());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Salesforce", "SAPOData", "Zendesk"})
    void insertWhereTheDestinationNamesNoWriteOperation(String type) {
      Flows.withFlow(
          Flows.flow("writes", "Active", FlowEnd.s3("in"), FlowEnd.of(type, "p", "Thing")),
          () ->
              assertEquals(
                  Optional.of("INSERT"),
                  mapping("writes").destinations().getFirst().writeOperation()));
    }

    @Test
    void haveNoWriteOperationWhereTheConnectorHasNone() {
      Flows.withFlow(
          Flows.flow("writes", "Active", FlowEnd.s3("in"), FlowEnd.of("Marketo", "p", "Thing")),
          () ->
              assertEquals(
                  Optional.empty(), mapping("writes").destinations().getFirst().writeOperation()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ghost", "crm-leads-retired"})
    void areMissingIfTheFlowIsMissingOrDeprecated(String flow) {
      assertEquals(Optional.empty(), appFlow.mapping(flow));
    }

    private static FlowMapping mapping(String flow) {
      return appFlow.mapping(flow).orElseThrow();
    }

    private static Task map(String field, String type) {
      return new Task(
          "Map", Optional.of("NO_OP"), List.of(field), Optional.of(field), Optional.of(type));
    }

    private static End end(String type, String profile, String entity) {
      return new End(
          type,
          Optional.of(new ProfileName(profile)),
          Optional.of(entity),
          false,
          NO_VERSION,
          List.of(),
          Optional.empty());
    }
  }

  @Nested
  class Fields {

    @Test
    void haveTheirTypesAndProperties() {
      Field usual =
          new Field(
              "Amount",
              Optional.empty(),
              Optional.of("currency"),
              false,
              false,
              new SourceProperties(Optional.of(true), Optional.of(false)),
              new DestinationProperties(Optional.of(true), Optional.of(true), Optional.of(false)));

      List<Field> fields =
          appFlow.fields(profile("crm-prod"), new EntityName("Opportunity"), NO_VERSION);

      assertEquals(
          List.of("Id", "Name", "Amount", "CloseDate"),
          fields.stream().map(Field::identifier).toList());
      assertEquals(usual, fields.get(2));
      assertEquals(
          new DestinationProperties(Optional.of(true), Optional.of(false), Optional.of(false)),
          fields.get(1).destination());
    }

    @Test
    void leaveOutWhatAppFlowDoesNotSay() {
      AppFlowAccount account = emulator.account();
      account.addEntity("crm-sandbox", "Sparse");
      account
          .application("crm-sandbox")
          .addField(
              "Sparse",
              SourceApplication.Field.of("Street", "string")
                  .with("parentIdentifier", "Address")
                  .with("isDeprecated", true)
                  .with("defaultValue", "-")
                  .with("sourceProperties", null)
                  .with("destinationProperties", null)
                  .with("supportedFieldTypeDetails", null));

      assertEquals(
          new Field(
              "Street",
              Optional.of("Address"),
              Optional.empty(),
              true,
              true,
              new SourceProperties(Optional.empty(), Optional.empty()),
              new DestinationProperties(Optional.empty(), Optional.empty(), Optional.empty())),
          appFlow.fields(profile("crm-sandbox"), new EntityName("Sparse"), NO_VERSION).getLast());
    }

    @Test
    void areRequestedThroughTheProfileInTheApiVersion() {
      appFlow.fields(
          new NamedProfile(new ProfileName("erp-internal"), ConnectorType.CUSTOMCONNECTOR),
          new EntityName("customers"),
          Optional.of(new ApiVersion("v2")));

      assertEquals(
          List.of(
              Map.of(
                  "connectorProfileName", "erp-internal",
                  "connectorType", "CustomConnector",
                  "connectorEntityName", "customers",
                  "apiVersion", "v2")),
          inputs("DescribeConnectorEntity"));
    }

    @Test
    void cannotBeReadThroughAConnectionThatIsNotAuthorized() {
      emulator.account().revoke("itsm");
      try {
        RequestFailedException failed =
            assertThrows(
                RequestFailedException.class,
                () -> appFlow.fields(profile("itsm"), new EntityName("problem"), NO_VERSION));

        assertEquals(
            new Failure.Permanent(
                    "ConnectorAuthenticationException", "The connection is not authorized.")
                .during("DescribeConnectorEntity"),
            failed.failure());
      } finally {
        emulator.account().authorize("itsm");
      }
    }
  }

  @Nested
  class Checks {

    @ParameterizedTest
    @CsvSource({
      "crm-account-to-lake, NONE",
      "sales-orders-to-crm, NONE",
      "erp-orders, UNKNOWN",
      "sharepoint-docs, UNKNOWN",
      "s3-copy, UNKNOWN",
      "incidents-draft, NONE"
    })
    void findNothingInTheSampleAccount(String flow, Severity severity) {
      FlowReport report = check(flow);

      assertEquals(List.of(), report.findings());
      assertEquals(severity, report.severity());
    }

    @Test
    void findAFieldThatWasDeletedAtTheSource() {
      emulator.account().removeField("crm-prod", "Account", "Name");
      try {
        assertEquals(
            "Flow crm-account-to-lake: field Name of Account is not visible to the connection"
                + " of profile crm-prod",
            check("crm-account-to-lake").summary());
      } finally {
        emulator.account().addField("crm-prod", "Account", "Name");
      }
    }

    private static FlowReport check(String flow) {
      EntityDescriptions descriptions =
          new EntityDescriptions(
              appFlow, new Planner(appFlow, 1, AllowedProfiles.ALL), AllowedProfiles.ALL);
      return FlowCheck.report(
          appFlow.mapping(flow).orElseThrow(),
          end -> descriptions.of(end, appFlow::reset),
          "test-1",
          Instant.EPOCH);
    }
  }

  @Nested
  class AReset {

    static Stream<Arguments> calls() {
      NamedProfile crm = profile("crm-prod");
      return Stream.of(
          Arguments.of(
              "the names of a profile",
              new ResetCall(crm, Optional.empty(), ROOT, NO_VERSION),
              Map.of("connectorProfileName", "crm-prod")),
          Arguments.of(
              "the details of an entity, through a profile of a known type",
              new ResetCall(
                  new NamedProfile(crm.name(), ConnectorType.SALESFORCE),
                  entity("Account"),
                  ROOT,
                  NO_VERSION),
              Map.of(
                  "connectorProfileName", "crm-prod",
                  "connectorType", "Salesforce",
                  "connectorEntityName", "Account")),
          Arguments.of(
              "the names of nested entities",
              new ResetCall(
                  profile("chat"),
                  Optional.empty(),
                  Optional.of(new EntitiesPath("conversations")),
                  NO_VERSION),
              Map.of("connectorProfileName", "chat", "entitiesPath", "conversations")),
          Arguments.of(
              "the details of a nested entity of a custom connector",
              new ResetCall(
                  new NamedProfile(new ProfileName("erp-internal"), ConnectorType.CUSTOMCONNECTOR),
                  entity("orders/lines"),
                  Optional.of(new EntitiesPath("orders")),
                  Optional.of(new ApiVersion("v2"))),
              Map.of(
                  "connectorProfileName", "erp-internal",
                  "connectorType", "CustomConnector",
                  "connectorEntityName", "orders/lines",
                  "entitiesPath", "orders",
                  "apiVersion", "v2")),
          Arguments.of(
              "the names of a type without profile",
              new ResetCall(
                  new WithoutProfile(ConnectorType.S3), Optional.empty(), ROOT, NO_VERSION),
              Map.of("connectorType", "S3")),
          Arguments.of(
              "the details of an entity of a type without profile",
              new ResetCall(
                  new WithoutProfile(ConnectorType.S3), entity("example-in"), ROOT, NO_VERSION),
              Map.of("connectorType", "S3", "connectorEntityName", "example-in")));
    }

    @ParameterizedTest(name = "of {0}")
    @MethodSource("calls")
    void sendsTheMembersOfTheCallAndNoOthers(
        String name, ResetCall call, Map<String, String> expected) {
      appFlow.reset(call);

      assertEquals(List.of(expected), emulator.resets());
      assertEquals(1, emulator.calls().size());
    }

    @Test
    void sendsANameOutsideAsciiUnchanged() {
      String name = "Größe_客户_\ud83d\ude00";
      emulator.account().addEntity("itsm", name);

      appFlow.reset(new ResetCall(profile("itsm"), entity(name), ROOT, NO_VERSION));

      assertEquals(
          List.of(Map.of("connectorProfileName", "itsm", "connectorEntityName", name)),
          inputs(RESET));
    }

    @Test
    void makesTheNextListContainAnAddedEntity() {
      NamedProfile crm = profile("crm-sandbox");
      int before = appFlow.entities(crm, ROOT, NO_VERSION).size();
      emulator.account().addEntity("crm-sandbox", "Region__c");
      assertEquals(before, appFlow.entities(crm, ROOT, NO_VERSION).size(), "cached");

      appFlow.reset(new ResetCall(crm, Optional.empty(), ROOT, NO_VERSION));

      assertEquals(before + 1, appFlow.entities(crm, ROOT, NO_VERSION).size());
    }

    private static Optional<EntityName> entity(String name) {
      return Optional.of(new EntityName(name));
    }
  }

  private static NamedProfile profile(String name) {
    return new NamedProfile(new ProfileName(name));
  }

  private static List<Map<String, Object>> inputs(String operation) {
    return emulator.calls(operation).stream().map(AppFlowEmulator.Call::input).toList();
  }
}
