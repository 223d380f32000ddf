package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.local.AppFlowModel.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/// An emulator of the operations of Amazon AppFlow that concern the metadata cache:
/// ResetConnectorMetadataCache, DescribeConnectorProfiles, DescribeConnector,
/// ListConnectorEntities, DescribeConnectorEntity, ListFlows and DescribeFlow, over HTTP in
/// AppFlow's wire protocol. It also answers StartFlow, for those who reset before they start a
/// flow, but runs no flow.
///
/// It has a cache as AppFlow has: it repeats what it once answered about the entities of an
/// [AppFlowAccount], until a reset names them. It refuses calls that are not signed, and inputs
/// that the API model or the documentation does not allow. Tests can inject [#faults].
///
/// It records every call until [#forgetCalls].
public final class AppFlowEmulator implements AutoCloseable {

  /// A call that arrived.
  ///
  /// @param input empty if the body was not a JSON object
  /// @param status the HTTP status of the answer, or 0 if there was no HTTP answer
  /// @param errorCode present if the answer was an error
  public record Call(
      String operation, Map<String, Object> input, int status, Optional<String> errorCode) {}

  private static final Pattern EMPTY_OBJECT = Pattern.compile("\\s*\\{\\s*}\\s*");

  private final AppFlowModel model = AppFlowModel.load();
  private final AppFlowAccount account;
  private final AppFlowService service;
  private final Faults faults = new Faults();
  private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
  private final Queue<Map<String, Object>> resets = new ConcurrentLinkedQueue<>();
  private final Queue<String> accessKeys = new ConcurrentLinkedQueue<>();
  private final AtomicInteger concurrency = new AtomicInteger();
  private final AtomicInteger peakConcurrency = new AtomicInteger();
  private volatile Consumer<Call> listener = _ -> {};
  private final EmulatorControl control = new EmulatorControl(this);
  private final LocalServer server;

  private AppFlowEmulator(
      AppFlowAccount account, PageSizes pageSizes, int port, Optional<Path> keyStore) {
    this.account = account;
    this.service = new AppFlowService(account, pageSizes);
    this.server = LocalServer.start(port, keyStore, this::reply);
  }

  /// Starts on a free port, with small pages.
  public static AppFlowEmulator start(AppFlowAccount account) {
    return start(account, PageSizes.SMALL, 0);
  }

  /// Starts on this port of the loopback address, or on a free port if it is 0.
  public static AppFlowEmulator start(AppFlowAccount account, PageSizes pageSizes, int port) {
    return new AppFlowEmulator(account, pageSizes, port, Optional.empty());
  }

  /// Starts on a free port and serves HTTPS.
  ///
  /// @param keyStore has a certificate for 127.0.0.1; its password is `changeit`
  public static AppFlowEmulator start(AppFlowAccount account, PageSizes pageSizes, Path keyStore) {
    return new AppFlowEmulator(account, pageSizes, 0, Optional.of(keyStore));
  }

  /// Usage: `AppFlowEmulator ACCOUNT.json PORT`. Serves the account in the file until the process
  /// is stopped. [EmulatorControl] describes how another process can control it over HTTP.
  public static void main(String[] args) throws InterruptedException {
    if (args.length != 2) {
      System.err.println("usage: AppFlowEmulator ACCOUNT.json PORT");
      System.exit(2);
    }
    var account = AppFlowAccount.read(Path.of(args[0]));
    var emulator = start(account, PageSizes.SMALL, Integer.parseInt(args[1]));
    System.out.println("AppFlow emulator at " + emulator.endpoint());
    emulator.server.join();
  }

  public URI endpoint() {
    return server.endpoint();
  }

  public AppFlowAccount account() {
    return account;
  }

  public Faults faults() {
    return faults;
  }

  /// Every call, in the order in which they were answered.
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  /// The calls of one operation, in the order in which they were answered.
  public List<Call> calls(String operation) {
    return calls.stream().filter(call -> call.operation().equals(operation)).toList();
  }

  /// Calls the listener for each further call, just before it is answered.
  public void onCall(Consumer<Call> consumer) {
    listener = consumer;
  }

  /// The inputs of the ResetConnectorMetadataCache calls that succeeded, in order.
  public List<Map<String, Object>> resets() {
    return List.copyOf(resets);
  }

  /// The access keys with which calls were signed, in order.
  public List<String> accessKeys() {
    return List.copyOf(accessKeys);
  }

  /// The number of connections opened so far.
  public long connections() {
    return server.connections();
  }

  /// Closes every open connection, as AppFlow may do with an idle connection.
  public void dropConnections() {
    server.dropConnections();
  }

  /// The maximum number of concurrent calls. A stalled call counts until the stall ends, even if
  /// its caller timed out before.
  public int peakConcurrency() {
    return peakConcurrency.get();
  }

  /// Clears the recorded calls, resets and access keys, and the peak. The caches stay.
  public void forgetCalls() {
    calls.clear();
    resets.clear();
    accessKeys.clear();
    peakConcurrency.set(concurrency.get());
  }

  @Override
  public void close() {
    faults.clear();
    server.close();
  }

  private Reply reply(Request request, byte[] body) throws IOException, InterruptedException {
    String path = request.getHttpURI().getPath();
    if (path.equals("/") && request.getMethod().equals("GET")) {
      return Reply.text(EmulatorControl.HELP.formatted(endpoint()));
    }
    return path.startsWith(EmulatorControl.PATH)
        ? control.reply(request.getMethod(), path.substring(EmulatorControl.PATH.length()), body)
        : record(request, path, body);
  }

  private Reply record(Request request, String path, byte[] body) throws InterruptedException {
    peakConcurrency.accumulateAndGet(concurrency.incrementAndGet(), Math::max);
    try {
      String uri = request.getMethod() + " " + path;
      Optional<Operation> operation = model.operation(uri);
      Map<String, Object> input = object(body);
      Reply reply =
          operation.isPresent()
              ? reply(operation.get(), request, body, input)
              : Reply.error(404, "UnknownOperationException", "There is no " + uri);
      Optional<String> code =
          reply instanceof Reply.Http http ? http.errorCode() : Optional.empty();
      Call call = new Call(operation.map(Operation::name).orElse(uri), input, reply.status(), code);
      calls.add(call);
      listener.accept(call);
      return reply;
    } finally {
      concurrency.decrementAndGet();
    }
  }

  private Reply reply(Operation operation, Request request, byte[] body, Map<String, Object> input)
      throws InterruptedException {
    try {
      accessKeys.add(Signature.check(request.getHeaders(), model.signingName()));
      Optional<Fault> fault = faults.find(operation.name(), input, request.getHeadersNanoTime());
      return fault.isPresent()
          ? faults.reply(fault.get(), () -> execute(operation, body, input))
          : execute(operation, body, input);
    } catch (AppFlowError error) {
      return Reply.error(error);
    }
  }

  private Reply.Http execute(Operation operation, byte[] body, Map<String, Object> input) {
    if (input.isEmpty() && !EMPTY_OBJECT.matcher(new String(body, UTF_8)).matches()) {
      throw new AppFlowError(400, "SerializationException", "The body is not a JSON object.");
    }
    operation.check(input);
    Map<String, Object> answer = service.call(operation.name(), input);
    if (operation.name().equals("ResetConnectorMetadataCache")) {
      resets.add(input);
    }
    return Reply.ok(answer);
  }

  private static Map<String, Object> object(byte[] body) {
    try {
      return Collections.unmodifiableMap(JSON.std.mapFrom(body));
    } catch (IOException _) {
      return Map.of();
    }
  }
}
