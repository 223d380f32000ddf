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

/// Each contestant in turn, warm, with queue and event source mapping: more work than AppFlow
/// admits, the same message over and over; and this function alone, everything there is.
final class AtScale {

  static final String THROTTLED_TIME = "throttled, 1,000 calls at 50 a second, s";
  static final String REFUSED = "throttled, share of calls refused";
  static final String CALLS = "all calls";
  static final String ADMITTED = "as admitted";

  private static final int PER_SECOND = 50;
  private static final int EQUAL = 10_000;
  private static final int ENTITIES = 2_000;
  private static final Duration LIMIT = Duration.ofMinutes(15);

  /// As the template sets it up by default.
  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT.withFunctionTimeout(Duration.ofSeconds(120));

  private final Path prepared;
  private final Figures figures;

  private AtScale(Path prepared, Figures figures) {
    this.prepared = prepared;
    this.figures = figures;
  }

  static void run(Path prepared, Figures figures) throws Exception {
    AtScale scale = new AtScale(prepared, figures);
    for (Contestant contestant :
        List.of(
            Contestant.zip(prepared, 8),
            Contestant.boto3(prepared, 1),
            Contestant.boto3(prepared, 16))) {
      scale.throttled(contestant);
      scale.burst(contestant);
    }
    figures.add(THROTTLED_TIME, ADMITTED, (double) Events.ENTITIES / PER_SECOND);
    figures.add(REFUSED, CALLS, 1);
  }

  static void splitting(Path prepared, Figures figures) throws Exception {
    AtScale scale = new AtScale(prepared, figures);
    scale.splitting(Contestant.zip(prepared, 8), 10);
    scale.splitting(Contestant.zip(prepared, 8), 50);
  }

  private void throttled(Contestant contestant) throws Exception {
    String label = contestant.label();
    try (Stage stage = Stage.set(prepared, Events.account())) {
      stage.appFlow().faults().rateLimit(Stage.RESET, PER_SECOND);
      stage
          .queues()
          .sendAll(IntStream.range(0, Events.ENTITIES).mapToObj(Events::request).toList());
      Drained drained = drain(stage, contestant);
      List<Call> calls = stage.appFlow().calls(Stage.RESET);
      long refused = calls.stream().filter(call -> call.errorCode().isPresent()).count();
      figures.add(THROTTLED_TIME, label, drained.seconds());
      figures.add(REFUSED, label, (double) refused / calls.size());
      figures.add("throttled, dead letters", label, stage.queues().deadLetters().size());
    }
  }

  private void burst(Contestant contestant) throws Exception {
    try (Stage stage = Stage.set(prepared, Events.account())) {
      stage.queues().sendAll(Collections.nCopies(EQUAL, Events.request(1)));
      Drained drained = drain(stage, contestant);
      figures.add("10,000 equal messages, s", contestant.label(), drained.seconds());
      figures.add(
          "10,000 equal messages, calls", contestant.label(), stage.appFlow().calls().size());
    }
  }

  private void splitting(Contestant contestant, int profiles) throws Exception {
    String what = "splitting %d x %,d entities, ".formatted(profiles, ENTITIES);
    String label = contestant.label();
    AppFlowAccount account =
        AppFlowAccount.generated(profiles, ENTITIES)
            .addProfile(AppFlowAccount.Profile.of(Events.PROFILE, "Salesforce"))
            .addEntity(Events.PROFILE, Events.entity(0));
    try (Stage stage = Stage.set(prepared, account)) {
      stage.queues().send("{\"connectorProfileName\":\"*\",\"entities\":\"ALL\"}");
      Drained drained = drain(stage, contestant);
      int resets = stage.appFlow().resets().size();
      figures.add(what + "resets", label, resets);
      figures.add(what + "messages", label, drained.messages());
      figures.add(what + "s a thousand resets", label, drained.seconds() / resets * 1000);
      figures.add(what + "peak MB", label, drained.peakMegabytes());
      figures.add(what + "dead letters", label, stage.queues().deadLetters().size());
    }
  }

  /// What it took to work the queue off.
  private record Drained(double seconds, int messages, double peakMegabytes) {}

  /// Warm environments, until the last of them has answered for the last time.
  private static Drained drain(Stage stage, Contestant contestant) throws Exception {
    List<EmulatedLambda> environments = new ArrayList<>();
    try {
      for (int i = 0; i < SETTINGS.concurrency(); i++) {
        EmulatedLambda environment = stage.environment(contestant);
        environments.add(environment);
        environment.invoke(Events.batch(1));
      }
      stage.appFlow().forgetCalls();
      return drain(stage, environments);
    } finally {
      environments.forEach(EmulatedLambda::close);
    }
  }

  private static Drained drain(Stage stage, List<EmulatedLambda> environments) throws Exception {
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
        new EventSourceMapping(stage.queues(), newEnvironment, SETTINGS)) {
      long started = System.nanoTime();
      if (!mapping.drain(LIMIT)) {
        throw new IllegalStateException("not worked off within " + LIMIT);
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
