package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.services.sqs.model.Message;

/// Every file of `events/` as a message and as a direct invocation, over real HTTP: which resets
/// AppFlow accepts for it, or why it is refused. The account is that of
/// `src/test/resources/appflow/account.json`.
@LongSuite("Every kind of event, sent to the whole function, has the documented outcome.")
class EventsEndToEndTest {

  private static final Path EVENTS = Path.of("events");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String SITE =
      "sites/example.sharepoint.com,00000000-0000-4000-a000-000000000001,"
          + "00000000-0000-4000-a000-000000000002";

  /// The resets of all that the flows use in SharePoint, and in the two systems of record.
  private static final List<String> SHAREPOINT =
      List.of(
          "sharepoint-prod CustomConnector v1.0",
          "sharepoint-prod CustomConnector " + SITE + " v1.0",
          "sharepoint-prod CustomConnector below " + SITE + " drives/documents v1.0");

  private static final List<String> ERP =
      List.of(
          "erp-internal CustomConnector v2",
          "erp-internal CustomConnector orders v2",
          "erp-internal CustomConnector below orders orders/lines v2");

  private static final List<String> CRM =
      List.of(
          "crm-prod Salesforce", "crm-prod Salesforce Account", "crm-prod Salesforce Opportunity");

  private static final Letter HUBSPOT =
      new Letter("NoApiVersion", "connector HubSpot is meant? It supports [v1, v3]");

  private static final String BATCH = "sqs-batch.json";

  private static final List<Row> ROWS =
      List.of(
          made("appflow-automatic-field-import", "crm-prod Salesforce Account"),
          queued(
              "appflow-end-flow-run-between-profiles",
              "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder",
              "crm-prod Salesforce Opportunity"),
          made(
              "appflow-end-flow-run-customconnector",
              "sharepoint-prod CustomConnector " + SITE + " v1.0"),
          made("appflow-end-flow-run-failed", "crm-prod Salesforce Account"),
          made("appflow-end-flow-run-s3-source", "S3"),
          made("appflow-end-flow-run-success", "crm-prod Salesforce Account"),
          made("appflow-event-flow-deactivated", "crm-prod Salesforce AccountChangeEvent"),
          made("appflow-event-flow-report", "crm-prod Salesforce AccountChangeEvent"),
          made("appflow-scheduled-flow-deactivated", "crm-prod Salesforce Account"),
          made("appflow-start-flow-run", "crm-prod Salesforce Account"),
          queued("cloudtrail-create-connector-profile").with(HUBSPOT),
          queued("cloudtrail-create-flow", ERP.get(1), ERP.get(2)),
          ignored("cloudtrail-failed-call"),
          queued("cloudtrail-register-connector").and(SHAREPOINT),
          ignored("cloudtrail-reset-connector-metadata-cache"),
          queued("cloudtrail-update-connector-profile").and(CRM),
          queued("cloudtrail-update-connector-registration").and(ERP),
          queued("cloudtrail-update-flow", "crm-prod Salesforce Account"),
          queued(
              "custom-eventbridge-event",
              "crm-prod Salesforce Account",
              "crm-prod Salesforce Opportunity",
              "crm-sandbox Salesforce Account",
              "crm-sandbox Salesforce Opportunity"),
          made("lambda-destination-record", "itsm Servicenow incident"),
          queued(
              "request-all-entities",
              "sap-erp SAPOData",
              "sap-erp SAPOData API_SALES_ORDER_SRV",
              "sap-erp SAPOData below API_SALES_ORDER_SRV",
              "sap-erp SAPOData below API_SALES_ORDER_SRV API_SALES_ORDER_SRV/A_SalesOrder",
              "sap-erp SAPOData below API_SALES_ORDER_SRV API_SALES_ORDER_SRV/A_SalesOrderItem"),
          made("request-custom-connector-with-version", ERP.get(1)),
          made("request-entity", "crm-prod Salesforce Account"),
          queued(
                  "request-every-profile",
                  "ads CustomConnector v16",
                  "chat Slack",
                  "crm-sandbox Salesforce",
                  "itsm Servicenow",
                  "itsm Servicenow incident",
                  "sap-erp SAPOData",
                  "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder")
              .and(CRM)
              .and(ERP)
              .and(SHAREPOINT)
              .with(HUBSPOT),
          queued(
              "request-flow",
              "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder",
              "crm-prod Salesforce Opportunity"),
          queued("request-flows-by-pattern", "crm-prod Salesforce Account"),
          queued("request-list-of-entities", "itsm Servicenow incident", "itsm Servicenow problem"),
          made("request-names-of-a-profile", "crm-prod Salesforce"),
          made("request-nested-entity", "chat Slack below conversations conversations/C00000001"),
          queued("request-pattern-with-label").and(ERP),
          queued(
              "request-pattern-with-type",
              "crm-prod Salesforce Account",
              "crm-sandbox Salesforce Account"),
          queued(
              "request-several",
              "crm-sandbox Salesforce Account",
              "hubspot-prod contacts v3",
              ERP.get(1),
              ERP.get(2)),
          made("request-type-without-profile", "S3"),
          queued("request-used-by-flows").and(CRM),
          refused("scheduled-rule", "/detail: the event carries no request; set the Input"),
          refused(
              "scheduler-without-input", "/detail: the event carries no request; set the Input"),
          made("sns-notification", "crm-prod Salesforce Opportunity"),
          made("stepfunctions-status-change", "crm-prod Salesforce"));

