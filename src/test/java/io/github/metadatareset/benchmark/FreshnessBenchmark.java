package io.github.metadatareset.benchmark;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.EventSourceMapping.Settings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/// Measures how long a message waits for its reset: from the moment at which SQS has accepted it
/// until the call arrives at AppFlow. The event source mapping is an emulator, which asks the queue
/// all the time, so Lambda's own polling is missing. Of that time, an invocation begins when the
/// window is over, and the function needs the rest.
final class FreshnessBenchmark {

  private static final List<Settings> SETTINGS = List.of(Mappings.DEFAULT, Mappings.SMALL_BATCHES);

  private static final int SINGLE_EVENTS = 20;
  private static final int SECONDS = 60;
  private static final Duration LIMIT = Duration.ofMinutes(2);

  private final EmulatedServices services;

  /// When each entity was reset, as [System#nanoTime].
  private final List<BlockingQueue<Long>> resets =
      Stream.<BlockingQueue<Long>>generate(LinkedBlockingQueue::new)
          .limit(Events.ENTITIES)
          .toList();

  private final AtomicInteger invocations = new AtomicInteger();

  /// When the last invocation began, as [System#nanoTime].
  private volatile long invoked;

  private final Settings settings;
  private final Measurements measurements;

  private FreshnessBenchmark(
      EmulatedServices services, Settings settings, Measurements measurements) {
    this.services = services;
    this.settings = settings;
    this.measurements = measurements;
  }

  static void run(Path prepared, Measurements measurements) throws Exception {
    for (Settings settings : SETTINGS) {
      try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
        new FreshnessBenchmark(services, settings, measurements).run();
      }
    }
  }

  private void run() throws Exception {
    Candidate zip = Processor.THIRD.limit(Candidate.zip(services.prepared(), 8));
    List<EmulatedLambda> environments = new ArrayList<>();
    try {
      for (int i = 0; i < settings.concurrency(); i++) {
        EmulatedLambda environment = services.environment(zip);
        environments.add(environment);
        environment.invokeBatch(Events.batch(Events.ENTITIES));
      }
      services.appFlow().onCall(this::reset);
      Iterator<RequestStreamHandler> unused = environments.stream().map(this::timed).iterator();
      try (EventSourceMapping _ =
          new EventSourceMapping(services.queues(), unused::next, settings).start()) {
        single("one event, warm", () -> {}, Events::request);
        single("one event, idle", services.appFlow()::dropConnections, Events::request);
        single("one event, look-up", () -> {}, Events::requestWithLookUp);
        steady(1);
        steady(10);
      }
    } finally {
      environments.forEach(EmulatedLambda::close);
    }
  }

  /// Sends one message after the other, each when the last one is done. The connections of an idle
  /// environment are closed.
  private void single(String figure, Runnable before, IntFunction<String> request)
      throws InterruptedException {
    for (int event = 0; event < SINGLE_EVENTS; event++) {
      before.run();
      long sent = send(event, request.apply(event));
      long reset = awaitReset(event);
      add(time(figure), reset - sent);
      add("invocation to reset, %s, ms".formatted(figure), reset - invoked);
    }
  }

  /// Sends messages at a constant rate.
  private void steady(int perSecond) throws InterruptedException {
    String figure = "%d a second for a minute".formatted(perSecond);
    long[] sent = new long[perSecond * SECONDS];
    int before = invocations.get();
    long started = System.nanoTime();
    for (int event = 0; event < sent.length; event++) {
      long due = started + TimeUnit.SECONDS.toNanos(event) / perSecond;
      TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
      sent[event] = send(event, Events.request(event));
    }
    for (int event = 0; event < sent.length; event++) {
      add(time(figure), awaitReset(event) - sent[event]);
    }
    measurements.add("invocations, " + figure, column(settings), invocations.get() - before);
  }

  private long send(int event, String request) {
    // A call that AppFlow's connection did not answer was made twice.
    resets.get(event).clear();
    services.queues().send(request);
    return System.nanoTime();
  }

  private void add(String figure, long nanos) {
    measurements.add(figure, column(settings), nanos / 1e6);
  }

  private RequestStreamHandler timed(EmulatedLambda environment) {
    return (event, answer, context) -> {
      invocations.incrementAndGet();
      invoked = System.nanoTime();
      environment.handleRequest(event, answer, context);
    };
  }

  static String time(String figure) {
    return "message to reset, %s, ms".formatted(figure);
  }

  private static String column(Settings settings) {
    return "window %d s".formatted(settings.window().toSeconds());
  }

  private void reset(Call call) {
    if (call.operation().equals(EmulatedServices.RESET)) {
      resets.get(Events.number(call.input())).add(System.nanoTime());
    }
  }

  private long awaitReset(int event) throws InterruptedException {
    Long reset = resets.get(event).poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
    if (reset == null) {
      throw new IllegalStateException(
          "message %d led to no call within %s".formatted(event, LIMIT));
    }
    return reset;
  }
}
