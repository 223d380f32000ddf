package io.github.metadatareset.queue;

import io.github.metadatareset.request.Failure;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A message for the dead-letter queue. Its body is that of the failed message, so moving it to the
/// request queue replays it. Its attributes give the reason. `ErrorCode`, `ErrorMessage` and
/// `RequestID` have the names that Lambda's own dead letters use.
///
/// @param body the unchanged body of the failed message, or a rejected sub-request as JSON
/// @param requestId of the Lambda invocation
public record DeadLetter(String body, Failure failure, String requestId, SqsMessage source) {

  private static final int MAX_MESSAGE_LENGTH = 1024;
  private static final int TYPE_BYTES = "String".length();

  /// The dead letter for a message as a whole.
  public static DeadLetter of(SqsMessage message, Failure failure, String requestId) {
    return new DeadLetter(message.body(), failure, requestId, message);
  }

  /// The message attributes. If a long body leaves no room for all of them, the last are left out.
  public Map<String, String> attributes() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ErrorCode", printable(failure.code()));
    all.put(Correlation.ID, printable(source.correlationId()));
    all.put("ErrorMessage", printable(failure.message() + used()));
    source.correlation().flows().ifPresent(names -> all.put(Correlation.FLOWS, names));
    all.put("SourceMessageId", printable(source.messageId()));
    all.put("ReceiveCount", Integer.toString(source.receiveCount()));
    all.put("RequestID", printable(requestId));
    Map<String, String> fitting = new LinkedHashMap<>();
    int left = SqsMessage.MAX_BYTES - body.getBytes(StandardCharsets.UTF_8).length;
    for (var attribute : all.entrySet()) {
      left -= attribute.getKey().length() + TYPE_BYTES + attribute.getValue().length();
      if (left < 0) {
        break;
      }
      fitting.put(attribute.getKey(), attribute.getValue());
    }
    return fitting;
  }

  /// For which flows the entity was reset: nobody else asked for it.
  private String used() {
    return source
        .correlation()
        .flows()
        .map(names -> " (used by the flow%s %s)".formatted(names.contains(", ") ? "s" : "", names))
        .orElse("");
  }

  public Optional<String> messageGroupId() {
    return source.messageGroupId();
  }

  /// Printable ASCII, not empty, and short: valid as an SQS message attribute.
  private static String printable(String text) {
    String ascii = text.replaceAll("[^ -~]", "?");
    if (ascii.isBlank()) {
      return "-";
    }
    return ascii.substring(0, Math.min(ascii.length(), MAX_MESSAGE_LENGTH));
  }
}
