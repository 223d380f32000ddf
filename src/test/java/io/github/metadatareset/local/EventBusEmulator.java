package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Request;

/// An emulator of PutEvents of Amazon EventBridge, over HTTP in its wire protocol. It keeps the
/// events that it accepted, and has no rules. It refuses calls that are not signed, and events that
/// EventBridge refuses. Tests can inject [#faults].
///
/// The protocol is <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>, the limits are
/// those of <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>.
public final class EventBusEmulator implements AutoCloseable {

  public static final String PUT_EVENTS = "PutEvents";

  /// An event that was accepted.
  ///
  /// @param detail a JSON object
  public record Event(
      String eventBusName,
      String source,
      String detailType,
      List<String> resources,
      String detail) {}

  private static final String TARGET = "AWSEvents." + PUT_EVENTS;

  private static final int MAX_ENTRIES = 10;

  private static final int MAX_BYTES = 256 * 1024;

  private static final int MAX_DETAIL_TYPE = 128;

  private static final Pattern EVENT_BUS =
      Pattern.compile(
          "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?[.\\-_A-Za-z0-9]+");

  private final Faults faults = new Faults();
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();
  private final LocalServer server = LocalServer.start(0, this::reply);

  /// Starts on a free port.
  public static EventBusEmulator start() {
    return new EventBusEmulator();
  }

  public URI endpoint() {
    return server.endpoint();
  }

  /// Faults for PutEvents.
  public Faults faults() {
    return faults;
  }

  /// The events that were accepted, in order.
  public List<Event> events() {
    return List.copyOf(events);
  }

  public void forgetEvents() {
    events.clear();
  }

  @Override
  public void close() {
    faults.clear();
    server.close();
  }

  private Reply reply(Request request, byte[] body) throws InterruptedException {
    try {
      Signature.check(request.getHeaders(), "events");
      if (!TARGET.equals(request.getHeaders().get("X-Amz-Target"))) {
        throw new AppFlowError(404, "UnknownOperationException", "Only PutEvents is emulated.");
      }
      JsonMembers input =
          object(new String(body, UTF_8))
              .orElseThrow(
                  () ->
                      new AppFlowError(
                          400, "SerializationException", "The body is not a JSON object."));
      Optional<Fault> fault = faults.find(PUT_EVENTS, input.all(), request.getHeadersNanoTime());
      return fault.isPresent() ? faults.reply(fault.get(), () -> put(input)) : put(input);
    } catch (AppFlowError error) {
      return Reply.error(error);
    }
  }

  private Reply.Http put(JsonMembers input) {
    List<JsonMembers> entries = input.objects("Entries");
    if (entries.isEmpty() || entries.size() > MAX_ENTRIES) {
      throw AppFlowError.validation("Entries must have 1 to 10 members.");
    }
    if (entries.stream().mapToInt(EventBusEmulator::bytes).sum() >= MAX_BYTES) {
      throw AppFlowError.validation("Total size of the entries in the request is over the limit.");
    }
    if (!entries.stream().allMatch(entry -> EVENT_BUS.matcher(eventBus(entry)).matches())) {
      throw AppFlowError.validation("EventBusName is not the name or the ARN of an event bus.");
    }
    List<Map<String, Object>> results = entries.stream().map(this::result).toList();
    return Reply.ok(
        Map.of(
            "FailedEntryCount",
            results.stream().filter(result -> result.containsKey("ErrorCode")).count(),
            "Entries",
            results));
  }

  private Map<String, Object> result(JsonMembers entry) {
    for (String name : List.of("Source", "DetailType", "Detail")) {
      if (entry.optionalText(name).filter(text -> !text.isBlank()).isEmpty()) {
        return refused(
            "InvalidArgument",
            "Parameter %1$s is not valid. Reason: %1$s is a required argument.".formatted(name));
      }
    }
    if (entry.text("DetailType").length() > MAX_DETAIL_TYPE) {
      return refused("InvalidArgument", "Parameter DetailType is not valid.");
    }
    if (entry.text("Source").startsWith("aws.")) {
      return refused("NotAuthorizedForSourceException", "Not authorized for the source.");
    }
    if (object(entry.text("Detail")).isEmpty()) {
      return refused("MalformedDetail", "Detail is malformed.");
    }
    events.add(
        new Event(
            eventBus(entry),
            entry.text("Source"),
            entry.text("DetailType"),
            entry.texts("Resources"),
            entry.text("Detail")));
    return Map.of("EventId", UUID.randomUUID().toString());
  }

  private static Map<String, Object> refused(String code, String message) {
    return Map.of("ErrorCode", code, "ErrorMessage", message);
  }

  private static String eventBus(JsonMembers entry) {
    return entry.optionalText("EventBusName").orElse("default");
  }

  /// As in <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>.
  private static int bytes(JsonMembers entry) {
    return Stream.concat(
            Stream.of("Source", "DetailType", "Detail")
                .flatMap(name -> entry.optionalText(name).stream()),
            entry.texts("Resources").stream())
        .mapToInt(text -> text.getBytes(UTF_8).length)
        .sum();
  }

  private static Optional<JsonMembers> object(String json) {
    try {
      return Optional.of(new JsonMembers(JSON.std.mapFrom(json)));
    } catch (IOException _) {
      return Optional.empty();
    }
  }
}
