package io.github.metadatareset.event;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Member;
import io.github.metadatareset.request.Mode;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Finds the request in an event. The event is a request, a request in up to four wrappers (such as
/// an SNS notification, or a JSON string), or an event of AWS that is translated into a request. In
/// requests unknown members are refused; in wrappers and in events of AWS they are ignored.
public final class EventReader {

  /// Leaves room for the message attributes that a request has on the queue.
  private static final int MAX_REQUEST_BYTES = SqsMessage.MAX_BYTES - 1024;

  /// Also leaves room for the profile name, type and API version that are added to each
  /// sub-request.
  private static final int MAX_BYTES_FOR_SEVERAL_PROFILES = SqsMessage.MAX_BYTES - 8 * 1024;

  private static final int MAX_WRAPPERS = 4;

  /// Lambda destination records, Step Functions status changes, and any event of EventBridge, in
  /// this order.
  private static final List<List<String>> WRAPPERS =
      List.of(List.of("requestPayload"), List.of("detail", "input"), List.of("detail"));

  private static final String A_REQUEST =
      "{\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";

  private static final String NO_REQUEST =
      "%s: the event contains no request; set the Input of the schedule, or an input transformer of"
          + " the rule, to one, such as "
          + A_REQUEST;

  private static final String REQUEST_IN_OUTPUT =
      "%s: the event contains no request, as only the input of an execution is read, and not its"
          + " output; set the rule's input path to $.detail.output";

  private final RequestReader requests;
  private final AppFlowEvents appFlowEvents;

  public EventReader(AllowedProfiles allowedProfiles) {
    this.requests = new RequestReader(allowedProfiles);
    this.appFlowEvents = new AppFlowEvents(allowedProfiles);
  }

  /// Reads the body of a message.
  ///
  /// @throws RequestFailedException if it contains no request, or a wrong one
  public ParsedEvent read(String body) {
    return read(() -> unwrap(JsonValue.parse(body, ""), 0, false));
  }

  /// Reads the event that the function was invoked with.
  ///
  /// @throws RequestFailedException if it contains no request, or a wrong one
  public ParsedEvent read(JsonValue event) {
    return read(() -> unwrap(event, 0, true));
  }

  private static ParsedEvent read(Supplier<ParsedEvent> parsed) {
    try {
      return parsed.get();
    } catch (InvalidJsonException e) {
      throw RequestFailedException.invalid(e.getMessage());
    }
  }

  /// @param isDirect whether somebody gets the answer
  private ParsedEvent unwrap(JsonValue value, int depth, boolean isDirect) {
    Optional<JsonValue> wrapped = wrapped(value);
    if (wrapped.isPresent() || isEnvelope(value)) {
      refuseFlags(value);
    }
    if (isTestEventOfS3(value)) {
      return new ParsedEvent.Ignored(
          "Amazon S3 sends this test event when notifications are set up");
    }
    if (isEnvelope(value)) {
      if (hasText(value, "source", ReportEvent.SOURCE)) {
        return new ParsedEvent.Ignored("it is a report of a check by this function");
      }
      Optional<ParsedEvent> translated = appFlowEvents.translate(value);
      if (translated.isPresent()) {
        return translated.get();
      }
    }
    boolean holdsARequest = wrapped.isPresent() || isRequest(value);
    Optional<InvalidJsonException> refusal = ForeignShape.refusal(value, holdsARequest);
    if (refusal.isPresent()) {
      throw refusal.get();
    }
    if (wrapped.isEmpty()) {
      return parsedRequest(value, isDirect);
    }
    JsonValue content = parsed(wrapped.get());
    if (depth == MAX_WRAPPERS) {
      throw content.refused("at most %d wrappers around a request".formatted(MAX_WRAPPERS));
    }
    if (!value.isText() && (isEmptyObject(content) || containsNone(value, content))) {
      throw noRequest(value, content);
    }
    return unwrap(content, depth + 1, isDirect);
  }

  /// Beside a wrapper or in an event of AWS they would be dropped, and something be reset that
  /// should only be planned.
  private static void refuseFlags(JsonValue event) {
    for (String name : event.memberNames()) {
      JsonValue value = event.member(name).orElseThrow();
      if (Member.isFlag(name) && Boolean.TRUE.equals(value.content())) {
        throw value.refused(name + " only in a request");
      }
    }
  }

  /// A request for one call is never too long, as its names have a maximum length.
  private ParsedEvent parsedRequest(JsonValue value, boolean isDirect) {
    Request request = requests.read(value);
    Mode mode = RequestReader.mode(value);
    if (mode == Mode.DRY_RUN && !isDirect) {
      throw value
          .member(Member.DRY_RUN.jsonName())
          .orElseThrow()
          .refused(
              "no dryRun on the request queue, as nobody reads the answer: invoke the function");
    }
    int max = maxBytes(request);
    if (request.needsSplitting() && request.json().length() > max) {
      throw value.refused(
          "at most %d bytes as JSON in ASCII, as its sub-requests are sent to the request queue"
              .formatted(max));
    }
    return new ParsedEvent.ParsedRequest(request, mode);
  }

  private static int maxBytes(Request request) {
    return request instanceof Request.OfConnector(Connector.Exact _, _, _, _)
        ? MAX_REQUEST_BYTES
        : MAX_BYTES_FOR_SEVERAL_PROFILES;
  }

  /// The content of a wrapper; empty if the value is not a wrapper. A value with a member of a
  /// request is a request, so its other members are refused.
  private static Optional<JsonValue> wrapped(JsonValue value) {
    if (value.isText()) {
      return Optional.of(value);
    }
    Optional<JsonValue> message = snsMessage(value);
    if (message.isPresent()) {
      return message;
    }
    for (List<String> path : WRAPPERS) {
      Optional<JsonValue> content = at(value, path);
      if (content.isPresent()) {
        return content;
      }
    }
    return value.has("FunctionName") ? at(value, List.of("Payload")) : Optional.empty();
  }

  /// The message of a notification that SNS sends to a queue
  /// (https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html) or to a function. Both
  /// have this type. Other services have a member Message too, with prose.
  private static Optional<JsonValue> snsMessage(JsonValue value) {
    JsonValue notification = snsNotification(value);
    return hasText(notification, "Type", "Notification")
        ? at(notification, List.of("Message"))
        : Optional.empty();
  }

  /// SNS invokes a function with one record
  /// (https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html). The notification is in it.
  private static JsonValue snsNotification(JsonValue value) {
    Optional<JsonValue> records = value.member("Records");
    if (records.isEmpty()
        || !(records.get().content() instanceof List<?> list)
        || list.size() != 1) {
      return value;
    }
    JsonValue record = records.get().asList("a list").getFirst();
    return hasText(record, "EventSource", "aws:sns") ? record.member("Sns").orElse(value) : value;
  }

  private static boolean hasText(JsonValue value, String member, String text) {
    return value.text(member).equals(Optional.of(text));
  }

  private static Optional<JsonValue> at(JsonValue value, List<String> path) {
    Optional<JsonValue> found = Optional.of(value);
    for (String member : path) {
      if (found.isEmpty() || isRequest(found.get())) {
        return Optional.empty();
      }
      found = found.get().member(member);
    }
    return found;
  }

  private static JsonValue parsed(JsonValue wrapped) {
    return wrapped.content() instanceof String text
        ? JsonValue.parse(text, wrapped.pointer())
        : wrapped;
  }

  private static boolean isTestEventOfS3(JsonValue value) {
    return hasText(value, "Event", "s3:TestEvent") && hasText(value, "Service", "Amazon S3");
  }

  private static boolean isEnvelope(JsonValue value) {
    return value.has("source") && value.has("detail-type") && value.has("detail");
  }

  private static boolean isFromAws(JsonValue envelope) {
    return envelope.text("source").filter(source -> source.startsWith("aws.")).isPresent();
  }

  /// Whether an EventBridge event is about something else. In events of others a member that may be
  /// a typo is refused when the request is read.
  private static boolean containsNone(JsonValue envelope, JsonValue content) {
    if (!isEnvelope(envelope)) {
      return false;
    }
    if (isFromAws(envelope)) {
      return at(envelope, List.of("detail", "input")).isPresent()
          ? !mayContainRequest(content)
          : !isRequest(content);
    }
    return content.isObject()
        && !mayContainRequest(content)
        && content.memberNames().stream().allMatch(name -> Member.nearest(name).isEmpty());
  }

  private static boolean isEmptyObject(JsonValue content) {
    return content.isObject() && content.memberNames().isEmpty();
  }

  /// Whether the content of a wrapper is a request, or another wrapper.
  private static boolean mayContainRequest(JsonValue content) {
    return isRequest(content) || wrapped(content).isPresent();
  }

  static boolean isRequest(JsonValue value) {
    return value.memberNames().stream().anyMatch(Member::isOfRequest);
  }

  private static RequestFailedException noRequest(JsonValue event, JsonValue content) {
    boolean isInOutput =
        at(event, List.of("detail", "output"))
            .filter(JsonValue::isText)
            .filter(output -> ((String) output.content()).contains("\"connectorProfileName\""))
            .isPresent();
    return RequestFailedException.invalid(
        (isInOutput ? REQUEST_IN_OUTPUT : NO_REQUEST).formatted(content.pointer()));
  }
}
