package io.github.metadatareset.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.metadatareset.request.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;

/// Stands between the SDK and SQS: keeps the batches that pass, and answers them otherwise than SQS
/// would where it is told to.
public final class SqsProxy implements AutoCloseable {

  private static final String CONTENT_TYPE = "application/x-amz-json-1.0";

  private final URI sqs;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final Queue<Batch> batches = new ConcurrentLinkedQueue<>();
  private volatile Script script = Batch::answeredBy;

  public SqsProxy(URI sqs) throws IOException {
    this.sqs = sqs;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// How batches are answered.
  public interface Script {
    Answer answer(Batch batch, Function<Batch, Answer> sqs);

    /// No answer until then.
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

    /// As SQS answers where it does not like these entries: it takes the others.
    static Script refusing(Predicate<Entry> disliked) {
      return (batch, sqs) -> {
        Map<String, Object> answer = new LinkedHashMap<>(sqs.apply(batch.without(disliked)).json());
        answer.put(
            "Failed",
            batch.entries().stream()
                .filter(disliked)
                .map(entry -> Map.of("Id", entry.id(), "Code", "Disliked", "SenderFault", true))
                .toList());
        return new Answer(200, JsonValue.write(answer));
      };
    }
  }

  /// The input of a SendMessageBatch or a ChangeMessageVisibilityBatch.
  ///
  /// @param target the operation, as SQS's wire protocol names it
  public record Batch(String target, JsonValue input) {

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

    int bytes() {
      return entries().stream().mapToInt(Entry::bytes).sum();
    }

    private Answer answeredBy(Function<Batch, Answer> sqs) {
      return sqs.apply(this);
    }
  }

  public record Entry(JsonValue json) {

    String id() {
      return json.text("Id").orElseThrow();
    }

    /// Empty where the visibility is changed.
    String body() {
      return json.text("MessageBody").orElse("");
    }

    /// The size of the message as SQS counts it.
    int bytes() {
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

    static Answer error(int status, String code) {
      return new Answer(
          status,
          JsonValue.write(Map.of("__type", "com.amazonaws.sqs#" + code, "message", "refused")));
    }

    private Map<String, Object> json() {
      JsonValue json = JsonValue.parse(body.getBytes(UTF_8));
      return json.memberNames().stream()
          .collect(toMap(name -> name, name -> json.member(name).orElseThrow().content()));
    }
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /// Every batch that came by, in no certain order.
  List<Batch> batches() {
    return List.copyOf(batches);
  }

  /// The sizes of these batches, in ascending order.
  List<Integer> sizes() {
    return batches.stream().map(batch -> batch.entries().size()).sorted().toList();
  }

  /// From now on.
  public void answer(Script newScript) {
    script = newScript;
  }

  /// Forgets the batches, and leaves all answers to SQS again.
  void forget() {
    batches.clear();
    script = Batch::answeredBy;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
    client.close();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Batch batch =
          new Batch(
              exchange.getRequestHeaders().getFirst("X-Amz-Target"),
              JsonValue.parse(exchange.getRequestBody().readAllBytes()));
      batches.add(batch);
      send(exchange, script.answer(batch, this::passOn));
    }
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

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] body = answer.body().getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
    exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }
}
