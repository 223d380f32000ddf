package io.github.metadatareset.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.random.RandomCases;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/// The whole function in the local stack, under a mixed load at a constant rate. Before each sample
/// the function completes what was sent, so that a slow machine holds no more than a fast one. A
/// build sends a few hundred requests. An hour of ten requests a second takes six minutes:
///
/// ```
/// mvn -q test -Dtest=SoakTest -Dsoak=36000
/// ```
@LongSuite("Memory and threads do not grow under a steady, mixed load.")
class SoakTest {

  private static final int REQUESTS = Integer.getInteger("soak", 300);
  private static final int PER_SECOND = 100;
  private static final int BATCH = 10;

  private static final int WARM_UP_REQUESTS = 200;

  /// The first three do not count: the JVM still warms up.
  private static final int SAMPLES = 15;

  private static final int WARM_UP_SAMPLES = 3;

  /// How much more there may be at the end than at the beginning: neither a garbage collection nor
  /// a thread pool leaves the same each time.
  private static final long TOLERATED_BYTES = 4 * 1024 * 1024;

  private static final long TOLERATED_THREADS = 16;

  /// Only a test that is stuck takes so long.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /// A message is not received again before it is returned, however slow this machine is.
  private static final LocalQueues.Settings LONG_VISIBILITY_TIMEOUT =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT.withConcurrency(2).withImmediateRetries();

  private final LocalStack stack =
      LocalStack.start(AppFlowEmulator.start(MixedLoad.account()), LONG_VISIBILITY_TIMEOUT);
  private long sampledAt = System.nanoTime();

  @AfterEach
  void stop() {
    stack.close();
  }

  /// The memory and the threads of the JVM at one moment.
  private record Sample(long liveBytes, long threads) {

    static Sample now() {
      return new Sample(Heap.live(), ManagementFactory.getThreadMXBean().getThreadCount());
    }
  }

  @Test
  void aSteadyLoadIsHandledWithoutGrowingMemoryOrThreads() {
    MixedLoad.addFaults(stack.appFlow().faults());

    new RandomCases(1)
        .check(
            random -> {
              MixedLoad load = new MixedLoad(random);
              List<Sample> samples = run(load);

              assertEquals(Set.of(), load.missingDeadLetters());
              assertFlat("live bytes", samples, Sample::liveBytes, TOLERATED_BYTES);
              assertFlat("threads", samples, Sample::threads, TOLERATED_THREADS);
            });
  }

  private List<Sample> run(MixedLoad load) {
    System.out.println(
        "requests     /s  resets  duplicates  splits  returned  dead letters  request age, ms: median  max  live MB  threads");
    try {
      send(load, WARM_UP_REQUESTS);
      drain();
      sample(load, WARM_UP_REQUESTS);
      List<Sample> samples = sendSteadily(load);
      drain();
      sample(load, 0);
      return samples;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<Sample> sendSteadily(MixedLoad load) throws Exception {
    int perSample = Math.max(1, REQUESTS / BATCH / SAMPLES);
    List<Sample> samples = new ArrayList<>();
    try (EventSourceMapping mapping = stack.mapping(SETTINGS);
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
      while (samples.size() < SAMPLES) {
        for (Future<?> sent : sendAtPace(load, perSample, pace)) {
          sent.get();
          drain(mapping);
        }
        mapping.forgetInvocations();
        samples.add(sample(load, perSample * BATCH));
      }
    }
    return samples;
  }

  private List<? extends Future<?>> sendAtPace(
      MixedLoad load, int batches, ScheduledExecutorService pace) {
    return IntStream.rangeClosed(1, batches)
        .mapToObj(
            number ->
                pace.schedule(
                    () -> send(load, BATCH),
                    number * 1000L * BATCH / PER_SECOND,
                    TimeUnit.MILLISECONDS))
        .toList();
  }

  private void send(MixedLoad load, int requests) {
    stack.queues().sendAll(Stream.generate(load::next).limit(requests).toList());
  }

  private void drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      drain(mapping);
    }
  }

  private static void drain(EventSourceMapping mapping) throws InterruptedException {
    assertTrue(mapping.drain(LIMIT), "the queue is not empty");
  }

  /// Discards what the local stack has recorded, and prints the outcomes of so many requests.
  private Sample sample(MixedLoad load, int requests) {
    stack.appFlow().forgetCalls();
    stack.queues().takeAll(stack.queues().deadLetterQueueUrl()).stream()
        .map(Message::body)
        .forEach(load::deadLettered);
    List<JsonValue> log = stack.takeLog();
    List<Long> requestAges = values(log, "RequestAge");
    long now = System.nanoTime();
    Sample sample = Sample.now();
    System.out.printf(
        "%8d %6.1f %7d %11d %7d %9d %13d %24d %4d %8.1f %8d%n",
        requests,
        requests / ((now - sampledAt) / 1e9),
        sum(log, "Resets"),
        sum(log, "Duplicates"),
        sum(log, "Splits"),
        sum(log, "Returned"),
        sum(log, "DeadLetters"),
        median(requestAges),
        requestAges.stream().reduce(0L, Math::max),
        sample.liveBytes() / 1e6,
        sample.threads());
    sampledAt = now;
    return sample;
  }

  private static long sum(List<JsonValue> log, String metric) {
    return values(log, metric).stream().reduce(0L, Long::sum);
  }

  private static List<Long> values(List<JsonValue> log, String metric) {
    return log.stream()
        .flatMap(line -> line.member(metric).stream())
        .map(value -> ((Number) value.content()).longValue())
        .toList();
  }

  private static void assertFlat(
      String what, List<Sample> samples, ToLongFunction<Sample> measure, long tolerance) {
    int third = (SAMPLES - WARM_UP_SAMPLES) / 3;
    long first =
        median(
            samples.subList(WARM_UP_SAMPLES, WARM_UP_SAMPLES + third).stream()
                .map(measure::applyAsLong)
                .toList());
    long last =
        median(
            samples.subList(SAMPLES - third, SAMPLES).stream().map(measure::applyAsLong).toList());
    assertTrue(
        last <= first + tolerance,
        () -> "%s: %d at the beginning, %d at the end".formatted(what, first, last));
  }

  private static long median(List<Long> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }
}
