package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// What people's systems really send, in `src/test/resources/inputs`: each is understood, ignored,
/// or refused with what its sender has to do. Each leaves one line about the invocation.
class SenderInputsTest {

  private static final Path INPUTS = Path.of("src/test/resources/inputs");

  private static final String EVERY_PROFILE =
      "{'connectorProfileName':'*','entities':'USED_BY_FLOWS'}";
  private static final String ACCOUNT_OF_A_REPORT =
      "{'connectorProfileName':'crm-prod','connectorType':'Salesforce','connectorEntityName':'Account'}";

  private final FakeAppFlow appFlow =
      new FakeAppFlow()
          .profile("crm-prod", ConnectorType.SALESFORCE)
          .profile("ads", ConnectorType.SALESFORCE)
          .profile("sharepoint-prod", ConnectorType.SALESFORCE)
          .withFlow("crm-account-to-lake");
  private final FakeQueues queues = new FakeQueues();
  private final TestFunction function =
      new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues));

  private static final List<Input> INPUTS_ALONE =
      List.of(
          understood("01-scheduler-dead-letter", split(EVERY_PROFILE)),
          refused(
              "02-type-narrowed-to-nothing",
              "* with connectorLabel Hubspot matches none of the 3 profiles"),
          refused(
              "03-task-token-beside-message", "Nobody would answer it", "call this function as"),
          refused("04-s3-notification-direct", "notification of Amazon S3", "EventBridge"),
          refused("05-s3-notification-on-queue", "notification of Amazon S3", "EventBridge"),
          ignored("07-s3-test-event-through-sns", "INFO", "test event"),
          refused("09-entity-wildcard", "/connectorEntityName: \"*\"", "use \"entities\": \"ALL\""),
          refused(
              "10-keyword-in-a-list",
              "/entities/0: \"ALL\"",
              "Did you mean \"entities\": \"ALL\"?"),
          refused("11-placeholder-not-substituted", "placeholder that was not filled in"),
          understood(
              "13-twice-encoded-direct",
              reset(
                  "{'connectorProfileName':'crm-prod','connectorType':'Salesforce','connectorEntityName':'Account'}")),
          refused("14-pipe-batch", "A pipe invokes a function", "<$.body>"),
          refused("15-pipe-batch-transformed", "{\"requests\": [...]}"),
          understood("17-datadog-in-detail", reset(ACCOUNT_OF_A_REPORT)),
          understood(
              "19-nested-state-machine",
              reset("{'connectorProfileName':'crm-prod','connectorType':'Salesforce'}")),
          refused("20-rds-event", "/detail: the event contains no request; set"),
          ignored("22-flow-made-and-gone", "INFO", "crm-nightly-20250310 matches none of"),
          ignored(
              "23-cloudtrail-parameters-omitted",
              "WARN",
              "/detail/requestParameters: ",
              "expected requestParameters with flowName"),
          refused("25-type-hubspot", "/connectorType: \"HubSpot\"", "CustomConnector", "leave the"),
          refused("29-own-test-report", "/source: \"com.example.test\"", "\"aws.appflow\""),
          refused("31-task-token-beside-input", "no task token"),
          refused("32-terraform-lifecycle-key", "Terraform adds it", "CREATE_ONLY"),
          refused("33-payload-is-a-path", "placeholder or a path that was not filled in", ".$"),
          refused("34-scheduler-context-attributes", "/scheduledTime: ", "one of the members ["),
          refused("35-arn-for-a-name", "/connectorProfileName: ", "Did you mean \"crm-prod\"?"),
          refused("36-pascal-case-members", "Did you mean connectorProfileName?"),
          understood(
              "37-flow-run-veeva",
              reset(
                  "{'connectorProfileName':'vault-prod','connectorType':'Veeva','connectorEntityName':'documents/types/component__c'}")),
          understood("38-flow-run-through-sns", reset(ACCOUNT_OF_A_REPORT)),
          understood(
              "39-flow-run-jdbc-to-hubspot",
              split(
                  "{'requests':[{'connectorProfileName':'erp-internal','connectorType':'CustomConnector','connectorEntityName':'public.orders'},"
                      + "{'connectorProfileName':'hubspot-prod','connectorType':'CustomConnector','connectorEntityName':'association_label/ticket/contact'}]}")),
          understood(
              "40-event-flow-to-eventbridge",
              reset(
                  "{'connectorProfileName':'crm-prod','connectorType':'Salesforce','connectorEntityName':'AccountChangeEvent'}")),
          ignored("43-cloudtrail-describe-flows", "INFO", "DescribeFlows changes no metadata"),
          understood(
              "45-sharepoint-nested",
              reset(
                  "{'connectorProfileName':'sharepoint-prod','connectorType':'Salesforce','connectorEntityName':'drives/b!AbC-dEf_012?3',"
                      + "'entitiesPath':'sites/example.sharepoint.com,00000000-0000-4000-a000-000000000001,00000000-0000-4000-a000-000000000002'}")),
          understood(
              "47-wrong-type-for-profile",
              reset(
                  "{'connectorProfileName':'ads','connectorType':'Googleanalytics','connectorEntityName':'campaign'}")),
          refused("48-extended-client-pointer", "extended client library", "standard SQS client"),
          refused("49-records-in-lower-case", "in the member Records", "request queue"),
          refused("54-cloudformation-custom-resource", "CloudFormation waits for an answer"),
          refused("55-warmer", "needs no warm-up calls"),
          understood("56-archive-replay", reset(ACCOUNT_OF_A_REPORT)),
          refused("57-nulls-of-a-serializer", "/connectorType: null", "Leave the member out"));

  private static final List<String> BATCHES =
      List.of(
          "26-cdc-transformer-of-the-other-road",
          "27-sam-parameter-without-quotes",
          "51-python-repr-and-base64",
          "53-fifo-batch-with-repeats");

  @ParameterizedTest
  @FieldSource("INPUTS_ALONE")
  void hasItsOutcomeFromTheQueue(Input input) throws IOException {
    assertEquals(List.of(), function.returned(message(text(input.file()))));

    switch (input.outcome()) {
      case Understood(var isSplit, var request) -> {
        assertEquals(
            List.of(),
            queues.deadLetters().stream().map(each -> each.failure().message()).toList());
        assertEquals(isSplit ? 0 : 1, resets().size());
        assertEquals(isSplit ? List.of() : List.of(request), resets());
      }
      case Ignored ignored -> assertIgnored(ignored);
      case Refused(var words) -> {
        assertEquals(1, queues.deadLetters().size());
        assertEquals(text(input.file()), queues.deadLetters().getFirst().body());
        assertContains(words, queues.deadLetters().getFirst().failure());
        assertEquals(1, function.log().metric("Rejected"));
      }
    }
  }

  @ParameterizedTest
  @FieldSource("INPUTS_ALONE")
  void hasItsOutcomeInADirectInvocation(Input input) throws IOException {
    switch (input.outcome()) {
      case Understood(var isSplit, var request) -> {
        String event = text(input.file());
        function.invoke(event);
        assertEquals(
            isSplit ? List.of(JsonValue.parse(event, "").content()) : List.of(),
            queuedBodies().map(body -> JsonValue.parse(body, "").content()).toList());
        assertEquals(isSplit ? List.of(request) : List.of(), queuedRequests());
        assertEquals(isSplit ? List.of() : List.of(request), resets());
      }
      case Ignored ignored -> {
        function.invoke(text(input.file()));
        if (!queues.requests().isEmpty()) {
          function.returned(TestMessage.message("m", queues.requests().getFirst()));
        }
        assertIgnored(ignored);
      }
      case Refused _ when input.file().startsWith("02") -> {
        function.invoke(text(input.file()));
        assertEquals(1, queues.requests().size());
      }
      case Refused(var words) -> {
        var thrown =
            assertThrows(RequestFailedException.class, () -> function.invoke(text(input.file())));
        assertContains(words, thrown.failure());
        assertEquals(1, function.log().count("failed"));
        assertEquals(1, function.log().metric("Rejected"));
      }
    }
  }

  @Test
  void aMissingValueIsNamed() throws IOException {
    function.invoke(text("26-cdc-transformer-of-the-other-road"));

    assertDeadLetters("a value is missing before it; a path of the input transformer");
  }

  @Test
  void namesWithoutQuotesAreNamed() throws IOException {
    function.invoke(text("27-sam-parameter-without-quotes"));

    assertDeadLetters("a name or a text without double quotes");
  }

  @Test
  void everyRecordOfABatchHasItsOwnReason() throws IOException {
    function.invoke(text("51-python-repr-and-base64"));

    assertDeadLetters(
        "no double quotes; in Python use json.dumps",
        "Base64; send the JSON itself",
        "a comma too many before it",
        "NaN, which JSON does not have",
        "a byte order mark before the JSON");
    assertEquals(List.of(ACCOUNT_OF_A_REPORT), resets());
  }

  @Test
  void aRepeatedRecordIsOneCallAndEveryMessageIsAccountedFor() throws IOException {
    assertEquals("{\"batchItemFailures\":[]}", function.invoke(text("53-fifo-batch-with-repeats")));

    assertEquals(
        List.of(
            ACCOUNT_OF_A_REPORT,
            "{'connectorProfileName':'nobody','connectorEntityName':'Account'}"),
        resets());
  }

  @Test
  void everyInputIsTested() throws IOException {
    try (Stream<Path> files = Files.list(INPUTS)) {
      List<String> tested =
          Stream.concat(INPUTS_ALONE.stream().map(Input::file), BATCHES.stream()).sorted().toList();
      assertEquals(
          files.map(file -> file.getFileName().toString().replace(".json", "")).sorted().toList(),
          tested);
    }
  }

  private void assertIgnored(Ignored ignored) {
    JsonValue line = function.log().request("ignored");
    assertEquals(Optional.of(ignored.level()), line.text("level"));
    ignored
        .words()
        .forEach(word -> assertTrue(line.text("errorMessage").orElseThrow().contains(word), word));
    assertEquals(1, function.log().metric("Ignored"));
    assertEquals(0, function.log().metric("Rejected"));
    assertEquals(List.of(), resets());
    assertEquals(List.of(), queues.deadLetters());
  }

  private void assertDeadLetters(String... words) {
    List<String> messages =
        queues.deadLetters().stream().map(each -> each.failure().message()).toList();
    assertEquals(words.length, messages.size(), messages::toString);
    for (int i = 0; i < words.length; i++) {
      assertTrue(messages.get(i).contains(words[i]), messages.get(i));
    }
    assertEquals(words.length, function.log().metric("Rejected"));
  }

  private static void assertContains(List<String> words, Failure failure) {
    words.forEach(word -> assertTrue(failure.message().contains(word), failure::message));
  }

  private Stream<String> queuedBodies() {
    return queues.requests().stream().map(body -> body.replace('\'', '"'));
  }

  private List<String> queuedRequests() {
    EventReader events = new EventReader(AllowedProfiles.ALL);
    return queuedBodies()
        .map(body -> events.read(body))
        .map(ParsedEvent.ParsedRequest.class::cast)
        .map(parsed -> parsed.request().json().replace('"', '\''))
        .toList();
  }

  private List<String> resets() {
    return appFlow.resets().stream()
        .map(call -> call.request().json().replace('"', '\''))
        .sorted()
        .toList();
  }

  private static TestMessage message(String body) {
    return new TestMessage("m", body, Map.of(), Map.of());
  }

  private static String text(String file) throws IOException {
    return Files.readString(INPUTS.resolve(file + ".json"));
  }

  private static Input understood(String file, Understood outcome) {
    return new Input(file, outcome);
  }

  /// The one call that is made.
  private static Understood reset(String call) {
    return new Understood(false, call);
  }

  /// The request that needs splitting.
  private static Understood split(String request) {
    return new Understood(true, request);
  }

  private static Input ignored(String file, String level, String... words) {
    return new Input(file, new Ignored(level, List.of(words)));
  }

  private static Input refused(String file, String... words) {
    return new Input(file, new Refused(List.of(words)));
  }

  private record Input(String file, Outcome outcome) {
    @Override
    public String toString() {
      return file;
    }
  }

  private sealed interface Outcome {}

  private record Understood(boolean isSplit, String request) implements Outcome {}

  private record Ignored(String level, List<String> words) implements Outcome {}

  private record Refused(List<String> words) implements Outcome {}
}