  /// What becomes of the event of a file.
  ///
  /// @param resets what AppFlow accepts in the end, in any order
  /// @param letter what lies in the dead-letter queue in the end
  private record Row(String file, Directly directly, List<String> resets, Optional<Letter> letter) {

    Row and(List<String> more) {
      return new Row(
          file, directly, Stream.concat(resets.stream(), more.stream()).toList(), letter);
    }

    Row with(Letter expected) {
      return new Row(file, directly, resets, Optional.of(expected));
    }

    @Override
    public String toString() {
      return file;
    }
  }

  /// What the function makes of it where it is invoked with it, and not by the queue.
  private enum Directly {
    MADE,
    QUEUED,
    IGNORED,
    REFUSED
  }

  /// @param message a part of the error message
  private record Letter(String code, String message) {}

  private static Row made(String name, String reset) {
    return new Row(name + ".json", Directly.MADE, List.of(reset), Optional.empty());
  }

  private static Row queued(String name, String... resets) {
    return new Row(name + ".json", Directly.QUEUED, List.of(resets), Optional.empty());
  }

  private static Row ignored(String name) {
    return new Row(name + ".json", Directly.IGNORED, List.of(), Optional.empty());
  }

  private static Row refused(String name, String message) {
    return new Row(
        name + ".json",
        Directly.REFUSED,
        List.of(),
        Optional.of(new Letter(RequestFailedException.INVALID_REQUEST, message)));
  }

  private static LocalStack stack;

