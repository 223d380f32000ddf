package io.github.metadatareset.event;

import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.JsonValue;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.util.List;
import java.util.Optional;

/// Finds the request in what arrives: bare, in up to four wrappers, or meant by an AWS event. AWS's
/// own members are read tolerantly, requests strictly.
public final class EventReader {

  /// Leaves room for the cause, with which a request goes onto the queue.
  private static final int MAX_REQUEST_BYTES = SqsMessage.MAX_BYTES - 1024;

  /// Leaves room besides for the name, the type and the version that each part for one profile has,
  /// and its request had not.
  private static final int MAX_BYTES_FOR_SEVERAL_PROFILES = SqsMessage.MAX_BYTES - 8 * 1024;

  private static final int MAX_WRAPPERS = 4;

  /// Amazon SNS, the records of Lambda destinations, Step Functions status changes, and any event
  /// of EventBridge, in this order.
  private static final List<List<String>> WRAPPERS =
      List.of(
          List.of("Message"),
          List.of("requestPayload"),
          List.of("detail", "input"),
          List.of("detail"));

  private static final String NO_REQUEST =
      "%s: the event carries no request; set the Input of the schedule, or an input transformer of"
          + " the rule, to one, such as {\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";

  private final RequestReader requests;
  private final AppFlowEvents appFlowEvents;

  public EventReader(ProfilePattern reach) {
    this.requests = new RequestReader(reach);
    this.appFlowEvents = new AppFlowEvents(reach);
  }

  /// Reads the body of a message.
  ///
  /// @throws RequestFailedException if there is no request in it, or it is wrong
  public Meaning read(String body) {
    return read(JsonValue.parse(body, ""));
  }

  /// Reads what the function was invoked with.
  ///
  /// @throws RequestFailedException if there is no request in it, or it is wrong
  public Meaning read(JsonValue event) {
    return unwrap(event, 0);
  }

  private Meaning unwrap(JsonValue value, int depth) {
    boolean envelope = isEnvelope(value);
    if (envelope) {
      Optional<Meaning> meaning = appFlowEvents.translate(value);
      if (meaning.isPresent()) {
        return meaning.get();
      }
    }
    Optional<JsonValue> wrapped = wrapped(value);
    if (wrapped.isEmpty()) {
      return asks(value);
    }
    JsonValue content = parsed(wrapped.get());
    if (depth == MAX_WRAPPERS) {
      throw content.refused("at most %d wrappers around a request".formatted(MAX_WRAPPERS));
    }
    if (carriesNothing(content) || (envelope && isOfAws(value) && !leadsOn(content))) {
      throw noRequest(content);
    }
    return unwrap(content, depth + 1);
  }

  /// A request that is one call is never long: its names are bounded.
  private Meaning asks(JsonValue value) {
    Request request = requests.read(value);
    int max = maxBytes(request);
    if (request.isWide() && request.json().length() > max) {
      throw value.refused(
          "at most %d bytes in ASCII, as its parts have to go onto the queue".formatted(max));
    }
    return new Meaning.Asks(request);
  }

  private static int maxBytes(Request request) {
    return request instanceof Request.OfConnector(Connector.Exact _, _, _, _)
        ? MAX_REQUEST_BYTES
        : MAX_BYTES_FOR_SEVERAL_PROFILES;
  }

  /// What a wrapper holds, where this is one. What has a member of a request is none, so that the
  /// strict reading refuses what is beside it.
  private static Optional<JsonValue> wrapped(JsonValue value) {
    return WRAPPERS.stream().map(path -> at(value, path)).flatMap(Optional::stream).findFirst();
  }

  private static Optional<JsonValue> at(JsonValue value, List<String> path) {
    Optional<JsonValue> found = Optional.of(value);
    for (String member : path) {
      found = found.filter(parent -> !asksItself(parent)).flatMap(parent -> parent.member(member));
    }
    return found;
  }

  private static JsonValue parsed(JsonValue wrapped) {
    return wrapped.content() instanceof String text
        ? JsonValue.parse(text, wrapped.pointer())
        : wrapped;
  }

  private static boolean isEnvelope(JsonValue value) {
    return value.has("source") && value.has("detail-type") && value.has("detail");
  }

  private static boolean isOfAws(JsonValue envelope) {
    return envelope.text("source").filter(source -> source.startsWith("aws.")).isPresent();
  }

  private static boolean carriesNothing(JsonValue content) {
    return content.isObject() && content.memberNames().isEmpty();
  }

  /// Whether an AWS event's detail holds a request, or a wrapper that may.
  private static boolean leadsOn(JsonValue content) {
    return asksItself(content) || wrapped(content).isPresent();
  }

  private static boolean asksItself(JsonValue value) {
    return value.memberNames().stream().anyMatch(RequestReader.MEMBERS::contains);
  }

  private static RequestFailedException noRequest(JsonValue content) {
    return RequestFailedException.invalid(NO_REQUEST.formatted(content.pointer()));
  }
}
