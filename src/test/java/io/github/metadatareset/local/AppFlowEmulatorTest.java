package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.model.AppflowException;
import software.amazon.awssdk.services.appflow.model.ConnectorAuthenticationException;
import software.amazon.awssdk.services.appflow.model.ConnectorEntity;
import software.amazon.awssdk.services.appflow.model.ConnectorEntityField;
import software.amazon.awssdk.services.appflow.model.ConnectorProfile;
import software.amazon.awssdk.services.appflow.model.ConnectorType;
import software.amazon.awssdk.services.appflow.model.DescribeConnectorProfilesRequest;
import software.amazon.awssdk.services.appflow.model.FlowDefinition;
import software.amazon.awssdk.services.appflow.model.FlowStatus;
import software.amazon.awssdk.services.appflow.model.ListConnectorEntitiesRequest;
import software.amazon.awssdk.services.appflow.model.ListFlowsRequest;
import software.amazon.awssdk.services.appflow.model.ResetConnectorMetadataCacheRequest;
import software.amazon.awssdk.services.appflow.model.ResourceNotFoundException;
import software.amazon.awssdk.services.appflow.model.ValidationException;

/// Calls the emulator with the AWS SDK for Java.
class AppFlowEmulatorTest {
  private static final String RESET = "ResetConnectorMetadataCache";

  private final AppFlowEmulator appFlow = AppFlowEmulator.start(AppFlowAccount.sample());
  private final AppflowClient client = client(appFlow);

  @AfterEach
  void close() {
    client.close();
    appFlow.close();
  }

  static AppflowClient client(AppFlowEmulator emulator) {
    return client(emulator, Duration.ofMinutes(1));
  }

  private static AppflowClient client(AppFlowEmulator emulator, Duration socketTimeout) {
    return AppflowClient.builder()
        .endpointOverride(emulator.endpoint())
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .httpClientBuilder(UrlConnectionHttpClient.builder().socketTimeout(socketTimeout))
        .overrideConfiguration(o -> o.retryStrategy(DefaultRetryStrategy.doNotRetry()))
        .build();
  }

