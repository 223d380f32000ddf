package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.json.JsonValue;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A request with `wait` for 20 profiles, with the AWS SDK over HTTP.
class WaitEndToEndTest {

  private static final int PROFILES = 20;

  /// The names and two entities of each profile.
  private static final String REQUEST =
      """
      {"requests": [
        {"connectorProfileName": "profile-*"},
        {"connectorProfileName": "profile-*", "entities": ["Entity0000", "Entity0001"]}
      ], "wait": true}
      """;

  private final LocalStack stack = LocalStack.start(AppFlowAccount.generated(PROFILES, 20));

  @AfterEach
  void close() {
    stack.close();
  }

  @Test
  void answersWithTheNumberOfCallsWhenAllAreMade() throws IOException {
    JsonValue answer = JsonValue.parse(stack.invoke(REQUEST), "");

    assertEquals(3 * PROFILES, answer.member("reset").orElseThrow().content());
    assertEquals(0, answer.member("queued").orElseThrow().content());
    assertEquals(expectedResets().toList(), stack.resets().stream().sorted().toList());
    assertQueuesAreEmpty();
  }

  @Test
  void failsAndNamesTheEntityThatAppFlowRefuses() {
    Map<String, Object> refused =
        Map.of("connectorProfileName", "profile-007", "connectorEntityName", "Entity0001");
    stack
        .appFlow()
        .faults()
        .always(
            "ResetConnectorMetadataCache",
            Fault.error(400, "ValidationException"),
            input -> input.entrySet().containsAll(refused.entrySet()));

    var failure = assertThrows(IncompleteResetException.class, () -> stack.invoke(REQUEST));

    String message = failure.getMessage();
    assertAll(
        message,
        () -> assertTrue(message.startsWith("1 not done, 59 reset.")),
        () -> assertTrue(message.contains("\"profile-007\"")),
        () -> assertTrue(message.contains("\"Entity0001\"")),
        () -> assertTrue(message.contains("ValidationException")));
    assertEquals(
        expectedResets().filter(call -> !call.equals("profile-007 Salesforce Entity0001")).toList(),
        stack.resets().stream().sorted().toList());
    assertQueuesAreEmpty();
  }

  private static Stream<String> expectedResets() {
    return IntStream.range(0, PROFILES)
        .mapToObj("profile-%03d Salesforce"::formatted)
        .flatMap(names -> Stream.of(names, names + " Entity0000", names + " Entity0001"))
        .sorted();
  }

  private void assertQueuesAreEmpty() {
    assertTrue(stack.queues().depth().isEmpty(), "the request queue");
    assertEquals(List.of(), stack.queues().deadLetters());
  }
}
