package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Mode;
import io.github.metadatareset.request.RandomJson;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventReaderTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);
  private static final String REQUEST = "{\"connectorProfileName\":\"crm-prod\"}";
  private static final ParsedEvent PARSED = new ParsedEvent.ParsedRequest(request(REQUEST));
  private static final String ONE_OF_THE_MEMBERS =
      "expected one of the members [apiVersion, check, connectorEntityName, connectorLabel,"
          + " connectorProfileName, connectorType, depth, dryRun, entities, entitiesPath,"
          + " flowName, requests, wait]";

  @Nested
  class Wrappers {

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"Type\":\"Notification\",\"Message\":%s}",
          "{\"requestPayload\":%s}",
          "{\"detail\":%s}",
          "{\"detail\":{\"input\":%s}}",
          "{\"source\":\"aws.states\",\"detail-type\":\"x\",\"detail\":{\"input\":%s}}",
          "{\"source\":\"aws.scheduler\",\"detail-type\":\"x\",\"detail\":%s}",
          "{\"source\":\"com.example\",\"detail-type\":\"x\",\"detail\":%s}",
          "{\"Type\":\"Notification\",\"Message\":%s,\"Subject\":null,\"added by AWS\":[7]}",
          "{\"version\":\"1.0\",\"requestPayload\":%s,\"responsePayload\":{\"detail\":7}}",
          "{\"detail\":{\"status\":\"SUCCEEDED\",\"input\":%s,\"output\":\"{}\"},\"id\":\"7\"}"
        })
    void holdARequestAsAnObjectOrAString(String wrapper) {
      assertEquals(PARSED, READER.read(wrapper.formatted(REQUEST)));
      assertEquals(PARSED, READER.read(wrapper.formatted(JsonValue.write(REQUEST))));
    }

    @Test
    void mayHoldAnAwsEvent() {
      assertEquals(
          new ParsedEvent.MayMatchNothing(request("{\"flowName\":\"erp-orders\"}")),
          READER.read(
              """
              {"source": "aws.states", "detail-type": "Step Functions Execution Status Change",
               "detail": {"input": {
                 "source": "aws.appflow",
                 "detail-type": "AWS API Call via CloudTrail",
                 "detail": {
                   "eventSource": "appflow.amazonaws.com",
                   "eventName": "UpdateFlow",
                   "requestParameters": {"flowName": "erp-orders"}}}}}"""));
    }

    @Test
    void areRefusedInsideARequest() {
      assertRefused(
          "/detail: {}; " + ONE_OF_THE_MEMBERS,
          "{\"connectorProfileName\":\"crm-prod\",\"detail\":{}}");
      assertRefused(
          "/detail/input: {}; " + ONE_OF_THE_MEMBERS,
          "{\"detail\":{\"connectorProfileName\":\"crm-prod\",\"input\":{}}}");
    }

    @Test
    void holdTheFlagsInTheRequest() {
      assertEquals(
          new ParsedEvent.ParsedRequest(request(REQUEST), Mode.WAIT),
          READER.read(
              JsonValue.parse(
                  "{\"detail\":{\"connectorProfileName\":\"crm-prod\",\"wait\":true}}", "")));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"requestPayload\":%s,\"dryRun\":true}",
          "{\"Message\":%s,\"Type\":\"Notification\",\"dryRun\":true}",
          "{\"source\":\"a.b\",\"detail-type\":\"x\",\"detail\":%s,\"dryRun\":true}",
          "{\"source\":\"aws.appflow\",\"detail-type\":\"AppFlow Start Flow Run Report\","
              + "\"detail\":%s,\"dryRun\":true}"
        })
    void areRefusedWithAFlagBesideThem(String wrapper) {
      assertRefused("/dryRun: true; expected dryRun only in a request", wrapper.formatted(REQUEST));
    }

    @Test
    void appearInThePointersOfErrors() {
      String wrong = "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":5}";
      String inString = "{\"requestPayload\":%s}".formatted(JsonValue.write(wrong));
      String inStrings =
          "{\"Type\":\"Notification\",\"Message\":%s}".formatted(JsonValue.write(inString));

      assertRefused(
          "/detail/input/Message/requestPayload/connectorEntityName: 5; expected an entity name: 1 to 1024 characters without spaces or *",
          "{\"detail\":{\"input\":%s}}".formatted(inStrings));
    }

    @Test
    void invalidJsonIsRefusedWithItsPosition() {
      assertRefused(
          "/Message/connectorType: not JSON at line 1, column 18, near"
              + " \"{\\\"connectorType\\\":}\": a value is missing before it; a path of the input"
              + " transformer may not exist; expected JSON (RFC 8259)",
          "{\"Type\":\"Notification\",\"Message\":\"{\\\"connectorType\\\":}\"}");
    }

    @Test
    void areNestedAtMostFourDeep() {
      assertEquals(PARSED, READER.read(wrapped(4, REQUEST)));
      assertRefused(
          "/Message/Message/Message/Message/Message: %s; expected at most 4 wrappers around a"
                  .formatted(REQUEST)
              + " request",
          wrapped(5, REQUEST));
    }

    private static String wrapped(int layers, String content) {
      return layers == 0
          ? content
          : "{\"Type\":\"Notification\",\"Message\":%s}".formatted(wrapped(layers - 1, content));
    }
  }

  @Nested
  class EventsWithoutARequest {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            aws.events                       | {}
            aws.scheduler                    | "{}"
            aws.glue                         | {"jobName": "crm-curate", "state": "SUCCEEDED"}
            aws.glue                         | {"databaseName": "crm", "changedPartitions": []}
            aws.s3                           | {"bucket": {"name": "b"}, "object": {"size": 2048}}
            aws.partner/appflow/salesforce.com/111122223333/crm-events | {"ChangeEventHeader": {}}
            aws.partner/salesforce.com/00D000000000001AAA/0YL | {"payload": {}, "schemaId": "s"}
            aws.appflow                      | {"flow-name": "a kind of report not known yet"}
            aws.s3                           | null
            aws.s3                           | []
            com.example                      | {}
            """)
    void areRefusedWithAHintForTheSchedule(String source, String detail) {
      assertRefused(
          hint("/detail"),
          "{\"source\":\"%s\",\"detail-type\":\"x\",\"detail\":%s}".formatted(source, detail));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "\"{}\"", "{\"orderId\":7}", "null"})
    void stateMachineEventsAreRefusedWithAHint(String input) {
      assertRefused(
          hint("/detail/input"),
          "{\"source\":\"aws.states\",\"detail-type\":\"x\",\"detail\":{\"input\":%s}}"
              .formatted(input));
    }

    @Test
    void customEventsAreReadStrictly() {
      assertRefused(
          "/detail/profile: \"crm-prod\"; "
              + ONE_OF_THE_MEMBERS
              + ". Did you mean connectorProfileName?",
          "{\"source\":\"a.b\",\"detail-type\":\"x\",\"detail\":{\"profile\":\"crm-prod\"}}");
    }

    @Test
    void eventsWithAMemberOfARequestAreReadStrictly() {
      assertRefused(
          "/detail/bucket: {}; " + ONE_OF_THE_MEMBERS,
          """
          {"source": "aws.s3", "detail-type": "x",
           "detail": {"connectorProfileName": "crm-prod", "bucket": {}}}""");
    }

    private static String hint(String pointer) {
      return pointer
          + ": the event contains no request; set the Input of the schedule, or an input transformer"
          + " of the rule, to one, such as"
          + " {\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";
    }
  }

  @Nested
  class RequestsThatAreTooLongForTheQueue {

    /// A thousand names of the maximum length fit, unless their characters are escaped.
    @Test
    void areRefused() {
      assertTrue(READER.read(entitiesOf("x".repeat(1000))) instanceof ParsedEvent.ParsedRequest);

      String tooLong = entitiesOf("é".repeat(1000));
      String message = refusal(tooLong);

      assertTrue(
          message.endsWith(
              "expected at most 1047552 bytes as JSON in ASCII, as its sub-requests are sent to the request queue"),
          message);
    }

    /// A sub-request of a pattern is longer than its request, and must be readable, too.
    @ParameterizedTest
    @CsvSource({"a, 1047552", "a*, 1040384"})
    void areRefusedFromOneByteOverTheLimit(String profile, int max) {
      assertTrue(
          READER.read(RequestsByLength.ofBytes(profile, max)) instanceof ParsedEvent.ParsedRequest);

      String message = refusal(RequestsByLength.ofBytes(profile, max + 1));

      assertTrue(message.contains("expected at most " + max + " bytes"), message);
    }

    private static String entitiesOf(String prefix) {
      return IntStream.range(0, 1000)
          .mapToObj(i -> "\"%s%d\"".formatted(prefix, i))
          .collect(Collectors.joining(",", "{\"connectorProfileName\":\"a\",\"entities\":[", "]}"));
    }
  }

  @Test
  void aWrappedRequestIsReadLikeOneWithoutWrapper() {
    RandomCases cases = new RandomCases(4_000);
    int[] requests = {0};

    cases.check(
        random -> {
          String json = JsonValue.write(new RandomJson(random).any());
          Optional<ParsedEvent> unwrapped = parsed(json);

          assertEquals(unwrapped, parsed(wrapped(random, json)), json);
          requests[0] += unwrapped.isPresent() ? 1 : 0;
        });

    assertTrue(requests[0] > cases.count() / 4, () -> requests[0] + " of the cases were requests");
    assertTrue(
        requests[0] < 3 * cases.count() / 4, () -> requests[0] + " of the cases were requests");
  }

  private static final List<UnaryOperator<String>> WRAPPERS =
      List.of(
          "{\"Type\":\"Notification\",\"Message\":%s}"::formatted,
          "{\"requestPayload\":%s}"::formatted,
          "{\"detail\":%s}"::formatted,
          "{\"detail\":{\"input\":%s}}"::formatted,
          "{\"source\":\"com.example\",\"detail-type\":\"x\",\"detail\":%s}"::formatted);

  private static String wrapped(RandomGenerator random, String json) {
    String wrapped = json;
    for (int layers = random.nextInt(1, 5); layers > 0; layers--) {
      String content = random.nextBoolean() ? wrapped : JsonValue.write(wrapped);
      wrapped = WRAPPERS.get(random.nextInt(WRAPPERS.size())).apply(content);
    }
    return wrapped;
  }

  private static Optional<ParsedEvent> parsed(String json) {
    try {
      return Optional.of(READER.read(json));
    } catch (RequestFailedException e) {
      return Optional.empty();
    }
  }

  private static Request request(String json) {
    return new RequestReader(AllowedProfiles.ALL).read(JsonValue.parse(json, ""));
  }

  private static void assertRefused(String message, String event) {
    assertEquals(message, refusal(event));
  }

  private static String refusal(String event) {
    Failure failure =
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure();
    assertEquals(
        new Failure.Permanent(RequestFailedException.INVALID_REQUEST, failure.message()), failure);
    return failure.message();
  }
}
