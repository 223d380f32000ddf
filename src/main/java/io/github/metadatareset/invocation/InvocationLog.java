package io.github.metadatareset.invocation;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ResetCall;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The log of one invocation: one JSON line for the invocation, which is both log and metrics
/// (CloudWatch embedded metric format), one line for each reset, and one line for each message that
/// was ignored, retried or failed. Lines are ASCII and never contain a body, so no input can forge
/// a line. Safe for use by many threads.
public final class InvocationLog {

  /// The namespace of the metrics. Their one dimension is `FunctionName`.
  static final String NAMESPACE = "AppFlowMetadataReset";

  /// A line with more would be longer than the 256 KiB that CloudWatch Logs accepts everywhere.
  private static final int MAX_CORRELATION_IDS = 1000;

  /// A longer text may contain a body, such as a name of a million characters.
  private static final int MAX_TEXT = 1024;

  /// A write for each reset would cost more than a tenth of the throughput. The lines of resets are
  /// written with the next other line, which is that of the invocation at the latest. They are lost
  /// if the process is killed: then the messages are delivered again. Lambda makes an event of each
  /// line (https://github.com/aws/aws-lambda-dotnet/pull/1165).
  private static final int RESETS_AT_ONCE = 1000;

  private final PrintStream out;
  private final InstantSource clock;
  private final String functionName;
  private final String requestId;

  /// The lines of resets that are not written yet.
  private final List<String> resets = new ArrayList<>();

  InvocationLog(PrintStream out, InstantSource clock, String functionName, String requestId) {
    this.out = out;
    this.clock = clock;
    this.functionName = functionName;
    this.requestId = requestId;
  }

  /// @param isIncomplete whether the event does not name what it is about
  void ignored(SqsMessage message, String reason, boolean isIncomplete) {
    message(
        isIncomplete ? "WARN" : "INFO",
        "ignored",
        message,
        Map.of(),
        new Reason("Ignored", reason));
  }

  /// A profile that the message's pattern matches is left out.
  void skipped(SqsMessage message, String reason) {
    message("INFO", "skipped", message, Map.of(), new Reason("NoApiVersion", reason));
  }

  /// AppFlow accepted a call of ResetConnectorMetadataCache.
  ///
  /// @param correlationId of the message or event that needed the call
  synchronized void reset(ResetCall call, String correlationId, Duration duration) {
    Map<String, Object> line = line("INFO", "reset");
    line.put("correlationId", correlationId);
    putMembers(line, call.request().members());
    putDuration(line, duration);
    resets.add(text(line));
    if (resets.size() == RESETS_AT_ONCE) {
      write("");
    }
  }

  /// A flow was checked. The report itself is published or answered.
  void checked(FlowReport report, Duration duration) {
    Map<String, Object> line = line(report.isEmpty() ? "INFO" : "WARN", "check");
    line.put("correlationId", report.correlationId());
    line.put("flowName", cut(report.flow().flowName()));
    line.put("severity", report.severity());
    line.put("summary", report.summary());
    line.put("findingCount", report.findings().size());
    line.put("notCheckedCount", report.notChecked().size());
    line.put("unmappedFields", report.unmappedFields());
    line.put("reportId", report.reportId());
    putDuration(line, duration);
    print(line);
  }

  void nothingToReset(SqsMessage message) {
    message(
        "WARN",
        "nothing to reset",
        message,
        Map.of(),
        new Reason("NoMatch", "the request matches nothing that exists"));
  }

  void returned(SqsMessage message, Attempt attempt, Failure failure) {
    message("WARN", "returned", message, members(attempt), Reason.of(failure));
  }

  /// @param attempts what was tried for those messages that could be read
  void deadLetters(DeadLetterQueue.Sent sent, Map<SqsMessage, Attempt> attempts) {
    deadLetters(sent, each -> members(attempts.getOrDefault(each.source(), Attempt.NONE)));
  }

  /// The bodies of these dead letters are requests that this function wrote.
  void deadLettersOfSubRequests(DeadLetterQueue.Sent sent) {
    deadLetters(sent, each -> members(JsonValue.parse(each.body(), "")));
  }

  private void deadLetters(
      DeadLetterQueue.Sent sent, Function<DeadLetter, Map<String, Object>> members) {
    sent.accepted()
        .forEach(
            each ->
                message(
                    "ERROR",
                    "dead-lettered",
                    each.source(),
                    members.apply(each),
                    Reason.of(each.failure())));
    sent.refused()
        .forEach(
            (each, failure) ->
                message(
                    "ERROR",
                    "dead letter not accepted",
                    each.source(),
                    members.apply(each),
                    Reason.of(failure)));
  }

  /// Some of the returned messages become visible again only after the queue's visibility timeout.
  void backoffNotSet(Collection<SqsMessage> returned, Failure failure) {
    Map<String, Object> line = requestLine("WARN", "backoff not set");
    put(line, Reason.of(failure));
    line.put(
        "correlationIds",
        correlationIds(returned.stream().map(SqsMessage::correlationId).toList()));
    print(line);
  }

  /// The event of a direct invocation was ignored.
  void ignored(String reason, boolean isIncomplete) {
    event(isIncomplete ? "WARN" : "INFO", "ignored", Map.of(), new Reason("Ignored", reason));
  }

  /// The request of a direct invocation failed, and is sent to the request queue to be retried.
  void queued(Attempt attempt, Failure failure) {
    event("WARN", "queued", members(attempt), Reason.of(failure));
  }

