package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/// Lambda's Runtime API (2018-06-01) for one process: it hands an event to the runtime when the
/// runtime asks for the next one, and takes the response or the error.
public final class RuntimeApi implements AutoCloseable {

  /// What the runtime reports for an invocation, or an error of the init phase.
  public sealed interface Report {

    record Answer(byte[] body) implements Report {}

    /// @param body JSON with `errorMessage`, `errorType` and `stackTrace`
    record Error(String body) implements Report {}
  }

  private static final String RUNTIME = "/2018-06-01/runtime/";
  private static final String INVOCATION = RUNTIME + "invocation/";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final BlockingQueue<Invocation> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Report> initError = new CompletableFuture<>();
  private final CompletableFuture<Void> snapshot = new CompletableFuture<>();
  private final CountDownLatch restored = new CountDownLatch(1);
  private volatile CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile Invocation current;

  private record Invocation(byte[] event, Context context, CompletableFuture<Report> report) {}

  private RuntimeApi(HttpServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext(RUNTIME, this::handle);
    server.start();
  }

  /// Starts on a free port of the loopback address.
  public static RuntimeApi start() {
    try {
      return new RuntimeApi(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the Runtime API", e);
    }
  }

  /// The value of `AWS_LAMBDA_RUNTIME_API`.
  public String address() {
    return "127.0.0.1:" + server.getAddress().getPort();
  }

  /// Completes when the runtime asks for an event: first when the function is initialised, then
  /// after each invocation.
  CompletableFuture<Void> ready() {
    return ready;
  }

  /// Completes when a runtime under SnapStart is ready for the snapshot: the function is
  /// initialised, and its hooks before the checkpoint have run.
  CompletableFuture<Void> snapshot() {
    return snapshot;
  }

  /// Tells the runtime that it was restored from the snapshot, so that it runs the hooks after the
  /// restore.
  void restore() {
    restored.countDown();
  }

  /// Completes if the function cannot be initialised or restored.
  CompletableFuture<Report> initError() {
    return initError;
  }

  /// Invokes the function. The runtime must be [#ready].
  CompletableFuture<Report> invoke(byte[] event, Context context) {
    ready = new CompletableFuture<>();
    var invocation = new Invocation(event, context, new CompletableFuture<>());
    events.add(invocation);
    return invocation.report();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String path = exchange.getRequestURI().getPath();
      if (path.equals(INVOCATION + "next")) {
        next(exchange);
      } else if (path.equals(RUNTIME + "restore/next")) {
        snapshot.complete(null);
        restored.await();
        exchange.sendResponseHeaders(200, -1);
      } else if (path.equals(RUNTIME + "init/error") || path.equals(RUNTIME + "restore/error")) {
        accept(exchange, initError, new Report.Error(new String(body, UTF_8)));
      } else if (isOfCurrent(path, "response")) {
        accept(exchange, current.report(), new Report.Answer(body));
      } else if (isOfCurrent(path, "error")) {
        accept(exchange, current.report(), new Report.Error(new String(body, UTF_8)));
      } else {
        exchange.sendResponseHeaders(404, -1);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void next(HttpExchange exchange) throws IOException, InterruptedException {
    ready.complete(null);
    current = events.take();
    Context context = current.context();
    long deadline = System.currentTimeMillis() + context.getRemainingTimeInMillis();
    Map.of(
            "Content-Type", "application/json",
            "Lambda-Runtime-Aws-Request-Id", context.getAwsRequestId(),
            "Lambda-Runtime-Deadline-Ms", Long.toString(deadline),
            "Lambda-Runtime-Invoked-Function-Arn", context.getInvokedFunctionArn(),
            "Lambda-Runtime-Trace-Id",
                "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0")
        .forEach(exchange.getResponseHeaders()::set);
    exchange.sendResponseHeaders(200, current.event().length);
    exchange.getResponseBody().write(current.event());
  }

  private boolean isOfCurrent(String path, String report) {
    return current != null
        && path.equals(INVOCATION + current.context().getAwsRequestId() + "/" + report);
  }

  private static void accept(
      HttpExchange exchange, CompletableFuture<Report> report, Report reported) throws IOException {
    report.complete(reported);
    exchange.sendResponseHeaders(202, -1);
  }
}
