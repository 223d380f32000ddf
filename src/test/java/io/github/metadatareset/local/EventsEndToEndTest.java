package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sqs.model.Message;

/// Sends every file of `events/` to the request queue, and invokes the function with it directly:
/// which resets AppFlow accepts, or why the request fails. The account is
/// `src/test/resources/appflow/account.json`.
@LongSuite("Every kind of event, sent to the whole function, has the documented outcome.")
class EventsEndToEndTest {

  private static final Path EVENTS = Path.of("events");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final String SITE =
      "sites/example.sharepoint.com,00000000-0000-4000-a000-000000000001,"
          + "00000000-0000-4000-a000-000000000002";

  /// The resets for all entities that flows use in SharePoint, in the ERP system and in the CRM
  /// system.
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

  /// HubSpot is skipped: no flow uses it, and so its API version is not known.
  private static final List<String> EVERY_PROFILE =
      Stream.of(
              List.of(
                  "ads CustomConnector v16",
                  "chat Slack",
                  "crm-sandbox Salesforce",
                  "itsm Servicenow",
                  "itsm Servicenow incident",
                  "sap-erp SAPOData",
                  "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder"),
              CRM,
              ERP,
              SHAREPOINT)
          .flatMap(List::stream)
          .toList();

  private static final ExpectedDeadLetter HUBSPOT =
      new ExpectedDeadLetter(
          "NoApiVersion", "connector HubSpot supports the API versions [v1, v3]");

  private static final String BATCH = "sqs-batch.json";

  private static final List<Row> ROWS =
      List.of(
          reset("appflow-automatic-field-import", "crm-prod Salesforce Account"),
          queued(
              "appflow-end-flow-run-between-profiles",
              "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder",
              "crm-prod Salesforce Opportunity"),
          reset(
              "appflow-end-flow-run-customconnector",
              "sharepoint-prod CustomConnector " + SITE + " v1.0"),
          reset("appflow-end-flow-run-failed", "crm-prod Salesforce Account"),
          reset("appflow-end-flow-run-s3-source", "S3"),
          reset("appflow-end-flow-run-success", "crm-prod Salesforce Account"),
          reset("appflow-event-flow-deactivated", "crm-prod Salesforce AccountChangeEvent"),
          reset("appflow-event-flow-report", "crm-prod Salesforce AccountChangeEvent"),
          reset("appflow-scheduled-flow-deactivated", "crm-prod Salesforce Account"),
          reset("appflow-start-flow-run", "crm-prod Salesforce Account"),
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
          reset("lambda-destination-record", "itsm Servicenow incident"),
          queued(
              "request-all-entities",
              "sap-erp SAPOData",
              "sap-erp SAPOData API_SALES_ORDER_SRV",
              "sap-erp SAPOData below API_SALES_ORDER_SRV",
              "sap-erp SAPOData below API_SALES_ORDER_SRV API_SALES_ORDER_SRV/A_SalesOrder",
              "sap-erp SAPOData below API_SALES_ORDER_SRV API_SALES_ORDER_SRV/A_SalesOrderItem"),
          checked("request-check-flow", "crm-prod Account"),
          queued(
              "request-check-flows-by-pattern",
              "crm-prod Account",
              "sap-erp API_SALES_ORDER_SRV/A_SalesOrder",
              "crm-prod Opportunity"),
          reset("request-custom-connector-with-version", ERP.get(1)),
          reset("request-entity", "crm-prod Salesforce Account"),
          new Row(
              "request-dry-run.json",
              DirectOutcome.PLANNED,
              List.of(),
              Optional.of(
                  new ExpectedDeadLetter(
                      RequestFailedException.INVALID_REQUEST,
                      "/dryRun: true; expected no dryRun on the request queue"))),
          queued("request-every-profile").and(EVERY_PROFILE),
          queued(
              "request-flow",
              "sap-erp SAPOData API_SALES_ORDER_SRV/A_SalesOrder",
              "crm-prod Salesforce Opportunity"),
          queued("request-flows-by-pattern", "crm-prod Salesforce Account"),
          queued("request-list-of-entities", "itsm Servicenow incident", "itsm Servicenow problem"),
          reset("request-names-of-a-profile", "crm-prod Salesforce"),
          reset("request-nested-entity", "chat Slack below conversations conversations/C00000001"),
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
          reset("request-type-without-profile", "S3"),
          queued("request-used-by-flows").and(CRM),
          new Row(
                  "request-wait.json",
                  DirectOutcome.COMPLETED,
                  List.of("crm-prod Salesforce Account", "crm-prod Salesforce Opportunity"),
                  Optional.empty())
              .and(ERP.subList(1, 3)),
          failed("scheduled-rule", "/detail: the event contains no request; set the Input"),
          failed(
              "scheduler-without-input", "/detail: the event contains no request; set the Input"),
          ignored("flow-check-report"),
          ignored("s3-test-event"),
          reset("json-string", "crm-prod Salesforce Account"),
          reset("sns-subscription", "itsm Servicenow problem"),
          queued("scheduler-dead-letter").and(EVERY_PROFILE),
          reset("sns-notification", "crm-prod Salesforce Opportunity"),
          reset("stepfunctions-status-change", "crm-prod Salesforce"));

