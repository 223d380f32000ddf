package io.github.metadatareset.event;

import io.github.metadatareset.request.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// The event from outside that a message goes back to, as attributes that its parts carry on.
///
/// @param id the message or the invocation that brought it
/// @param maxCalls how many calls this part of it may come to; empty for the whole event
public record Cause(String id, OptionalInt maxCalls) {

  /// The message attribute that names the event.
  public static final String ID = "CauseId";

  /// The message attribute that bounds the part.
  public static final String MAX_CALLS = "MaxCalls";

  private static final Pattern ID_FORM = Pattern.compile("[!-~]{1,128}");
  private static final Pattern MAX_CALLS_FORM = Pattern.compile("[1-9][0-9]{0,8}");

  /// A whole event.
  public Cause(String id) {
    this(id, OptionalInt.empty());
  }

  /// That of a record of an SQS batch, which is its own cause if it comes from outside.
  static Cause of(JsonValue message, String messageId) {
    return new Cause(
        attribute(message, ID)
            .filter(Cause::isId)
            .or(() -> Optional.of(messageId).filter(Cause::isId))
            .orElse("unknown"),
        attribute(message, MAX_CALLS)
            .filter(text -> MAX_CALLS_FORM.matcher(text).matches())
            .map(text -> OptionalInt.of(Integer.parseInt(text)))
            .orElseGet(OptionalInt::empty));
  }

  /// The same event, of which a part may come to so many calls.
  public Cause withMaxCalls(int calls) {
    return new Cause(id, OptionalInt.of(calls));
  }

  /// How many calls this may come to, where a whole event may come to so many.
  public int maxCalls(int ofAnEvent) {
    return Math.min(maxCalls.orElse(ofAnEvent), ofAnEvent);
  }

  /// As message attributes.
  public Map<String, String> attributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put(ID, id);
    maxCalls.ifPresent(calls -> attributes.put(MAX_CALLS, Integer.toString(calls)));
    return attributes;
  }

  private static Optional<String> attribute(JsonValue message, String name) {
    return message
        .member("messageAttributes")
        .flatMap(all -> all.member(name))
        .flatMap(attribute -> attribute.text("stringValue"));
  }

  /// Legal in an attribute of SQS and as a message group, and harmless in a log line, as SQS's own
  /// message ids are.
  static boolean isId(String id) {
    return ID_FORM.matcher(id).matches();
  }
}
