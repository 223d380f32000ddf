package io.github.metadatareset.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What the function wrote to its log in one invocation: lines that are its own in form, whatever
/// it was given.
public record LogLines(List<JsonValue> all) {

  /// The most that CloudWatch Logs takes as one event everywhere.
  private static final int MAX_LENGTH = 256 * 1024;

  private static final Set<String> OUTCOMES =
      Set.of(
          "dead-lettered",
          "ignored",
          "nothing to reset",
          "queued",
          "retired connector",
          "returned",
          "failed",
          "backoff not set",
          "dead letter not accepted");

  private static final Set<String> OF_ALL = Set.of("timestamp", "level", "message", "requestId");
  private static final Set<String> OF_A_REQUEST =
      Set.of("outcome", "correlationId", "errorCode", "errorMessage");
  private static final Set<String> OF_A_MESSAGE =
      Set.of("outcome", "correlationId", "messageId", "receiveCount", "errorCode", "errorMessage");
  private static final Set<String> OF_MESSAGES =
      Set.of("outcome", "correlationIds", "errorCode", "errorMessage");
  private static final Set<String> OF_THE_INVOCATION =
      Set.of(
          "correlationIds",
          "FunctionName",
          "Resets",
          "Splits",
          "SubRequests",
          "Duplicates",
          "Ignored",
          "Rejected",
          "Returned",
          "DeadLetters",
          "Throttled",
          "Denied",
          "_aws");

  /// @throws AssertionError where a line is not one of the function's own
  public static LogLines of(byte[] output, String requestId) {
    String text = new String(output, UTF_8);
    assertTrue(text.isEmpty() || text.endsWith("\n"), text);
    return new LogLines(
        text.lines()
            .peek(line -> assertTrue(line.matches("[ -~]{1,%d}".formatted(MAX_LENGTH)), line))
            .map(line -> JsonValue.parse(line, ""))
            .peek(line -> assertIsOurs(line, requestId))
            .toList());
  }

  private static void assertIsOurs(JsonValue line, String requestId) {
    Set<String> names = new HashSet<>(line.memberNames());
    assertTrue(names.removeAll(OF_ALL) && line.isObject(), line::toString);
    assertEquals(Optional.of(requestId), line.text("requestId"));
    assertTrue(Set.of("INFO", "WARN", "ERROR").contains(line.text("level").orElseThrow()));
    switch (line.text("message").orElseThrow()) {
      case "invocation" -> {
        names.remove("RequestAge");
        assertEquals(OF_THE_INVOCATION, names);
      }
      case "request" ->
          assertTrue(
              Set.of(OF_A_REQUEST, OF_A_MESSAGE, OF_MESSAGES).contains(names), line::toString);
      default -> throw new AssertionError(line);
    }
  }

  public long count(String outcome) {
    return all.stream().filter(line -> line.text("outcome").equals(Optional.of(outcome))).count();
  }

  /// The line about the invocation as a whole.
  public JsonValue invocation() {
    List<JsonValue> lines =
        all.stream()
            .filter(line -> line.text("message").equals(Optional.of("invocation")))
            .toList();
    assertEquals(1, lines.size(), all::toString);
    return lines.getFirst();
  }
}