  /// The expected outcome of one file.
  ///
  /// @param direct the outcome of a direct invocation, before queued sub-requests are processed
  /// @param resets the resets that AppFlow accepts in the end, in any order
  /// @param deadLetter the message in the dead-letter queue in the end
  private record Row(
      String file,
      DirectOutcome direct,
      List<String> resets,
      Optional<ExpectedDeadLetter> deadLetter) {

    Row and(List<String> more) {
      return new Row(
          file, direct, Stream.concat(resets.stream(), more.stream()).toList(), deadLetter);
    }

    Row with(ExpectedDeadLetter expected) {
      return new Row(file, direct, resets, Optional.of(expected));
    }

    @Override
    public String toString() {
      return file;
    }
  }

  /// The outcome of a direct invocation.
  private enum DirectOutcome {
    RESET,
    CHECKED,
    COMPLETED,
    PLANNED,
    QUEUED,
    IGNORED,
    FAILED
  }

  /// @param message a substring of the error message
  private record ExpectedDeadLetter(String code, String message) {}

  private static Row reset(String name, String reset) {
    return new Row(name + ".json", DirectOutcome.RESET, List.of(reset), Optional.empty());
  }

  private static Row queued(String name, String... resets) {
    return new Row(name + ".json", DirectOutcome.QUEUED, List.of(resets), Optional.empty());
  }

  private static Row checked(String name, String reset) {
    return new Row(name + ".json", DirectOutcome.CHECKED, List.of(reset), Optional.empty());
  }

  private static Row ignored(String name) {
    return new Row(name + ".json", DirectOutcome.IGNORED, List.of(), Optional.empty());
  }

  private static Row failed(String name, String message) {
    return new Row(
        name + ".json",
        DirectOutcome.FAILED,
        List.of(),
        Optional.of(new ExpectedDeadLetter(RequestFailedException.INVALID_REQUEST, message)));
  }

  private static LocalStack stack;

