package io.github.metadatareset.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqsMessageTest {

  @Test
  void aMessageIsReadWithItsAttributes() {
    assertEquals(
        new SqsMessage(
            "m1",
            "r1",
            "{}",
            3,
            Optional.of(Instant.ofEpochMilli(1741598132001L)),
            Optional.of(Instant.ofEpochMilli(1741598132101L)),
            new Correlation("correlation-1", OptionalInt.of(70)),
            Optional.of("crm-prod")),
        onlyMessage(
            """
            {"messageId": "m1", "receiptHandle": "r1", "body": "{}", "eventSource": "aws:sqs",
             "attributes": {
               "ApproximateReceiveCount": "3",
               "SentTimestamp": "1741598132001",
               "ApproximateFirstReceiveTimestamp": "1741598132101",
               "MessageGroupId": "crm-prod",
               "AddedByAws": "x"},
             "messageAttributes": {
               "CorrelationId": {"stringValue": "correlation-1", "dataType": "String"},
               "MaxCalls": {"stringValue": "70", "dataType": "String"},
               "Other": {"binaryValue": "eA==", "dataType": "Binary"}},
             "addedByAws": [1, {"a": null}]}"""));
  }

  @Test
  void aMessageWithoutAttributesIsOnItsFirstReceiveAndItsIdIsItsCorrelationId() {
    assertEquals(
        new SqsMessage(
            "m1",
            "",
            "text",
            1,
            Optional.empty(),
            Optional.empty(),
            new Correlation("m1"),
            Optional.empty()),
        onlyMessage(
            """
            {"messageId": "m1", "body": "text", "eventSource": "aws:sqs"}"""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"ApproximateReceiveCount": "many", "SentTimestamp": ""}
          {"ApproximateReceiveCount": 3, "SentTimestamp": 1741598132001}
          {"ApproximateReceiveCount": "-3", "SentTimestamp": "1.5"}
          {"ApproximateReceiveCount": "9999999999999999999", "SentTimestamp": null}
          []
          null
          """)
  void attributesThatAreNotNumbersAreIgnored(String attributes) {
    SqsMessage message =
        onlyMessage(
            """
            {"messageId": "m1", "body": "", "eventSource": "aws:sqs", "attributes": %s}"""
                .formatted(attributes));

    assertEquals(1, message.receiveCount());
    assertEquals(Optional.empty(), message.sent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"two words\"",
        "\"line\\nline\"",
        "\"caf\\u00E9\"",
        "\"\\u0664\"",
        "\"it's\"",
        "\"a\\\"b\"",
        "\"a/b\"",
        "\"$(id)\"",
        "\"<b>\"",
        "\"c|d\"",
        "7",
        "null"
      })
  void aCorrelationIdOfAnotherFormIsIgnored(String correlationId) {
    assertEquals(
        "m1",
        onlyMessage(
                """
                {"messageId": "m1", "body": "", "eventSource": "aws:sqs",
                 "messageAttributes": {"CorrelationId": {"stringValue": %s}}}"""
                    .formatted(correlationId))
            .correlationId());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"97183551-3f5e-4192-bf44-0f7645107158", "run:2026-11-23_Nightly.7", "a", "-"})
  void aSenderCanSetTheCorrelationId(String correlationId) {
    assertEquals(
        correlationId,
        onlyMessage(
                """
                {"messageId": "m1", "body": "", "eventSource": "aws:sqs",
                 "messageAttributes": {"CorrelationId": {"stringValue": "%s"}}}"""
                    .formatted(correlationId))
            .correlationId());
  }

  @Test
  void aCorrelationIdThatIsTooLongIsIgnored() {
    String message =
        """
        {"messageId": "m1", "body": "", "eventSource": "aws:sqs",
         "messageAttributes": {"CorrelationId": {"stringValue": "%s"}}}""";

    assertEquals("x".repeat(128), onlyMessage(message.formatted("x".repeat(128))).correlationId());
    assertEquals("m1", onlyMessage(message.formatted("x".repeat(129))).correlationId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "1.5", "seven", "1000000000", "\\u0664"})
  void anInvalidMaxCallsIsIgnored(String maxCalls) {
    assertEquals(
        new Correlation("m1"),
        onlyMessage(
                """
                {"messageId": "m1", "body": "", "eventSource": "aws:sqs",
                 "messageAttributes": {"MaxCalls": {"stringValue": "%s"}}}"""
                    .formatted(maxCalls))
            .correlation());
  }

  /// SQS would refuse a dead letter with it.
  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "caf\\u00E9", "\\u0000", "\\uD800"})
  void anInvalidMessageGroupIsIgnored(String group) {
    String message =
        """
        {"messageId": "m1", "body": "", "eventSource": "aws:sqs",
         "attributes": {"MessageGroupId": "%s"}}""";

    assertEquals(Optional.empty(), onlyMessage(message.formatted(group)).messageGroupId());
    assertEquals(
        Optional.of("team/crm@prod"),
        onlyMessage(message.formatted("team/crm@prod")).messageGroupId());
    assertEquals(
        Optional.of("x".repeat(128)),
        onlyMessage(message.formatted("x".repeat(128))).messageGroupId());
    assertEquals(
        Optional.empty(), onlyMessage(message.formatted("x".repeat(129))).messageGroupId());
  }

  @Test
  void anInvalidMessageIdIsNotACorrelationId() {
    assertEquals(
        "unknown",
        onlyMessage("{\"messageId\": \"a\\nb\", \"body\": \"\", \"eventSource\": \"aws:sqs\"}")
            .correlationId());
  }

  @ParameterizedTest(name = "{0} and then {1} receives: {2}")
  @CsvSource({"1, 2, r3", "2, 1, r1", "1, 1, r3"})
  void aMessageThatIsInTheBatchTwiceIsReadOnceAsReceivedLast(
      int first, int second, String receipt) {
    List<SqsMessage> messages =
        batch(
                """
                {"Records": [
                  {"messageId": "m1", "receiptHandle": "r1", "body": "a", "eventSource": "aws:sqs",
                   "attributes": {"ApproximateReceiveCount": "%d"}},
                  {"messageId": "m2", "receiptHandle": "r2", "body": "b", "eventSource": "aws:sqs"},
                  {"messageId": "m1", "receiptHandle": "r3", "body": "a", "eventSource": "aws:sqs",
                   "attributes": {"ApproximateReceiveCount": "%d"}}
                ]}"""
                    .formatted(first, second))
            .orElseThrow();

    assertEquals(List.of("m1", "m2"), messages.stream().map(SqsMessage::messageId).toList());
    assertEquals(List.of(receipt, "r2"), messages.stream().map(SqsMessage::receiptHandle).toList());
    assertEquals(Math.max(first, second), messages.getFirst().receiveCount());
  }

  @Test
  void anEmptyBatchIsABatch() {
    assertEquals(Optional.of(List.of()), batch("{\"Records\": []}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "null", "\"Records\"", "{\"connectorType\":\"S3\"}"})
  void anEventWithoutRecordsIsNotABatch(String event) {
    assertEquals(Optional.empty(), batch(event));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"eventSource\": \"aws:s3\", \"s3\": {}}",
        "{\"EventSource\": \"aws:sns\", \"Sns\": {\"Message\": \"{}\"}}",
        "{\"eventSource\": \"aws:kinesis\", \"kinesis\": {\"data\": \"e30=\"}}",
        "{\"messageId\": \"m2\", \"body\": \"\"}",
        "7"
      })
  void recordsOfOtherServicesAreNotABatch(String record) {
    String valid = "{\"messageId\": \"m1\", \"body\": \"\", \"eventSource\": \"aws:sqs\"}";

    assertEquals(Optional.empty(), batch("{\"Records\": [%s, %s]}".formatted(valid, record)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "{}", "\"aws:sqs\""})
  void recordsThatAreNotAListAreNotABatch(String records) {
    assertEquals(Optional.empty(), batch("{\"Records\": %s}".formatted(records)));
  }

  @Test
  void aMessageWithoutIdOrBodyIsRefused() {
    assertRefused(
        "/Records/0: {\"body\":\"\",\"eventSource\":\"aws:sqs\"}; expected a message of SQS with the"
            + " member messageId",
        "{\"Records\": [{\"body\": \"\", \"eventSource\": \"aws:sqs\"}]}");
    assertRefused(
        "/Records/0/body: {}; expected a string",
        "{\"Records\": [{\"messageId\": \"m1\", \"body\": {}, \"eventSource\": \"aws:sqs\"}]}");
  }

  private static SqsMessage onlyMessage(String json) {
    List<SqsMessage> messages = batch("{\"Records\": [%s]}".formatted(json)).orElseThrow();
    assertEquals(1, messages.size());
    return messages.getFirst();
  }

  private static Optional<List<SqsMessage>> batch(String event) {
    return SqsMessage.batch(JsonValue.parse(event, ""));
  }

  private static void assertRefused(String message, String event) {
    assertEquals(
        message, assertThrows(InvalidJsonException.class, () -> batch(event)).getMessage());
  }
}
