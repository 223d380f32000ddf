package io.github.metadatareset.reset;

import io.github.metadatareset.event.Cause;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.Failure;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What lies in the dead-letter queue: a body that replays by being moved to the request queue, and
/// the reason as attributes, of which the first three are called as in Lambda's own dead letters.
///
/// @param body the message's own body, unchanged, or that of a part which could not be done
public record DeadLetter(String body, Failure failure, String requestId, SqsMessage source) {

  private static final int MAX_MESSAGE_LENGTH = 1024;
  private static final int TYPE_BYTES = "String".length();

  /// The letter for a message as a whole.
  public static DeadLetter of(SqsMessage message, Failure failure, String requestId) {
    return new DeadLetter(message.body(), failure, requestId, message);
  }

  /// In the order in which they are kept where a body leaves no room for all.
  public Map<String, String> attributes() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ErrorCode", legal(failure.code()));
    all.put(Cause.ID, legal(source.causeId()));
    all.put("ErrorMessage", legal(failure.message()));
    all.put("SourceMessageId", legal(source.messageId()));
    all.put("ReceiveCount", Integer.toString(source.receiveCount()));
    all.put("RequestID", legal(requestId));
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

  public Optional<String> messageGroupId() {
    return source.messageGroupId();
  }

  /// Printable ASCII, not empty, and not long: legal in an attribute of SQS.
  private static String legal(String text) {
    String printable = text.replaceAll("[^ -~]", "?");
    if (printable.isBlank()) {
      return "-";
    }
    return printable.substring(0, Math.min(printable.length(), MAX_MESSAGE_LENGTH));
  }
}
