package io.github.metadatareset.queue;

import io.github.metadatareset.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/// The event from outside to which a message belongs. Sub-requests inherit it, as message
/// attributes.
///
/// @param id the ID of the message or of the invocation that contained the event
/// @param maxCalls how many AppFlow calls this sub-request may need; empty for the whole event
/// @param flows the names of the flows that use the entity of this sub-request, if it is for them
public record Correlation(String id, OptionalInt maxCalls, Optional<String> flows) {

  /// The message attribute with the correlation ID.
  public static final String ID = "CorrelationId";

  /// The message attribute with the number of calls that are left to a sub-request.
  public static final String MAX_CALLS = "MaxCalls";

  /// The message attribute with the names of flows.
  public static final String FLOWS = "Flows";

  private static final Pattern FLOWS_FORM = Pattern.compile("[ -~]{1,600}");

  private static final Pattern ID_FORM = Pattern.compile("[A-Za-z0-9._:-]{1,128}");
  private static final Pattern MAX_CALLS_FORM = Pattern.compile("[1-9][0-9]{0,8}");

  /// The correlation of a whole event.
  public Correlation(String id) {
    this(id, OptionalInt.empty());
  }

  public Correlation(String id, OptionalInt maxCalls) {
    this(id, maxCalls, Optional.empty());
  }

  /// The correlation of a record of an SQS batch. Without the attribute, the ID of the message is
  /// the correlation ID.
  static Correlation of(JsonValue message, String messageId) {
    return new Correlation(
        attribute(message, ID)
            .filter(Correlation::isId)
            .or(() -> Optional.of(messageId).filter(Correlation::isId))
            .orElse("unknown"),
        attribute(message, MAX_CALLS)
            .filter(text -> MAX_CALLS_FORM.matcher(text).matches())
            .map(text -> OptionalInt.of(Integer.parseInt(text)))
            .orElseGet(OptionalInt::empty),
        attribute(message, FLOWS).filter(FLOWS_FORM.asMatchPredicate()));
  }

  /// The same event, for a sub-request that may need this many calls.
  public Correlation withMaxCalls(int calls) {
    return new Correlation(id, OptionalInt.of(calls), flows);
  }

  /// The same event, for a sub-request of these flows.
  public Correlation withFlows(Optional<String> names) {
    return new Correlation(id, maxCalls, names);
  }

  /// How many calls this request may need.
  public int maxCalls(int maxCallsPerEvent) {
    return Math.min(maxCalls.orElse(maxCallsPerEvent), maxCallsPerEvent);
  }

  /// The correlation as message attributes.
  public Map<String, String> attributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put(ID, id);
    maxCalls.ifPresent(calls -> attributes.put(MAX_CALLS, Integer.toString(calls)));
    flows.ifPresent(names -> attributes.put(FLOWS, names));
    return attributes;
  }

  private static Optional<String> attribute(JsonValue message, String name) {
    return message
        .member("messageAttributes")
        .flatMap(all -> all.member(name))
        .flatMap(attribute -> attribute.text("stringValue"));
  }

  /// Valid as an SQS message attribute, and needs no quoting in a log line, a query or a shell. IDs
  /// of SQS and Lambda are UUIDs, which have this form.
  private static boolean isId(String id) {
    return ID_FORM.matcher(id).matches();
  }
}