  @BeforeAll
  static void start() {
    // No test is so slow that a message is received again by this timeout.
    stack =
        LocalStack.start(
            AppFlowEmulator.start(AppFlowAccount.sample()),
            LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1)));
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void clearCallsAndDeadLetters() {
    stack.appFlow().forgetCalls();
    stack.queues().takeAll(stack.queues().deadLetterQueueUrl());
  }

  @Test
  void hasARowForEveryFile() throws IOException {
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
  void processesTheEventFromTheQueue(Row row) throws Exception {
    stack.queues().send(content(row.file()));
    drain();

    assertResets(row.resets());
    assertDeadLetter(row.deadLetter());
    if (row.direct() == DirectOutcome.FAILED) {
      assertEquals(content(row.file()), deadLetters().getFirst().body(), "unchanged");
    }
    assertReplayHasTheSameOutcome();
  }

  @ParameterizedTest
  @FieldSource("ROWS")
  void processesTheEventInADirectInvocation(Row row) throws Exception {
    switch (row.direct()) {
      case RESET -> {
        assertEquals(counts(1, 0), invoke(row));
        assertResets(row.resets());
      }
      case QUEUED -> {
        assertEquals(counts(0, 1), invoke(row));
        assertResets(List.of());
      }
      case CHECKED -> {
        assertEquals(
            Optional.of("NONE"),
            JsonValue.parse(stack.invoke(content(row.file())), "").text("severity"));
        assertResets(row.resets());
      }
      case COMPLETED -> {
        assertEquals(counts(row.resets().size(), 0), invoke(row));
        assertResets(row.resets());
      }
      case PLANNED -> {
        assertEquals(
            Set.of(
                "crm-prod Salesforce",
                "crm-prod Salesforce Account",
                "crm-prod Salesforce Opportunity",
                "crm-sandbox Salesforce"),
            calls(content(row.file())));
        assertResets(List.of());
      }
      case IGNORED -> assertEquals(counts(0, 0), invoke(row));
      case FAILED -> {
        Failure failure = assertThrows(RequestFailedException.class, () -> invoke(row)).failure();
        ExpectedDeadLetter expected = row.deadLetter().orElseThrow();
        assertEquals(expected.code(), failure.code());
        assertTrue(failure.message().contains(expected.message()), failure::message);
      }
    }
    drain();

    assertResets(row.resets());
    assertDeadLetter(
        row.deadLetter()
            .filter(
                _ ->
                    row.direct() != DirectOutcome.FAILED && row.direct() != DirectOutcome.PLANNED));
    assertReplayHasTheSameOutcome();
  }

  /// What the event means, as a dry run and with a sender that waits.
  @ParameterizedTest
  @MethodSource("requests")
  void isPlannedAndCompletedAsOnTheQueue(Row row) throws Exception {
    String request = request(row).orElseThrow();

    assertEquals(Set.copyOf(row.resets()), calls(flagged(request, "dryRun")));
    assertResets(List.of());

    if (row.deadLetter().isEmpty()) {
      JsonValue answer = JsonValue.parse(stack.invoke(flagged(request, "wait")), "");
      assertEquals(row.resets().size(), answer.member("reset").orElseThrow().content());
    } else {
      String message =
          assertThrows(IncompleteResetException.class, () -> stack.invoke(flagged(request, "wait")))
              .getMessage();
      assertTrue(message.contains(row.deadLetter().get().code()), message);
    }
    assertResets(row.resets());
    assertDeadLetter(Optional.empty());
  }

  static Stream<Row> requests() {
    return ROWS.stream()
        .filter(row -> row.direct() != DirectOutcome.PLANNED)
        .filter(row -> request(row).filter(each -> !each.contains("\"check\":true")).isPresent());
  }

  private static Optional<String> request(Row row) {
    try {
      JsonValue event = JsonValue.parse(content(row.file()), "");
      return switch (new EventReader(AllowedProfiles.ALL).read(event)) {
        case ParsedEvent.ParsedRequest(var request, _) -> Optional.of(request.json());
        case ParsedEvent.MayMatchNothing(var request) -> Optional.of(request.json());
        case ParsedEvent.Ignored _ -> Optional.empty();
      };
    } catch (RequestFailedException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String flagged(String request, String flag) {
    return "{\"%s\":true,%s".formatted(flag, request.substring(1));
  }

  /// The calls that a dry run lists, as text like the resets.
  private static Set<String> calls(String dryRun) throws IOException {
    return JsonValue.parse(stack.invoke(dryRun), "")
        .member("calls")
        .orElseThrow()
        .asList("calls")
        .stream()
        .map(each -> LocalStack.describe(each.member("call").orElseThrow()))
        .collect(toSet());
  }

  @Test
  void answersASqsBatchWithItsFailures() throws Exception {
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
    assertDeadLetter(
        Optional.of(
            new ExpectedDeadLetter(
                RequestFailedException.INVALID_REQUEST, "/connectorProfile: \"crm-prod\"")));
    Message deadLetter = deadLetters().getFirst();
    assertEquals("{\"connectorProfile\":\"crm-prod\"}", deadLetter.body());
    assertEquals("00000000-0000-4000-8000-000000000054", attribute(deadLetter, "SourceMessageId"));
    assertEquals("2", attribute(deadLetter, "ReceiveCount"));
    assertReplayHasTheSameOutcome();
  }

  /// The account is healthy, but has a profile whose API version is not known.
  @Test
  void theDefaultScheduleMakesNoDeadLetterInAHundredRuns() throws Exception {
    String request = "{\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";
    assertTrue(
        Files.readString(Path.of("template.yaml")).contains("Default: '%s'".formatted(request)),
        "the default of ScheduledRequest");

    try (EventSourceMapping mapping = stack.mapping()) {
      for (int run = 0; run < 100; run++) {
        stack.queues().send(request);
        assertTrue(mapping.drain(LIMIT), "all messages are processed");
        assertEquals(List.of(), deadLetterTexts());
      }
    }
    assertEquals(100 * EVERY_PROFILE.size(), stack.resets().size());
  }

  @Test
  void refusesASqsBatchThatWasSentAsAMessage() throws Exception {
    stack.queues().send(content(BATCH));
    drain();

    assertResets(List.of());
    assertDeadLetter(
        Optional.of(
            new ExpectedDeadLetter(
                RequestFailedException.INVALID_REQUEST, "A batch of SQS is read only")));
    assertReplayHasTheSameOutcome();
  }

  private static String content(String file) throws IOException {
    return Files.readString(EVENTS.resolve(file));
  }

  /// Invokes the function and returns its response, without the correlation ID, which differs each
  /// time.
  private static Map<String, Object> invoke(Row row) throws IOException {
    JsonValue answer = JsonValue.parse(stack.invoke(content(row.file())).getBytes(UTF_8));
    assertTrue(answer.text("correlationId").isPresent(), "the response has a correlation ID");
    return Map.of(
        "reset", answer.member("reset").orElseThrow().content(),
        "queued", answer.member("queued").orElseThrow().content());
  }

  private static Map<String, Object> counts(int reset, int queued) {
    return Map.of("reset", reset, "queued", queued);
  }

  private static void drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      assertTrue(mapping.drain(LIMIT), "all messages are processed");
    }
  }

  private static void assertResets(List<String> expected) {
    assertEquals(expected.stream().sorted().toList(), stack.resets().stream().sorted().toList());
  }

  private static void assertDeadLetter(Optional<ExpectedDeadLetter> expected) {
    List<Message> deadLetters = deadLetters();
    assertEquals(
        expected.map(ExpectedDeadLetter::code).stream().toList(),
        deadLetters.stream().map(deadLetter -> attribute(deadLetter, "ErrorCode")).toList());
    expected.ifPresent(
        deadLetter -> {
          String message = attribute(deadLetters.getFirst(), "ErrorMessage");
          assertTrue(message.contains(deadLetter.message()), message);
        });
  }

  /// Replays the dead letters, which fail again with the same body and the same error.
  private static void assertReplayHasTheSameOutcome() throws InterruptedException {
    List<String> before = deadLetterTexts();
    if (!before.isEmpty()) {
      assertEquals(before.size(), stack.queues().replay());
      drain();
      assertEquals(before, deadLetterTexts());
    }
  }

  private static List<String> deadLetterTexts() {
    return deadLetters().stream()
        .map(
            deadLetter ->
                String.join(
                    "\n",
                    attribute(deadLetter, "ErrorCode"),
                    attribute(deadLetter, "ErrorMessage"),
                    deadLetter.body()))
        .toList();
  }

  private static List<Message> deadLetters() {
    return stack.queues().deadLetters();
  }

  private static String attribute(Message deadLetter, String name) {
    return deadLetter.messageAttributes().get(name).stringValue();
  }
}
