package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;

/// Stands between one process and all that it talks to: the Runtime API, AppFlow and SQS. So it
/// sees at every moment how far the process has come, and can cut it off just there.
public final class Tap {

  /// What the process asks for.
  ///
  /// @param operation the last part of the path (`next`, `response`,
  ///     `reset-connector-metadata-cache`), or the name of SQS's operation (`SendMessageBatch`)
  public record Question(Peer peer, String operation, String body) {}

  public enum Peer {
    RUNTIME_API,
    APPFLOW,
    SQS
  }

  /// Is told of every question, by a thread of that question's own: when it is asked, and when the
  /// peer has answered it.
  @FunctionalInterface
  public interface Watcher {

    /// @return whether the question is passed on, or its answer given
    boolean letsPass(Question question, boolean answered, RuntimeProcess process);
  }

  private static final String APPFLOW_ENDPOINT = "AWS_ENDPOINT_URL_APPFLOW";
  private static final String SQS_ENDPOINT = "AWS_ENDPOINT_URL_SQS";
  private static final String SQS_TARGET = "X-Amz-Target";
  private static final String RUNTIME = "/2018-06-01/runtime/";

  /// What the JDK's client and server set themselves.
  private static final Set<String> OF_THE_CONNECTION =
      Set.of("connection", "content-length", "date", "expect", "host", "transfer-encoding");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Peer, URI> peers;
  private final Watcher watcher;
  private final CompletableFuture<RuntimeProcess> process = new CompletableFuture<>();

  private Tap(HttpServer server, Map<Peer, URI> peers, Watcher watcher) {
    this.server = server;
    this.peers = Map.copyOf(peers);
    this.watcher = watcher;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Launches a process whose AppFlow and SQS, as its settings name them, are behind a tap, which
  /// ends with it.
  public static RuntimeProcess launch(RuntimeProcess.Settings settings, Watcher watcher) {
    RuntimeApi api = RuntimeApi.start();
    Tap tap =
        start(
            Map.of(
                Peer.RUNTIME_API, URI.create("http://" + api.address()),
                Peer.APPFLOW, URI.create(settings.variables().get(APPFLOW_ENDPOINT)),
                Peer.SQS, URI.create(settings.variables().get(SQS_ENDPOINT))),
            watcher);
    RuntimeProcess process = RuntimeProcess.launch(settings.with(tap.variables()), api);
    process.onEnd().thenRun(tap::close);
    tap.process.complete(process);
    return process;
  }

  private static Tap start(Map<Peer, URI> peers, Watcher watcher) {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new Tap(HttpServer.create(address, 0), peers, watcher);
    } catch (IOException e) {
      throw new UncheckedIOException("the tap does not start", e);
    }
  }

  private Map<String, String> variables() {
    String address = "127.0.0.1:" + server.getAddress().getPort();
    return Map.of(
        "AWS_LAMBDA_RUNTIME_API",
        address,
        APPFLOW_ENDPOINT,
        "http://" + address,
        SQS_ENDPOINT,
        "http://" + address);
  }

  private void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      Question question = question(exchange, body);
      if (!watcher.letsPass(question, false, process.join())) {
        return;
      }
      var answer = client.send(passedOn(exchange, question, body), BodyHandlers.ofByteArray());
      if (watcher.letsPass(question, true, process.join())) {
        give(answer, exchange);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Question question(HttpExchange exchange, byte[] body) {
    String path = exchange.getRequestURI().getPath();
    String target = exchange.getRequestHeaders().getFirst(SQS_TARGET);
    Peer peer =
        target != null ? Peer.SQS : path.startsWith(RUNTIME) ? Peer.RUNTIME_API : Peer.APPFLOW;
    String operation =
        target != null
            ? target.substring(target.indexOf('.') + 1)
            : path.substring(path.lastIndexOf('/') + 1);
    return new Question(peer, operation, new String(body, UTF_8));
  }

  private HttpRequest passedOn(HttpExchange exchange, Question question, byte[] body) {
    var request =
        HttpRequest.newBuilder(peers.get(question.peer()).resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    copy(exchange.getRequestHeaders(), request::header);
    return request.build();
  }

  private static void give(HttpResponse<byte[]> answer, HttpExchange exchange) throws IOException {
    copy(answer.headers().map(), exchange.getResponseHeaders()::add);
    byte[] body = answer.body();
    exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void copy(Map<String, List<String>> headers, BiConsumer<String, String> to) {
    headers.forEach(
        (name, values) -> {
          if (!OF_THE_CONNECTION.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> to.accept(name, value));
          }
        });
  }
}