  @BeforeAll
  static void start() {
    stack = LocalStack.start(AppFlowAccount.sample());
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void forgetWhatWasBefore() {
    stack.appFlow().forgetCalls();
    stack.queues().takeAll(stack.queues().deadLetterQueueUrl());
  }

  @Test
  void everyFileIsInTheTable() throws IOException {
    try (Stream<Path> files = Files.list(EVENTS)) {
      assertEquals(
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith(".json"))
              .sorted()
              .toList(),
          Stream.concat(ROWS.stream().map(Row::file), Stream.of(BATCH)).sorted().toList());
    }
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void throughTheQueue(Row row) throws Exception {
    stack.queues().send(content(row.file()));
    drain();

    assertResets(row.resets());
    assertLetter(row.letter());
    if (row.directly() == Directly.REFUSED) {
      assertEquals(content(row.file()), letters().getFirst().body(), "unchanged");
    }
    assertReplayEndsTheSameWay();
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void directly(Row row) throws Exception {
    switch (row.directly()) {
      case MADE -> {
        assertEquals(counts(1, 0), invoke(row));
        assertResets(row.resets());
      }
      case QUEUED -> {
        assertEquals(counts(0, 1), invoke(row));
        assertResets(List.of());
      }
      case IGNORED -> assertEquals(counts(0, 0), invoke(row));
      case REFUSED -> {
        Failure failure = assertThrows(RequestFailedException.class, () -> invoke(row)).failure();
        Letter expected = row.letter().orElseThrow();
        assertEquals(expected.code(), failure.code());
        assertTrue(failure.message().contains(expected.message()), failure::message);
      }
    }
    drain();

    assertResets(row.resets());
    assertLetter(row.letter().filter(_ -> row.directly() != Directly.REFUSED));
    assertReplayEndsTheSameWay();
  }

  @Test
  void aBatchThatLambdaReadsOffTheQueueIsAnsweredWithWhatComesBack() throws Exception {
    assertEquals("{\"batchItemFailures\":[]}", stack.invoke(content(BATCH)));
    assertResets(List.of("crm-prod Salesforce Account"));
    drain();

    assertResets(
        List.of(
            "crm-prod Salesforce Account",
            "crm-prod Salesforce",
            "crm-prod Salesforce Account",
            "crm-prod Salesforce Opportunity",
            "crm-sandbox Salesforce"));
    assertLetter(
        Optional.of(
            new Letter(RequestFailedException.INVALID_REQUEST, "/connectorProfile: \"crm-prod\"")));
    Message letter = letters().getFirst();
    assertEquals("{\"connectorProfile\":\"crm-prod\"}", letter.body());
    assertEquals("00000000-0000-4000-8000-000000000054", attribute(letter, "SourceMessageId"));
    assertEquals("2", attribute(letter, "ReceiveCount"));
    assertReplayEndsTheSameWay();
  }

  @Test
  void aBatchThatSomebodySendsAsAMessageIsNoRequest() throws Exception {
    stack.queues().send(content(BATCH));
    drain();

    assertResets(List.of());
    assertLetter(Optional.of(new Letter(RequestFailedException.INVALID_REQUEST, "/Records: ")));
    assertReplayEndsTheSameWay();
  }

  private static String content(String file) throws IOException {
    return Files.readString(EVENTS.resolve(file));
  }

  /// The answer, without the id that is another one each time.
  private static Map<String, Object> invoke(Row row) throws IOException {
    JsonValue answer = JsonValue.parse(stack.invoke(content(row.file())).getBytes(UTF_8));
    assertTrue(answer.text("correlationId").isPresent(), "it says under which id it is logged");
    return Map.of(
        "reset", answer.member("reset").orElseThrow().content(),
        "queued", answer.member("queued").orElseThrow().content());
  }

  private static Map<String, Object> counts(int reset, int queued) {
    return Map.of("reset", reset, "queued", queued);
  }

  private static void drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      assertTrue(mapping.drain(LIMIT), "the queue is worked off");
    }
  }

  private static void assertResets(List<String> expected) {
    assertEquals(expected.stream().sorted().toList(), stack.resets().stream().sorted().toList());
  }

  private static void assertLetter(Optional<Letter> expected) {
    List<Message> letters = letters();
    assertEquals(
        expected.map(Letter::code).stream().toList(),
        letters.stream().map(letter -> attribute(letter, "ErrorCode")).toList());
    expected.ifPresent(
        letter -> {
          String message = attribute(letters.getFirst(), "ErrorMessage");
          assertTrue(message.contains(letter.message()), message);
        });
  }

  /// What lies in the dead-letter queue is moved to the request queue, and lies there again: with
  /// the same body, for the same reason.
  private static void assertReplayEndsTheSameWay() throws InterruptedException {
    List<String> before = letterTexts();
    if (!before.isEmpty()) {
      assertEquals(before.size(), stack.queues().replay());
      drain();
      assertEquals(before, letterTexts());
    }
  }

  private static List<String> letterTexts() {
    return letters().stream()
        .map(
            letter ->
                String.join(
                    "\n",
                    attribute(letter, "ErrorCode"),
                    attribute(letter, "ErrorMessage"),
                    letter.body()))
        .toList();
  }

  private static List<Message> letters() {
    return stack.queues().deadLetters();
  }

  private static String attribute(Message letter, String name) {
    return letter.messageAttributes().get(name).stringValue();
  }
}
