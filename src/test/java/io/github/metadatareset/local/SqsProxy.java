package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;

import io.github.metadatareset.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jetty.server.Request;

/// A proxy between the SDK and SQS for SendMessageBatch and ChangeMessageVisibilityBatch. It
/// records every batch and passes it on to SQS, unless a fault of [#faults] or, after those, a
/// [Script] answers instead.
public final class SqsProxy implements AutoCloseable {

  private static final String CONTENT_TYPE = "application/x-amz-json-1.0";

  private final URI sqs;
  private final LocalServer server;
  private final Faults faults = new Faults();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
  private volatile Script script = Batch::answeredBy;

  public SqsProxy(URI sqs) {
    this.sqs = sqs;
    this.server = LocalServer.start(0, this::reply);
  }

  /// Answers a batch. `sqs` passes a batch on to SQS and returns SQS's answer.
  public interface Script {
    Answer answer(Batch batch, Function<Batch, Answer> sqs);

    /// Gives no answer until the latch opens, then a 503.
    static Script stalledUntil(CountDownLatch over) {
      return (_, _) -> {
        try {
          over.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        return new Answer(503, "");
      };
    }

    /// Reports these entries as failed, and passes the others on to SQS.
    static Script refusing(Predicate<Entry> refused) {
      return (batch, sqs) -> {
        Map<String, Object> answer = new LinkedHashMap<>(sqs.apply(batch.without(refused)).json());
        answer.put(
            "Failed",
            batch.entries().stream()
                .filter(refused)
                .map(entry -> Map.of("Id", entry.id(), "Code", "Disliked", "SenderFault", true))
                .toList());
        return new Answer(200, JsonValue.write(answer));
      };
    }
  }

  /// The input of a SendMessageBatch or a ChangeMessageVisibilityBatch.
  ///
  /// @param target the value of the `X-Amz-Target` header, such as `AmazonSQS.SendMessageBatch`
  public record Batch(String target, JsonValue input) {

    String operation() {
      return target.substring(target.indexOf('.') + 1);
    }

    public List<Entry> entries() {
      return input.member("Entries").orElseThrow().asList("entries").stream()
          .map(Entry::new)
          .toList();
    }

    Batch without(Predicate<Entry> unwanted) {
      return new Batch(
          target,
          new JsonValue(
              "",
              Map.of(
                  "QueueUrl",
                  input.text("QueueUrl").orElseThrow(),
                  "Entries",
                  entries().stream()
                      .filter(unwanted.negate())
                      .map(entry -> entry.json().content())
                      .toList())));
    }

    public int bytes() {
      return entries().stream().mapToInt(Entry::bytes).sum();
    }

    private Answer answeredBy(Function<Batch, Answer> sqs) {
      return sqs.apply(this);
    }
  }

  public record Entry(JsonValue json) {

    public String id() {
      return json.text("Id").orElseThrow();
    }

    /// Empty in a ChangeMessageVisibilityBatch.
    public String body() {
      return json.text("MessageBody").orElse("");
    }

    /// The size of the message as SQS counts it: the body and the message attributes.
    public int bytes() {
      int bytes = body().getBytes(UTF_8).length;
      Optional<JsonValue> attributes = json.member("MessageAttributes");
      for (String name : attributes.map(JsonValue::memberNames).orElse(List.of())) {
        JsonValue attribute = attributes.orElseThrow().member(name).orElseThrow();
        bytes += name.length();
        bytes += attribute.text("DataType").orElseThrow().length();
        bytes += attribute.text("StringValue").orElseThrow().length();
      }
      return bytes;
    }
  }

  public record Answer(int status, String body) {

    public static Answer error(int status, String code) {
      return new Answer(
          status,
          JsonValue.write(Map.of("__type", "com.amazonaws.sqs#" + code, "message", "refused")));
    }

    private Map<String, Object> json() {
      return members(JsonValue.parse(body.getBytes(UTF_8)));
    }
  }

  public URI endpoint() {
    return server.endpoint();
  }

  /// Faults for SendMessageBatch and ChangeMessageVisibilityBatch.
  public Faults faults() {
    return faults;
  }

  /// Every batch that arrived. The order is undefined.
  public List<Batch> batches() {
    return List.copyOf(batches);
  }

  /// The sizes of these batches, in ascending order.
  public List<Integer> sizes() {
    return batches.stream().map(batch -> batch.entries().size()).sorted().toList();
  }

  /// Answers all further batches with this script.
  public void answer(Script newScript) {
    script = newScript;
  }

  /// Clears the recorded batches, and passes all further batches on to SQS.
  public void forget() {
    batches.clear();
    script = Batch::answeredBy;
  }

  @Override
  public void close() {
    faults.clear();
    server.close();
    client.close();
  }

  private Reply reply(Request request, byte[] body) throws InterruptedException {
    Batch batch = new Batch(request.getHeaders().get("X-Amz-Target"), JsonValue.parse(body));
    batches.add(batch);
    Optional<Fault> fault =
        faults.find(batch.operation(), members(batch.input()), request.getHeadersNanoTime());
    return fault.isPresent() ? faults.reply(fault.get(), () -> answer(batch)) : answer(batch);
  }

  private Reply.Http answer(Batch batch) {
    Answer answer = script.answer(batch, this::passOn);
    return new Reply.Http(
        answer.status(),
        CONTENT_TYPE,
        answer.body().getBytes(UTF_8),
        Optional.empty(),
        Optional.empty());
  }

  private Answer passOn(Batch batch) {
    try {
      var answer =
          client.send(
              HttpRequest.newBuilder(sqs)
                  .header("Content-Type", CONTENT_TYPE)
                  .header("X-Amz-Target", batch.target())
                  .POST(BodyPublishers.ofString(JsonValue.write(batch.input().content())))
                  .build(),
              BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the proxy is closed", e);
    }
  }

  private static Map<String, Object> members(JsonValue json) {
    return json.memberNames().stream()
        .collect(toMap(name -> name, name -> json.member(name).orElseThrow().content()));
  }
}
