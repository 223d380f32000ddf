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
import java.util.regex.Pattern;
import org.eclipse.jetty.server.Request;

/// Amazon AppFlow's API over HTTP, as far as its metadata cache is concerned:
/// ResetConnectorMetadataCache, DescribeConnectorProfiles, DescribeConnector,
/// ListConnectorEntities, DescribeConnectorEntity, ListFlows and DescribeFlow, in AppFlow's own
/// wire protocol.
///
/// It caches as AppFlow does: what it once answered about the entities of an [AppFlowAccount] it
/// answers again, until the reset that names it. It refuses what is unsigned, what the API model
/// does not allow and what the documentation forbids, and it fails on demand: see [#faults].
///
/// It keeps every call until [#forgetCalls].
public final class AppFlowEmulator implements AutoCloseable {

  /// A call that arrived. `status` is what it was answered with, 0 if it never was; `errorCode` is
  /// there if the answer was an error. `input` is empty if it was not a JSON object.
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

  /// Starts on a given port, or on a free one if that is 0. Answers on the loopback address only.
  public static AppFlowEmulator start(AppFlowAccount account, PageSizes pageSizes, int port) {
    return new AppFlowEmulator(account, pageSizes, port, Optional.empty());
  }

  /// As the other, over HTTPS.
  ///
  /// @param keyStore with the certificate of 127.0.0.1; its password is `changeit`
  public static AppFlowEmulator start(AppFlowAccount account, PageSizes pageSizes, Path keyStore) {
    return new AppFlowEmulator(account, pageSizes, 0, Optional.of(keyStore));
  }

  /// `AppFlowEmulator FILE PORT` serves the account in a file until it is stopped. See
  /// [EmulatorControl] for what can be asked of it over HTTP.
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

  /// The inputs of the ResetConnectorMetadataCache calls that were carried out, in order.
  public List<Map<String, Object>> resets() {
    return List.copyOf(resets);
  }

  /// The access keys with which calls were signed, in order.
  public List<String> accessKeys() {
    return List.copyOf(accessKeys);
  }

  /// How many connections were opened so far.
  public long connections() {
    return server.connections();
  }

  /// Closes every connection that a caller may keep for its next call.
  public void dropConnections() {
    server.dropConnections();
  }

  /// The greatest number of calls that were in work at the same time. A stalled call counts until
  /// it ends here, even if its caller gave up before.
  public int peakConcurrency() {
    return peakConcurrency.get();
  }

  /// Forgets calls, resets, access keys and peak; the caches stay.
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
    return path.startsWith(EmulatorControl.PATH)
        ? control.reply(request.getMethod(), path.substring(EmulatorControl.PATH.length()), body)
        : counted(request, path, body);
  }

  private Reply counted(Request request, String path, byte[] body) throws InterruptedException {
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
      calls.add(new Call(operation.map(Operation::name).orElse(uri), input, reply.status(), code));
      return reply;
    } finally {
      concurrency.decrementAndGet();
    }
  }

  private Reply reply(Operation operation, Request request, byte[] body, Map<String, Object> input)
      throws InterruptedException {
    try {
      accessKeys.add(Signature.check(request.getHeaders(), model.signingName()));
      Optional<Fault> fault = faults.strike(operation.name(), input, request.getHeadersNanoTime());
      return fault.isPresent()
          ? faults.reply(fault.get(), () -> carriedOut(operation, body, input))
          : carriedOut(operation, body, input);
    } catch (AppFlowError refusal) {
      return Reply.error(refusal);
    }
  }

  private Reply.Http carriedOut(Operation operation, byte[] body, Map<String, Object> input) {
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
