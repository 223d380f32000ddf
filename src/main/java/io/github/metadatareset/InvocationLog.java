package io.github.metadatareset;

import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.JsonValue;
import io.github.metadatareset.reset.DeadLetterQueue;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// One JSON line per invocation that is both log and metrics (CloudWatch embedded metric format),
/// and one for each message that was not simply done. ASCII only and never a body, so that no
/// content can forge a line.
final class InvocationLog {

  /// The namespace of the metrics; their one dimension is `FunctionName`.
  static final String NAMESPACE = "AppFlowMetadataReset";

  /// CloudWatch Logs takes events of up to 256 KiB everywhere: more causes would not fit a line.
  private static final int MAX_CAUSES = 1000;

  /// What is longer is a body in disguise, such as a name of a million letters.
  private static final int MAX_TEXT = 1024;

  private final PrintStream out;
  private final InstantSource clock;
  private final String functionName;
  private final String requestId;

  InvocationLog(PrintStream out, InstantSource clock, String functionName, String requestId) {
    this.out = out;
    this.clock = clock;
    this.functionName = functionName;
    this.requestId = requestId;
  }

  /// A message that was not simply done.
  void message(String level, String outcome, SqsMessage message, String code, String text) {
    Map<String, Object> line = line(level, outcome);
    line.put("causeId", message.causeId());
    line.put("messageId", cut(message.messageId()));
    line.put("receiveCount", message.receiveCount());
    print(line, code, text);
  }

  void message(String level, String outcome, SqsMessage message, Failure failure) {
    message(level, outcome, message, failure.code(), failure.message());
  }

  /// The event of a direct invocation, where it was not simply done; it is its own cause.
  void event(String level, String outcome, String code, String text) {
    Map<String, Object> line = line(level, outcome);
    line.put("causeId", requestId);
    print(line, code, text);
  }

  /// A request for a service that has been shut down; it is tried all the same.
  void retired(String causeId, ConnectorType type) {
    Map<String, Object> line = line("WARN", "retired connector");
    line.put("causeId", causeId);
    print(line, "Retired", type.apiName() + " has been shut down by its provider");
  }

  /// What became of dead letters: those that were refused leave their messages to come back.
  void deadLetters(DeadLetterQueue.Sent sent) {
    sent.accepted()
        .forEach(letter -> message("ERROR", "dead letter", letter.source(), letter.failure()));
    sent.refused()
        .forEach((letter, failure) -> message("ERROR", "undelivered", letter.source(), failure));
  }

  /// Returned messages of which some come back only after the queue's own visibility timeout.
  void undelayed(Collection<SqsMessage> messages, Failure failure) {
    Map<String, Object> line = line("WARN", "undelayed");
    line.put("causeIds", causeIds(messages.stream().map(SqsMessage::causeId).toList()));
    print(line, failure.code(), failure.message());
  }

  /// The invocation as a whole.
  ///
  /// @param metrics counts by the metric's name; `Freshness` is in milliseconds
  void invocation(Collection<String> causeIds, Map<String, Long> metrics) {
    List<Map<String, String>> definitions = new ArrayList<>();
    metrics.forEach(
        (name, _) ->
            definitions.add(
                Map.of(
                    "Name",
                    name,
                    "Unit",
                    name.equals(Tally.FRESHNESS) ? "Milliseconds" : "Count")));
    Map<String, Object> line = begun("INFO", "invocation");
    line.put("causeIds", causeIds(causeIds));
    line.put("FunctionName", functionName);
    line.putAll(metrics);
    line.put(
        "_aws",
        Map.of(
            "Timestamp",
            clock.millis(),
            "CloudWatchMetrics",
            List.of(
                Map.of(
                    "Namespace",
                    NAMESPACE,
                    "Dimensions",
                    List.of(List.of("FunctionName")),
                    "Metrics",
                    definitions))));
    out.println(JsonValue.write(line));
  }

  private static List<String> causeIds(Collection<String> causeIds) {
    return causeIds.stream().distinct().limit(MAX_CAUSES).toList();
  }

  private void print(Map<String, Object> line, String code, String text) {
    line.put("errorCode", cut(code));
    line.put("errorMessage", cut(text));
    out.println(JsonValue.write(line));
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TEXT));
  }

  private Map<String, Object> line(String level, String outcome) {
    Map<String, Object> line = begun(level, "request");
    line.put("outcome", outcome);
    return line;
  }

  private Map<String, Object> begun(String level, String message) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("timestamp", clock.instant().toString());
    line.put("level", level);
    line.put("message", message);
    line.put("requestId", requestId);
    return line;
  }
}
