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

/// A proxy between one process and the services that it calls: the Runtime API, AppFlow and SQS. A
/// test's [Interceptor] sees every call and its answer, and can withhold either.
public final class ProcessProxy {

  /// A call that the process makes.
  ///
  /// @param operation the last part of the path (`next`, `response`,
  ///     `reset-connector-metadata-cache`), or the name of an SQS operation (`SendMessageBatch`)
  public record Call(Service service, String operation, String body) {}

  public enum Service {
    RUNTIME_API,
    APPFLOW,
    SQS
  }

  /// Decides whether calls and answers pass. It is asked twice for each call, in the call's own
  /// thread: when the call arrives (`answered` is false), and when the service has answered
  /// (`answered` is true). If it refuses, the process gets no answer and its connection is closed.
  @FunctionalInterface
  public interface Interceptor {
    boolean allows(Call call, boolean answered, RuntimeProcess process);
  }

  private static final String APPFLOW_ENDPOINT = "AWS_ENDPOINT_URL_APPFLOW";
  private static final String SQS_ENDPOINT = "AWS_ENDPOINT_URL_SQS";
  private static final String SQS_TARGET = "X-Amz-Target";
  private static final String RUNTIME = "/2018-06-01/runtime/";

  /// Headers that the JDK's HTTP client and server set themselves.
  private static final Set<String> CONNECTION_HEADERS =
      Set.of("connection", "content-length", "date", "expect", "host", "transfer-encoding");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<Service, URI> endpoints;
  private final Interceptor interceptor;
  private final CompletableFuture<RuntimeProcess> process = new CompletableFuture<>();

  private ProcessProxy(HttpServer server, Map<Service, URI> endpoints, Interceptor interceptor) {
    this.server = server;
    this.endpoints = Map.copyOf(endpoints);
    this.interceptor = interceptor;
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  /// Launches a process behind a new proxy. The proxy passes calls on to the AppFlow and SQS
  /// endpoints of the settings, and is closed when the process ends.
  public static RuntimeProcess launch(RuntimeProcess.Settings settings, Interceptor interceptor) {
    RuntimeApi api = RuntimeApi.start();
    ProcessProxy proxy =
        start(
            Map.of(
                Service.RUNTIME_API, URI.create("http://" + api.address()),
                Service.APPFLOW, URI.create(settings.variables().get(APPFLOW_ENDPOINT)),
                Service.SQS, URI.create(settings.variables().get(SQS_ENDPOINT))),
            interceptor);
    RuntimeProcess process = RuntimeProcess.launch(settings.with(proxy.variables()), api);
    process.onEnd().thenRun(proxy::close);
    proxy.process.complete(process);
    return process;
  }

  private static ProcessProxy start(Map<Service, URI> endpoints, Interceptor interceptor) {
    try {
      var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new ProcessProxy(HttpServer.create(address, 0), endpoints, interceptor);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the proxy", e);
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
      Call call = call(exchange, body);
      if (!interceptor.allows(call, false, process.join())) {
        return;
      }
      var answer = client.send(forwarded(exchange, call, body), BodyHandlers.ofByteArray());
      if (interceptor.allows(call, true, process.join())) {
        respond(answer, exchange);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static Call call(HttpExchange exchange, byte[] body) {
    String path = exchange.getRequestURI().getPath();
    String target = exchange.getRequestHeaders().getFirst(SQS_TARGET);
    Service service =
        target != null
            ? Service.SQS
            : path.startsWith(RUNTIME) ? Service.RUNTIME_API : Service.APPFLOW;
    String operation =
        target != null
            ? target.substring(target.indexOf('.') + 1)
            : path.substring(path.lastIndexOf('/') + 1);
    return new Call(service, operation, new String(body, UTF_8));
  }

  private HttpRequest forwarded(HttpExchange exchange, Call call, byte[] body) {
    var request =
        HttpRequest.newBuilder(endpoints.get(call.service()).resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    copy(exchange.getRequestHeaders(), request::header);
    return request.build();
  }

  private static void respond(HttpResponse<byte[]> answer, HttpExchange exchange)
      throws IOException {
    copy(answer.headers().map(), exchange.getResponseHeaders()::add);
    byte[] body = answer.body();
    exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  private static void copy(Map<String, List<String>> headers, BiConsumer<String, String> to) {
    headers.forEach(
        (name, values) -> {
          if (!CONNECTION_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> to.accept(name, value));
          }
        });
  }
}
