package io.github.metadatareset.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.Faults;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.SqsProxy;
import io.github.metadatareset.local.SqsProxy.Batch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A run whose usage is counted: a candidate in warm execution environments, behind the queue and
/// the event source mapping. Every call of AppFlow takes
/// [#CALL_MILLIS].
final class CountedRun implements AutoCloseable {

  static final int CALL_MILLIS = 100;

  private static final Duration LIMIT = Duration.ofMinutes(15);

  /// SQS sends, receives and deletes as many messages with one request.
  private static final int MESSAGES_IN_A_REQUEST = 10;

  /// SQS bills each 64 KB of a request as a request: https://aws.amazon.com/sqs/pricing/
  private static final int BYTES_OF_A_REQUEST = 64 * 1024;

  /// About as long are the lines START, END and REPORT that Lambda writes for each invocation.
  private static final int LAMBDA_LOG_BYTES = 300;

  /// The lines that Lambda's emulator writes instead.
  private static final Pattern LAMBDA_LINES =
      Pattern.compile("(?m)^(START|END|REPORT) RequestId:.*\\R|^\\s*\\R");

  /// In a line in the embedded metric format.
  private static final Pattern METRIC = Pattern.compile("\"Name\":\"(\\w+)\"");

  private final EmulatedServices services;
  private final EventSourceMapping.Settings mapping;
  private final SqsProxy sqs;
  private final boolean isTraced;
  private final List<EmulatedLambda> environments = new ArrayList<>();
  private final List<Integer> logStarts = new ArrayList<>();
  private final AtomicInteger invocations = new AtomicInteger();
  private final AtomicLong billedMillis = new AtomicLong();
  private long nanos;
  private long sqsRequests;

  private CountedRun(
      EmulatedServices services,
      EventSourceMapping.Settings mapping,
      SqsProxy sqs,
      boolean isTraced) {
    this.services = services;
    this.mapping = mapping;
    this.sqs = sqs;
    this.isTraced = isTraced;
  }

  /// @param isTraced whether X-Ray traces the candidate, as it does with the template
  static CountedRun start(
      Path prepared,
      Candidate candidate,
      AppFlowAccount account,
      EventSourceMapping.Settings mapping,
      boolean isTraced)
      throws IOException {
    EmulatedServices services = EmulatedServices.start(prepared, account);
    CountedRun run =
        new CountedRun(services, mapping, new SqsProxy(services.queues().endpoint()), isTraced);
    for (int i = 0; i < mapping.concurrency(); i++) {
      EmulatedLambda environment = services.environment(candidate, run.sqs.endpoint());
      run.environments.add(environment);
      environment.invoke(Events.batch(1));
      run.logStarts.add(environment.log().length());
    }
    services.appFlow().forgetCalls();
    services
        .appFlow()
        .faults()
        .always(Faults.EVERY_OPERATION, Fault.latency(Duration.ofMillis(CALL_MILLIS)));
    return run;
  }

  /// Sends messages in batches of ten.
  void send(List<String> bodies) {
    services.queues().sendAll(bodies);
    sqsRequests += requests(bodies.size());
  }

  /// Sends messages as EventBridge does: each with a request of its own.
  void sendEach(List<String> bodies) {
    services.queues().sendAll(bodies);
    sqsRequests += bodies.size();
  }

  /// Invokes the function without the queue.
  void invoke(String event) throws IOException {
    invoke(event.getBytes(UTF_8));
  }

  void invoke(byte[] event) throws IOException {
    long started = System.nanoTime();
    counted(environments.getFirst())
        .handleRequest(
            new ByteArrayInputStream(event),
            new ByteArrayOutputStream(),
            LocalContext.withTimeout(mapping.functionTimeout()));
    nanos += System.nanoTime() - started;
  }

  /// Processes all messages.
  void drain() throws InterruptedException {
    long started = System.nanoTime();
    Iterator<RequestStreamHandler> unused = environments.stream().map(this::counted).iterator();
    try (EventSourceMapping source =
        new EventSourceMapping(services.queues(), unused::next, mapping)) {
      if (!source.drain(LIMIT)) {
        throw new IllegalStateException("not all messages were processed within " + LIMIT);
      }
      nanos += System.nanoTime() - started;
      for (EventSourceMapping.Invocation invocation : source.invocations()) {
        int messages = invocation.messageIds().size();
        int returned = invocation.returnedIds().size();
        if (returned > 0) {
          throw new IllegalStateException("messages returned to the queue: " + invocation);
        }
        sqsRequests += 2 * requests(messages);
      }
    }
  }

  private RequestStreamHandler counted(EmulatedLambda environment) {
    return (event, answer, context) -> {
      long started = System.nanoTime();
      environment.handleRequest(event, answer, context);
      billedMillis.addAndGet(Math.ceilDiv(System.nanoTime() - started, 1_000_000));
      invocations.incrementAndGet();
    };
  }

  Usage usage() throws IOException {
    if (!services.queues().deadLetters().isEmpty()) {
      throw new IllegalStateException("dead letters: " + services.queues().deadLetters());
    }
    long logBytes = (long) LAMBDA_LOG_BYTES * invocations.get();
    Set<String> metrics = new TreeSet<>();
    for (int i = 0; i < environments.size(); i++) {
      String log = environments.get(i).log().substring(logStarts.get(i));
      logBytes += LAMBDA_LINES.matcher(log).replaceAll("").getBytes(UTF_8).length;
      Matcher metric = METRIC.matcher(log);
      while (metric.find()) {
        metrics.add(metric.group(1));
      }
    }
    int resets = services.appFlow().calls(EmulatedServices.RESET).size();
    return new Usage(
        invocations.get(),
        nanos / 1_000_000,
        billedMillis.get(),
        sqsRequests + sqs.batches().stream().mapToLong(CountedRun::requests).sum(),
        logBytes,
        isTraced ? invocations.get() : 0,
        metrics,
        resets,
        services.appFlow().calls().size() - resets);
  }

  private static int requests(int messages) {
    return Math.ceilDiv(messages, MESSAGES_IN_A_REQUEST);
  }

  private static long requests(Batch batch) {
    return Math.max(1, Math.ceilDiv(batch.bytes(), BYTES_OF_A_REQUEST));
  }

  @Override
  public void close() {
    environments.forEach(EmulatedLambda::close);
    sqs.close();
    services.close();
  }
}