  /// A profile that the pattern of a direct invocation matches is left out.
  void skipped(String reason) {
    event("INFO", "skipped", Map.of(), new Reason("NoApiVersion", reason));
  }

  /// A part of a request whose sender waits for it could not be done.
  void notDone(FailedRequest failed) {
    event(
        "ERROR",
        "not done",
        members(JsonValue.parse(failed.request(), "")),
        Reason.of(failed.failure()));
  }

  /// A direct invocation failed: the caller gets the failure.
  void failed(Attempt attempt, Failure failure) {
    event("ERROR", "failed", members(attempt), Reason.of(failure));
  }

  /// A request names a connector that was shut down. It is still executed.
  void retired(String correlationId, ConnectorType type) {
    Map<String, Object> line = requestLine("WARN", "retired connector");
    line.put("correlationId", correlationId);
    put(line, new Reason("Retired", type.apiName() + " was shut down by its provider"));
    print(line);
  }

  /// The invocation as a whole.
  void invocation(Collection<String> correlationIds, Map<Metric, Long> metrics) {
    Map<String, Object> line = line("INFO", "invocation");
    line.put("FunctionName", functionName);
    metrics.forEach((metric, value) -> line.put(metric.memberName(), value));
    // The rest has arrays. Logs Insights finds 200 fields of a line, and each element is one:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
    List<Map<String, String>> definitions = definitions(metrics);
    if (!definitions.isEmpty()) {
      line.put("_aws", metadata(definitions));
    }
    line.put("correlationIds", correlationIds(correlationIds));
    print(line);
  }

  /// Without those that are 0: CloudWatch bills a metric only for the hours in which it is sent.
  private static List<Map<String, String>> definitions(Map<Metric, Long> metrics) {
    List<Map<String, String>> definitions = new ArrayList<>();
    for (var each : metrics.entrySet()) {
      Optional<String> unit = each.getKey().unit();
      if (each.getValue() != 0 && unit.isPresent()) {
        definitions.add(Map.of("Name", each.getKey().memberName(), "Unit", unit.get()));
      }
    }
    return definitions;
  }

  private Map<String, Object> metadata(List<Map<String, String>> definitions) {
    // At any place of the line; a line without it holds no metrics:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    return Map.of(
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
                definitions)));
  }

  private static List<String> correlationIds(Collection<String> ids) {
    return ids.stream().distinct().limit(MAX_CORRELATION_IDS).toList();
  }

  private void message(
      String level,
      String outcome,
      SqsMessage message,
      Map<String, Object> members,
      Reason reason) {
    Map<String, Object> line = requestLine(level, outcome);
    line.put("correlationId", message.correlationId());
    line.put("messageId", cut(message.messageId()));
    line.put("receiveCount", message.receiveCount());
    line.putAll(members);
    put(line, reason);
    print(line);
  }

  /// The correlation ID of a direct invocation is its request ID.
  private void event(String level, String outcome, Map<String, Object> members, Reason reason) {
    Map<String, Object> line = requestLine(level, outcome);
    line.put("correlationId", requestId);
    line.putAll(members);
    put(line, reason);
    print(line);
  }

  private Map<String, Object> requestLine(String level, String outcome) {
    Map<String, Object> line = line(level, "request");
    line.put("outcome", outcome);
    return line;
  }

  private Map<String, Object> line(String level, String message) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("timestamp", clock.instant().toString());
    line.put("level", level);
    line.put("message", message);
    line.put("requestId", requestId);
    return line;
  }

  private static Map<String, Object> members(Attempt attempt) {
    Map<String, Object> members = new LinkedHashMap<>();
    attempt.request().ifPresent(request -> putMembers(members, request.members()));
    attempt.duration().ifPresent(duration -> putDuration(members, duration));
    return members;
  }

  private static Map<String, Object> members(JsonValue request) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (String name : request.memberNames()) {
      request.text(name).ifPresent(value -> members.put(name, cut(value)));
    }
    return members;
  }

  /// Those that are text: a list may be as long as a body.
  private static void putMembers(Map<String, Object> line, Map<String, Object> request) {
    for (var member : request.entrySet()) {
      if (member.getValue() instanceof String text) {
        line.put(member.getKey(), cut(text));
      }
    }
  }

  /// Not negative, although the clock may be set back.
  private static void putDuration(Map<String, Object> line, Duration duration) {
    line.put("durationMs", Math.max(0, duration.toMillis()));
  }

  private static void put(Map<String, Object> line, Reason reason) {
    reason.operation().ifPresent(operation -> line.put("operation", operation));
    line.put("errorCode", cut(reason.code()));
    line.put("errorMessage", cut(reason.message()));
  }

  private void print(Map<String, Object> line) {
    write(text(line));
  }

  private static String text(Map<String, Object> line) {
    return JsonValue.write(line) + "\n";
  }

  /// Writes the lines that wait, and then this text.
  private synchronized void write(String text) {
    // One write, however long the text is: println writes parts of 8 KiB.
    byte[] bytes = (String.join("", resets) + text).getBytes(StandardCharsets.US_ASCII);
    resets.clear();
    out.write(bytes, 0, bytes.length);
  }

  private static String cut(String text) {
    return text.substring(0, Math.min(text.length(), MAX_TEXT));
  }

  private record Reason(String code, String message, Optional<String> operation) {
    Reason(String code, String message) {
      this(code, message, Optional.empty());
    }

    static Reason of(Failure failure) {
      return new Reason(failure.code(), failure.message(), failure.operation());
    }
  }
}