  @Test
  void tellsAListenerEachFurtherCall() {
    List<Call> seen = new ArrayList<>();
    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));

    appFlow.onCall(seen::add);
    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-sandbox"));

    assertEquals(List.of(appFlow.calls(RESET).getLast()), seen);
    assertEquals("crm-sandbox", seen.getFirst().input().get("connectorProfileName"));
  }

  // The caches

  @Test
  void showsANewFieldOnlyAfterTheResetOfItsEntity() {
    assertEquals(List.of("Id", "Name", "Tier__c", "Legacy__c"), fields("crm-prod", "Account"));

    appFlow.account().addField("crm-prod", "Account", "Region__c");
    appFlow.account().removeField("crm-prod", "Account", "Legacy__c");
    assertEquals(List.of("Id", "Name", "Tier__c", "Legacy__c"), fields("crm-prod", "Account"));

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("crm-prod").connectorEntityName("Contact"));
    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("crm-sandbox").connectorEntityName("Account"));
    assertEquals(List.of("Id", "Name", "Tier__c", "Legacy__c"), fields("crm-prod", "Account"));

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("crm-prod").connectorEntityName("Account"));
    assertEquals(List.of("Id", "Name", "Tier__c", "Region__c"), fields("crm-prod", "Account"));
  }

  @Test
  void listsANewEntityOnlyAfterTheResetOfItsList() {
    assertEquals(List.of("conversations"), names(list("chat")));
    assertEquals(2, names(list("chat").entitiesPath("conversations")).size());
    appFlow.account().addEntity("chat", "files");
    appFlow.account().addEntity("chat", "conversations", "conversations/C00000003");
    appFlow.account().removeEntity("chat", "conversations/C00000001");

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("chat").connectorEntityName("conversations"));
    assertEquals(List.of("conversations"), names(list("chat")));

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("chat"));
    assertEquals(List.of("conversations", "files"), names(list("chat")));
    assertEquals(
        List.of("conversations/C00000001", "conversations/C00000002"),
        names(list("chat").entitiesPath("conversations")));

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("chat").entitiesPath("conversations"));
    assertEquals(
        List.of("conversations/C00000002", "conversations/C00000003"),
        names(list("chat").entitiesPath("conversations")));
  }

  @Test
  void eachApiVersionHasItsOwnCache() {
    assertEquals(2, names(list("erp-internal").apiVersion("v1")).size());
    assertEquals(2, names(list("erp-internal").apiVersion("v2")).size());
    appFlow.account().addEntity("erp-internal", "invoices");

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("erp-internal").apiVersion("v2"));

    assertEquals(2, names(list("erp-internal").apiVersion("v1")).size());
    assertEquals(3, names(list("erp-internal").apiVersion("v2")).size());
  }

  @Test
  void aConnectorTypeWithoutProfilesHasACache() {
    var s3 = ListConnectorEntitiesRequest.builder().connectorType(ConnectorType.S3);
    assertEquals(List.of("example-in", "example-lake-raw"), names(s3));
    appFlow.account().addEntity("S3", "example-new");
    assertEquals(2, names(s3).size());

    client.resetConnectorMetadataCache(r -> r.connectorType(ConnectorType.S3));

    assertEquals(3, names(s3).size());
  }

  @Test
  void aFailedResetDoesNotChangeTheCache() {
    fields("crm-prod", "Account");
    appFlow.account().addField("crm-prod", "Account", "Region__c");
    appFlow.faults().next(1, RESET, Fault.throttled());

    assertResetFails(
        "ThrottlingException",
        429,
        r -> r.connectorProfileName("crm-prod").connectorEntityName("Account"));

    assertEquals(4, fields("crm-prod", "Account").size());
    assertEquals(List.of(), appFlow.resets());
  }

  // The connection

  @Test
  void readsNothingFromTheSourceThroughAConnectionThatIsNotAuthorized() {
    fields("crm-prod", "Account");
    appFlow.account().revoke("crm-prod");

    assertThrows(ConnectorAuthenticationException.class, () -> fields("crm-prod", "Contact"));
    assertThrows(ConnectorAuthenticationException.class, () -> names(list("crm-prod")));
    assertEquals(4, fields("crm-prod", "Account").size(), "cached");
    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("crm-prod").connectorEntityName("Account"));
    assertThrows(ConnectorAuthenticationException.class, () -> fields("crm-prod", "Account"));

    appFlow.account().authorize("crm-prod");
    assertEquals(4, fields("crm-prod", "Account").size());
  }

  // Errors

  @Test
  void refusesUnsignedCalls() throws Exception {
    var answer = post("/list-flows", "{}");

    assertEquals(403, answer.statusCode());
    assertEquals(
        "MissingAuthenticationTokenException",
        answer.headers().firstValue("x-amzn-ErrorType").orElseThrow());
    assertTrue(answer.headers().firstValue("x-amzn-RequestId").isPresent());
    assertEquals("Missing Authentication Token", JSON.std.mapFrom(answer.body()).get("message"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Bearer           | appflow | host;x-amz-date | IncompleteSignatureException
          AWS4-HMAC-SHA256 | appflow | host            | IncompleteSignatureException
          AWS4-HMAC-SHA256 | sqs     | host;x-amz-date | InvalidSignatureException
          """)
  void refusesIncorrectlySignedCalls(String scheme, String service, String headers, String code)
      throws Exception {
    var answer = post("/list-flows", "{}", signature(scheme, service, headers));

    assertEquals(403, answer.statusCode());
    assertEquals(code, answer.headers().firstValue("x-amzn-ErrorType").orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'connectorProfileName': 'crm prod'}",
        "{'connectorProfileName': ''}",
        "{'connectorType': 'SALESFORCE', 'connectorProfileName': 'crm-prod'}",
        "{'connectorProfileName': 'crm-prod', 'connectorEntityName': 'a b'}",
        "{'connectorProfileName': 'crm-prod', 'entitiesPath': 'a;b'}",
        "{'connectorProfileName': 'crm-prod', 'entities': 'ALL'}",
        "{}",
        "{'connectorType': 'Salesforce'}",
        "{'connectorType': 'Slack', 'connectorProfileName': 'crm-prod'}",
        "{'connectorProfileName': 'erp-internal'}",
        "{'connectorProfileName': 'erp-internal', 'apiVersion': 'v3'}",
      })
  void refusesWhatTheApiModelOrTheDocumentationForbids(String input) throws Exception {
    assertEquals("ValidationException 400", answerTo("/reset-connector-metadata-cache", input));
    assertEquals(List.of(), appFlow.resets());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "[]", "{'connectorProfileName': 1}", "{'connectorProfileName': null}"})
  void refusesInputOfTheWrongTypes(String input) throws Exception {
    assertEquals("SerializationException 400", answerTo("/reset-connector-metadata-cache", input));
  }

  @Test
  void countsLengthsInCodePoints() {
    String longest = "\ud83d\ude00".repeat(1024);
    appFlow.account().addEntity("crm-prod", longest);

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("crm-prod").connectorEntityName(longest));
    assertResetFails(
        "ValidationException",
        400,
        r -> r.connectorProfileName("crm-prod").connectorEntityName(longest + "x"));
  }

  @Test
  void answersNotFoundForWhatDoesNotExist() {
    assertResetFails("ResourceNotFoundException", 404, r -> r.connectorProfileName("crm-test"));
    assertResetFails(
        "ResourceNotFoundException",
        404,
        r -> r.connectorProfileName("crm-prod").connectorEntityName("Invoice"));
    assertResetFails(
        "ResourceNotFoundException",
        404,
        r ->
            r.connectorProfileName("chat")
                .entitiesPath("conversations")
                .connectorEntityName("conversations"));
    assertThrows(
        ResourceNotFoundException.class,
        () -> client.describeFlow(r -> r.flowName("no-such-flow")));
    assertThrows(
        ResourceNotFoundException.class,
        () ->
            client.describeConnector(
                r -> r.connectorType(ConnectorType.CUSTOM_CONNECTOR).connectorLabel("Nobody")));
    assertThrows(ResourceNotFoundException.class, () -> fields("crm-prod", "Invoice"));
  }

  @Test
  void startsAFlowOnDemandOncePerClientToken() {
    var first = client.startFlow(r -> r.flowName("sharepoint-docs").clientToken("one"));
    var again = client.startFlow(r -> r.flowName("sharepoint-docs").clientToken("one"));
    var other = client.startFlow(r -> r.flowName("sharepoint-docs"));

    assertEquals(FlowStatus.ACTIVE, first.flowStatus());
    assertTrue(first.flowArn().endsWith(":flow/sharepoint-docs"));
    assertEquals(first.executionId(), again.executionId());
    assertNotEquals(first.executionId(), other.executionId());
  }

  @Test
  void activatesAScheduledFlowWithoutAnExecution() {
    FlowEnd s3 = FlowEnd.s3("lake");
    appFlow.account().addFlow(new Flow("nightly", "Suspended", "Scheduled", s3, List.of(s3)));

    var started = client.startFlow(r -> r.flowName("nightly"));

    assertEquals(FlowStatus.ACTIVE, started.flowStatus());
    assertNull(started.executionId());
    assertEquals(FlowStatus.ACTIVE, client.describeFlow(r -> r.flowName("nightly")).flowStatus());
    assertThrows(
        ResourceNotFoundException.class, () -> client.startFlow(r -> r.flowName("no-such-flow")));
  }

  @Test
  void answersNotFoundForAnUnknownOperation() throws Exception {
    assertEquals("UnknownOperationException 404", answerTo("/delete-flow", "{'flowName': 'x'}"));
    assertEquals("POST /delete-flow", appFlow.calls().getFirst().operation());
  }

  // Lists and descriptions

  @Test
  void returnsProfilesInPages() {
    List<ConnectorProfile> profiles = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      var request = DescribeConnectorProfilesRequest.builder();
      token.ifPresent(request::nextToken);
      var page = client.describeConnectorProfiles(request.build());
      assertTrue(page.connectorProfileDetails().size() <= 2);
      profiles.addAll(page.connectorProfileDetails());
      token = Optional.ofNullable(page.nextToken());
    } while (token.isPresent());

    assertEquals(
        appFlow.account().profiles().stream().map(Profile::name).toList(),
        profiles.stream().map(ConnectorProfile::connectorProfileName).toList());
  }

  @Test
  void findsProfilesByNameTypeAndLabel() {
    assertEquals(
        List.of("crm-prod"), profiles(r -> r.connectorProfileNames("crm-prod", "no-such-profile")));
    assertEquals(
        List.of("crm-prod", "crm-sandbox"),
        profiles(r -> r.connectorType(ConnectorType.SALESFORCE)));
    assertEquals(
        List.of("erp-internal"),
        profiles(
            r -> r.connectorType(ConnectorType.CUSTOM_CONNECTOR).connectorLabel("InternalErp")));
  }

  @Test
  void returnsProfilesInTheFormOfTheApi() {
    var profile =
        client
            .describeConnectorProfiles(r -> r.connectorProfileNames("itsm"))
            .connectorProfileDetails()
            .getFirst();

    assertEquals(ConnectorType.SERVICENOW, profile.connectorType());
    assertEquals(
        "https://example.service-now.com",
        profile.connectorProfileProperties().serviceNow().instanceUrl());
  }

  @Test
  void returnsEntitiesInPagesAcrossGroups() {
    var page = client.listConnectorEntities(r -> r.connectorProfileName("crm-prod"));

    assertEquals(2, page.connectorEntityMap().size());
    assertEquals(5, page.connectorEntityMap().values().stream().mapToInt(List::size).sum());
    assertEquals(7, names(list("crm-prod")).size());
    assertEquals(7, names(list("crm-prod").maxResults(1)).size());
  }

  @Test
  void refusesATokenOfAnotherList() {
    String token =
        client.listConnectorEntities(r -> r.connectorProfileName("crm-prod")).nextToken();

    assertThrows(ValidationException.class, () -> client.listFlows(r -> r.nextToken(token)));
    assertThrows(
        ValidationException.class, () -> client.listFlows(r -> r.nextToken("EXAMPLETOKEN")));
  }

  @Test
  void saysWhichEntitiesHaveNestedEntities() {
    var entity =
        client
            .listConnectorEntities(r -> r.connectorProfileName("chat"))
            .connectorEntityMap()
            .get("Objects")
            .getFirst();

    assertEquals("Conversations", entity.label());
    assertTrue(entity.hasNestedEntities());
  }

  @Test
  void describesTheApiVersionsOfACustomConnector() {
    var connector =
        client.describeConnector(
            r -> r.connectorType(ConnectorType.CUSTOM_CONNECTOR).connectorLabel("InternalErp"));

    assertEquals(List.of("v1", "v2"), connector.connectorConfiguration().supportedApiVersions());
    assertThrows(
        ValidationException.class,
        () -> client.describeConnector(r -> r.connectorType(ConnectorType.CUSTOM_CONNECTOR)));
  }

  @Test
  void listsFlowsInPagesAndDescribesEach() {
    List<String> names = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      var request = ListFlowsRequest.builder();
      token.ifPresent(request::nextToken);
      var page = client.listFlows(request.build());
      page.flows().stream().map(FlowDefinition::flowName).forEach(names::add);
      token = Optional.ofNullable(page.nextToken());
    } while (token.isPresent());
    assertEquals(7, names.size());

    var salesforce = client.describeFlow(r -> r.flowName("crm-account-to-lake"));
    assertEquals(
        "Account", salesforce.sourceFlowConfig().sourceConnectorProperties().salesforce().object());
    assertNull(salesforce.sourceFlowConfig().apiVersion());

    var custom = client.describeFlow(r -> r.flowName("erp-orders")).sourceFlowConfig();
    var properties = custom.sourceConnectorProperties().customConnector();
    assertEquals("v2", custom.apiVersion());
    assertEquals("orders", properties.entityName());
    assertEquals("[\"orders/lines\"]", properties.customProperties().get("subEntities"));

    var sap = client.describeFlow(r -> r.flowName("sales-orders-to-crm"));
    assertEquals(
        "API_SALES_ORDER_SRV/A_SalesOrder",
        sap.sourceFlowConfig().sourceConnectorProperties().sapoData().objectPath());
    assertEquals(
        "Opportunity",
        sap.destinationFlowConfigList()
            .getFirst()
            .destinationConnectorProperties()
            .salesforce()
            .object());
  }

  @Test
  void servesChangesOfTheAccount() {
    appFlow
        .account()
        .addConnector(new Connector("Another", List.of("v9")))
        .addProfile(Profile.custom("another", "Another"))
        .addEntity("another", "things");

    client.resetConnectorMetadataCache(
        r -> r.connectorProfileName("another").connectorEntityName("things").apiVersion("v9"));
  }

  // Faults

  @Test
  void failsTheNextCallsWithTheErrorCode() {
    appFlow.faults().next(2, RESET, Fault.error(409, "ConflictException"));

    assertResetFails("ConflictException", 409, r -> r.connectorProfileName("crm-prod"));
    assertResetFails("ConflictException", 409, r -> r.connectorProfileName("crm-prod"));
    client.listFlows(r -> {});
    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
  }

  @Test
  void failsMatchingCallsUntilTheFaultsAreCleared() {
    appFlow
        .faults()
        .always(
            RESET,
            Fault.error(500, "InternalServerException"),
            input -> "crm-prod".equals(input.get("connectorProfileName")));

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("itsm"));
    assertResetFails("InternalServerException", 500, r -> r.connectorProfileName("crm-prod"));
    appFlow.faults().clear();
    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
  }

  @Test
  void throttlesCallsAboveTheRateLimit() {
    appFlow.faults().rateLimit(RESET, 0.001);

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    assertResetFails("ThrottlingException", 429, r -> r.connectorProfileName("crm-prod"));
    client.listFlows(r -> {});
  }

  @Test
  void executesACallWithLatency() {
    appFlow.faults().next(1, RESET, Fault.latency(Duration.ofMillis(50)));
    long started = System.nanoTime();

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));

    assertTrue(System.nanoTime() - started >= Duration.ofMillis(50).toNanos());
    assertEquals(1, appFlow.resets().size());
  }

  @Test
  void theSdkReportsSuccessForInvalidBodiesThoughNothingWasReset() {
    for (Fault invalidBody : List.of(Fault.html(), Fault.garbageBody(), Fault.emptyBody())) {
      appFlow.faults().next(1, RESET, invalidBody);
      client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    }

    assertEquals(List.of(), appFlow.resets());
    assertEquals(3, appFlow.calls(RESET).size());
  }

  @Test
  void everyAnswerHasARequestIdUnlessAFaultRemovesIt() {
    var answer = client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    assertEquals(36, answer.responseMetadata().requestId().length());

    appFlow.faults().next(1, RESET, Fault.withoutRequestId());
    var without = client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    assertEquals("UNKNOWN", without.responseMetadata().requestId());
  }

  @Test
  void theSdkReportsATruncatedBody() {
    appFlow.faults().next(1, "ListFlows", Fault.cutBody());

    assertThrows(SdkClientException.class, () -> client.listFlows(r -> {}));
  }

  @Test
  void executesAResetWhoseAnswerIsTruncated() {
    appFlow.faults().next(1, RESET, Fault.cutBody());

    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));

    assertEquals(List.of(Map.of("connectorProfileName", "crm-prod")), appFlow.resets());
  }

  @Test
  void anInvalidStatusLineIsNotAnSdkException() {
    appFlow.faults().next(1, RESET, Fault.garbageStatusLine());

    assertThrows(
        UncheckedIOException.class,
        () -> client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod")));
  }

  @Test
  void aConnectionResetFailsTheCall() {
    appFlow.faults().always(RESET, Fault.connectionReset());

    var failure =
        assertThrows(
            SdkClientException.class,
            () -> client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod")));
    assertTrue(failure.getMessage().contains("Connection reset"), failure.getMessage());
  }

  @Test
  void aConnectionResetInTheMiddleOfAnAnswerFailsTheCall() {
    appFlow
        .faults()
        .always(
            "ListFlows",
            new Fault.Raw("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"flows\"", true));

    var failure = assertThrows(SdkClientException.class, () -> client.listFlows(r -> {}));
    assertTrue(failure.getMessage().contains("Connection reset"), failure.getMessage());
  }

  @Test
  void aSlowAnswerArrivesCompletely() {
    appFlow
        .faults()
        .next(
            1,
            "ListFlows",
            new Fault.Drip("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"flows\":[", "]}"));

    assertTrue(client.listFlows(r -> {}).hasFlows());
  }

  @Test
  void aStalledCallEndsAtTheTimeoutOfTheCaller() {
    appFlow.faults().always(RESET, Fault.stall());

    try (AppflowClient impatient = client(appFlow, Duration.ofMillis(500))) {
      var failure =
          assertThrows(
              SdkClientException.class,
              () -> impatient.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod")));
      assertInstanceOf(SocketTimeoutException.class, failure.getCause());
    }
  }

  // Recorded calls

  @Test
  void recordsCallsInOrderWithTheirAnswers() {
    client.resetConnectorMetadataCache(r -> r.connectorProfileName("crm-prod"));
    assertResetFails("ResourceNotFoundException", 404, r -> r.connectorProfileName("nobody"));

    assertEquals(
        List.of(
            new Call(RESET, Map.of("connectorProfileName", "crm-prod"), 200, Optional.empty()),
            new Call(
                RESET,
                Map.of("connectorProfileName", "nobody"),
                404,
                Optional.of("ResourceNotFoundException"))),
        appFlow.calls());
    appFlow.forgetCalls();
    assertEquals(List.of(), appFlow.calls());
  }

  @Test
  void measuresThePeakOfConcurrentCalls() throws Exception {
    client.listFlows(r -> {});
    client.listFlows(r -> {});
    assertEquals(1, appFlow.peakConcurrency());

    appFlow.faults().always("ListFlows", Fault.latency(Duration.ofHours(1)));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      IntStream.range(0, 4).forEach(_ -> threads.submit(() -> client.listFlows(r -> {})));
      awaitPeakConcurrency(4);
      appFlow.faults().clear();
    }
    assertEquals(4, appFlow.peakConcurrency());
  }

  private void awaitPeakConcurrency(int calls) throws InterruptedException {
    long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (appFlow.peakConcurrency() < calls && System.nanoTime() < end) {
      Thread.sleep(5);
    }
  }

  // Control over HTTP

  @Test
  void saysWhatItCanDo() throws IOException, InterruptedException {
    String help = get("/").body();

    assertTrue(
        List.of("/_emulator/source", "/_emulator/fault", "/_emulator/calls", "/_emulator/forget")
            .stream()
            .allMatch(path -> help.contains(appFlow.endpoint() + path)),
        help);
    assertEquals("[]", get("/_emulator/calls").body());
  }

  @Test
  void anotherProcessControlsTheEmulatorOverHttp() throws Exception {
    assertEquals(
        200,
        post(
                "/_emulator/fault",
                json(
                    "{'fault': 'error', 'operation': 'ListFlows', 'next': 1,"
                        + " 'status': 503, 'code': 'ServiceUnavailableException'}"))
            .statusCode());
    assertThrows(AppflowException.class, () -> client.listFlows(r -> {}));

    assertEquals(
        200,
        post(
                "/_emulator/source",
                json("{'change': 'addField', 'in': 'crm-prod', 'entity': 'Account', 'field': 'X'}"))
            .statusCode());
    assertTrue(fields("crm-prod", "Account").contains("X"));

    assertEquals(
        200,
        post("/_emulator/connection", json("{'profile': 'crm-prod', 'isAuthorized': false}"))
            .statusCode());
    assertThrows(ConnectorAuthenticationException.class, () -> fields("crm-prod", "Contact"));
    post("/_emulator/connection", json("{'profile': 'crm-prod', 'isAuthorized': true}"));
    assertEquals(3, fields("crm-prod", "Contact").size());

    String calls = get("/_emulator/calls").body();
    assertEquals(4, JSON.std.listFrom(calls).size());
    post("/_emulator/forget", "");
    assertEquals("[]", get("/_emulator/calls").body());
    assertEquals(400, post("/_emulator/fault", json("{'fault': 'unknown'}")).statusCode());
  }

  private List<String> fields(String profile, String entity) {
    return client
        .describeConnectorEntity(r -> r.connectorProfileName(profile).connectorEntityName(entity))
        .connectorEntityFields()
        .stream()
        .map(ConnectorEntityField::identifier)
        .toList();
  }

  private static ListConnectorEntitiesRequest.Builder list(String profile) {
    return ListConnectorEntitiesRequest.builder().connectorProfileName(profile);
  }

  private List<String> names(ListConnectorEntitiesRequest.Builder request) {
    List<String> names = new ArrayList<>();
    Optional<String> token = Optional.empty();
    do {
      token.ifPresent(request::nextToken);
      var page = client.listConnectorEntities(request.build());
      page.connectorEntityMap().values().stream()
          .flatMap(List::stream)
          .map(ConnectorEntity::name)
          .forEach(names::add);
      token = Optional.ofNullable(page.nextToken());
    } while (token.isPresent());
    request.nextToken(null);
    return names.stream().sorted().toList();
  }

  private List<String> profiles(Consumer<DescribeConnectorProfilesRequest.Builder> request) {
    return client.describeConnectorProfiles(request).connectorProfileDetails().stream()
        .map(ConnectorProfile::connectorProfileName)
        .toList();
  }

  private void assertResetFails(
      String code, int status, Consumer<ResetConnectorMetadataCacheRequest.Builder> reset) {
    var error =
        assertThrows(AppflowException.class, () -> client.resetConnectorMetadataCache(reset));
    assertEquals(code, error.awsErrorDetails().errorCode());
    assertEquals(status, error.statusCode());
  }

  private String answerTo(String path, String input) throws Exception {
    var answer =
        post(path, json(input), signature("AWS4-HMAC-SHA256", "appflow", "host;x-amz-date"));
    return answer.headers().firstValue("x-amzn-ErrorType").orElse("") + " " + answer.statusCode();
  }

  private static String[] signature(String scheme, String service, String headers) {
    String authorization =
        "%s Credential=a/20250310/us-east-1/%s/aws4_request, SignedHeaders=%s, Signature=%s"
            .formatted(scheme, service, headers, "0".repeat(64));
    return new String[] {"Authorization", authorization, "X-Amz-Date", "20250310T091532Z"};
  }

  private static String json(String withSingleQuotes) {
    return withSingleQuotes.replace('\'', '"');
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(appFlow.endpoint().resolve(path)).build();
      return http.send(request, BodyHandlers.ofString());
    }
  }

  private HttpResponse<String> post(String path, String body, String... headers)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      var request =
          HttpRequest.newBuilder(appFlow.endpoint().resolve(path))
              .POST(BodyPublishers.ofString(body))
              .header("Content-Type", "application/json");
      if (headers.length > 0) {
        request.headers(headers);
      }
      return http.send(request.build(), BodyHandlers.ofString());
    }
  }
}
