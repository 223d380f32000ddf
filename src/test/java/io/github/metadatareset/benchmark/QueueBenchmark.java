package io.github.metadatareset.benchmark;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import io.github.metadatareset.local.EventSourceMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/// Measures warm candidates with the queue and the event source mapping: calls above AppFlow's rate
/// limit, and many equal messages. Measures how this function splits a large request; the baseline
/// cannot split.
final class QueueBenchmark {

  static final String THROTTLED_TIME = "throttled, 1,000 calls at 50 a second, s";
  static final String REFUSED = "throttled, share of calls refused";
  static final String CALLS = "all calls";
  static final String ADMITTED = "as admitted";

  private static final int CALLS_PER_SECOND = 50;
  private static final int EQUAL_MESSAGES = 10_000;
  private static final int ENTITIES = 2_000;
  private static final Duration LIMIT = Duration.ofMinutes(15);

  private final Path prepared;
  private final Measurements measurements;

  private QueueBenchmark(Path prepared, Measurements measurements) {
    this.prepared = prepared;
    this.measurements = measurements;
  }

  static void run(Path prepared, Measurements measurements) throws Exception {
    QueueBenchmark benchmark = new QueueBenchmark(prepared, measurements);
    for (Candidate candidate :
        List.of(
            Candidate.zip(prepared, 8),
            Candidate.boto3(prepared, 1),
            Candidate.boto3(prepared, 16))) {
      benchmark.throttled(candidate);
      benchmark.burst(candidate);
    }
    measurements.add(THROTTLED_TIME, ADMITTED, (double) Events.ENTITIES / CALLS_PER_SECOND);
    measurements.add(REFUSED, CALLS, 1);
  }

  static void splitting(Path prepared, Measurements measurements) throws Exception {
    QueueBenchmark benchmark = new QueueBenchmark(prepared, measurements);
    benchmark.splitting(Candidate.zip(prepared, 8), 10);
    benchmark.splitting(Candidate.zip(prepared, 8), 50);
  }

  private void throttled(Candidate candidate) throws Exception {
    String label = candidate.label();
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      services.appFlow().faults().rateLimit(EmulatedServices.RESET, CALLS_PER_SECOND);
      services
          .queues()
          .sendAll(IntStream.range(0, Events.ENTITIES).mapToObj(Events::request).toList());
      Drained drained = drain(services, candidate);
      List<Call> calls = services.appFlow().calls(EmulatedServices.RESET);
      long refused = calls.stream().filter(call -> call.errorCode().isPresent()).count();
      measurements.add(THROTTLED_TIME, label, drained.seconds());
      measurements.add(REFUSED, label, (double) refused / calls.size());
      measurements.add("throttled, dead letters", label, services.queues().deadLetters().size());
    }
  }

  private void burst(Candidate candidate) throws Exception {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      services.queues().sendAll(Collections.nCopies(EQUAL_MESSAGES, Events.request(1)));
      Drained drained = drain(services, candidate);
      measurements.add("10,000 equal messages, s", candidate.label(), drained.seconds());
      measurements.add(
          "10,000 equal messages, calls", candidate.label(), services.appFlow().calls().size());
    }
  }

  private void splitting(Candidate candidate, int profiles) throws Exception {
    String prefix = "splitting %d x %,d entities, ".formatted(profiles, ENTITIES);
    String label = candidate.label();
    AppFlowAccount account =
        AppFlowAccount.generated(profiles, ENTITIES)
            .addProfile(AppFlowAccount.Profile.of(Events.PROFILE, "Salesforce"))
            .addEntity(Events.PROFILE, Events.entity(0));
    try (EmulatedServices services = EmulatedServices.start(prepared, account)) {
      services.queues().send("{\"connectorProfileName\":\"*\",\"entities\":\"ALL\"}");
      Drained drained = drain(services, candidate);
      int resets = services.appFlow().resets().size();
      measurements.add(prefix + "resets", label, resets);
      measurements.add(prefix + "messages", label, drained.messages());
      measurements.add(prefix + "s a thousand resets", label, drained.seconds() / resets * 1000);
      measurements.add(prefix + "peak MB", label, drained.peakMegabytes());
      measurements.add(prefix + "dead letters", label, services.queues().deadLetters().size());
    }
  }

  /// What it took to process all messages.
  private record Drained(double seconds, int messages, double peakMegabytes) {}

  /// Warms up the environments, then processes all messages. The time ends with the last response.
  private static Drained drain(EmulatedServices services, Candidate candidate) throws Exception {
    List<EmulatedLambda> environments = new ArrayList<>();
    try {
      for (int i = 0; i < Mappings.WITHOUT_WINDOW.concurrency(); i++) {
        EmulatedLambda environment = services.environment(candidate);
        environments.add(environment);
        environment.invoke(Events.batch(1));
      }
      services.appFlow().forgetCalls();
      return drain(services, environments);
    } finally {
      environments.forEach(EmulatedLambda::close);
    }
  }

  private static Drained drain(EmulatedServices services, List<EmulatedLambda> environments)
      throws Exception {
    Iterator<EmulatedLambda> unused = environments.iterator();
    AtomicLong lastAnswer = new AtomicLong();
    Supplier<RequestStreamHandler> newEnvironment =
        () -> {
          EmulatedLambda environment = unused.next();
          return (event, answer, context) -> {
            environment.handleRequest(event, answer, context);
            lastAnswer.set(System.nanoTime());
          };
        };
    try (EventSourceMapping mapping =
        new EventSourceMapping(services.queues(), newEnvironment, Mappings.WITHOUT_WINDOW)) {
      long started = System.nanoTime();
      if (!mapping.drain(LIMIT)) {
        throw new IllegalStateException("not all messages were processed within " + LIMIT);
      }
      mapping.invocations().stream()
          .flatMap(invocation -> invocation.failure().stream())
          .findFirst()
          .ifPresent(
              failure -> {
                throw new IllegalStateException(failure);
              });
      return new Drained(
          (lastAnswer.get() - started) / 1e9,
          mapping.invocations().stream().mapToInt(each -> each.messageIds().size()).sum(),
          environments.stream()
              .mapToDouble(each -> each.usage().peakMegabytes())
              .max()
              .orElseThrow());
    }
  }
}
