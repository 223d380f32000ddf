package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The log of one invocation. For any input, each line has one of the forms that
/// docs/operations.md describes.
public record LogLines(List<JsonValue> all) {

  /// The longest event that CloudWatch Logs accepts in every Region.
  private static final int MAX_LENGTH = 256 * 1024;

  private static final Set<String> OUTCOMES =
      Set.of(
          "dead-lettered",
          "ignored",
          "not done",
          "nothing to reset",
          "skipped",
          "queued",
          "retired connector",
          "returned",
          "failed",
          "backoff not set",
          "dead letter not accepted");

  private static final Set<String> ANY_LINE = Set.of("timestamp", "level", "message", "requestId");
  private static final Set<String> REQUEST_LINE =
      Set.of("outcome", "correlationId", "errorCode", "errorMessage");
  private static final Set<String> MESSAGE_LINE =
      Set.of("outcome", "correlationId", "messageId", "receiveCount", "errorCode", "errorMessage");
  private static final Set<String> MESSAGES_LINE =
      Set.of("outcome", "correlationIds", "errorCode", "errorMessage");

  /// What a line says of its request, if it could be read.
  private static final Set<String> OF_REQUEST =
      Set.of(
          "connectorProfileName",
          "connectorType",
          "connectorLabel",
          "connectorEntityName",
          "entitiesPath",
          "apiVersion",
          "entities",
          "flowName");

  /// What a line says of a failure, if it was one of an operation that was executed.
  private static final Set<String> OF_FAILURE = Set.of("operation", "durationMs");

  private static final Set<String> CHECK_LINE =
      Set.of(
          "correlationId",
          "flowName",
          "severity",
          "summary",
          "findingCount",
          "notCheckedCount",
          "unmappedFields",
          "reportId",
          "durationMs");

  private static final Set<String> INVOCATION_LINE =
      Set.of(
          "correlationIds",
          "FunctionName",
          "Resets",
          "Splits",
          "SubRequests",
          "Duplicates",
          "Ignored",
          "Skipped",
          "Rejected",
          "Returned",
          "DeadLetters",
          "Throttled",
          "Denied",
          "FlowsChecked",
          "BreakingFlows");

  /// The members that are also metrics in CloudWatch.
  private static final List<String> METRICS =
      List.of(
          "Resets",
          "Duplicates",
          "Returned",
          "Throttled",
          "Denied",
          "FlowsChecked",
          "BreakingFlows",
          "RequestAge");

  /// @throws AssertionError if a line has another form
  static LogLines of(String text, String requestId) {
    assertTrue(text.isEmpty() || text.endsWith("\n"), text);
    return new LogLines(
        text.lines()
            .peek(line -> assertTrue(line.matches("[ -~]{1,%d}".formatted(MAX_LENGTH)), line))
            .map(line -> JsonValue.parse(line, ""))
            .peek(line -> assertForm(line, requestId))
            .toList());
  }

  private static void assertForm(JsonValue line, String requestId) {
    Set<String> names = new HashSet<>(line.memberNames());
    assertTrue(names.removeAll(ANY_LINE) && line.isObject(), line::toString);
    assertEquals(Optional.of(requestId), line.text("requestId"));
    assertTrue(hasArraysLast(line), line::toString);
    assertTrue(Set.of("INFO", "WARN", "ERROR").contains(line.text("level").orElseThrow()));
    switch (line.text("message").orElseThrow()) {
      case "invocation" -> {
        names.removeAll(Set.of("RequestAge", "_aws"));
        assertEquals(INVOCATION_LINE, names);
        assertEquals(
            METRICS.stream().filter(name -> count(line, name) != 0).toList(), metrics(line));
        assertEquals(line.has("_aws"), !metrics(line).isEmpty());
      }
      case "request" -> {
        names.removeAll(OF_REQUEST);
        names.removeAll(OF_FAILURE);
        assertTrue(
            Set.of(REQUEST_LINE, MESSAGE_LINE, MESSAGES_LINE).contains(names), line::toString);
      }
      case "reset" -> {
        assertTrue(line.has("connectorProfileName") || line.has("connectorType"), line::toString);
        names.removeAll(OF_REQUEST);
        assertEquals(Set.of("correlationId", "durationMs"), names);
      }
      case "check" -> assertEquals(CHECK_LINE, names);
      default -> throw new AssertionError(line);
    }
  }

  /// Logs Insights finds only the first 200 fields of a line.
  private static boolean hasArraysLast(JsonValue line) {
    Predicate<Object> isSingle = content -> !(content instanceof Map || content instanceof List);
    return line.memberNames().stream()
        .map(name -> line.member(name).orElseThrow().content())
        .dropWhile(isSingle)
        .noneMatch(isSingle);
  }

  private static long count(JsonValue line, String name) {
    return line.member(name).map(value -> ((Number) value.content()).longValue()).orElse(0L);
  }

  /// The names of the metrics that CloudWatch extracts from the line.
  private static List<String> metrics(JsonValue line) {
    return line.member("_aws").flatMap(aws -> aws.member("CloudWatchMetrics")).stream()
        .flatMap(directives -> directives.asList("directives").stream())
        .flatMap(directive -> directive.member("Metrics").stream())
        .flatMap(metrics -> metrics.asList("metrics").stream())
        .map(metric -> metric.text("Name").orElseThrow())
        .toList();
  }

  public long count(String outcome) {
    return withOutcome(outcome).count();
  }

  /// The first line with the outcome.
  public JsonValue request(String outcome) {
    return withOutcome(outcome)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no \"%s\" in %s".formatted(outcome, all)));
  }

  /// The error code of the first line with the outcome.
  public Optional<String> errorCode(String outcome) {
    return withOutcome(outcome).flatMap(line -> line.text("errorCode").stream()).findFirst();
  }

  public long metric(String name) {
    return ((Number) invocation().member(name).orElseThrow().content()).longValue();
  }

  /// What was reset, in order: the members that say it, each line as JSON.
  public List<String> resets() {
    return all.stream()
        .filter(line -> line.text("message").equals(Optional.of("reset")))
        .map(LogLines::request)
        .toList();
  }

  /// What the checks found, in order: each flow with its severity.
  public List<String> checks() {
    return all.stream()
        .filter(line -> line.text("message").equals(Optional.of("check")))
        .map(
            line -> line.text("flowName").orElseThrow() + " " + line.text("severity").orElseThrow())
        .toList();
  }

  /// What a line says of its request.
  public static String request(JsonValue line) {
    Map<String, Object> members = new LinkedHashMap<>();
    line.memberNames().stream()
        .filter(OF_REQUEST::contains)
        .forEach(name -> members.put(name, line.member(name).orElseThrow().content()));
    return JsonValue.write(members);
  }

  /// The one line about the whole invocation.
  public JsonValue invocation() {
    List<JsonValue> lines =
        all.stream()
            .filter(line -> line.text("message").equals(Optional.of("invocation")))
            .toList();
    assertEquals(1, lines.size(), all::toString);
    return lines.getFirst();
  }

  private Stream<JsonValue> withOutcome(String outcome) {
    return all.stream().filter(line -> line.text("outcome").equals(Optional.of(outcome)));
  }
}
