package io.github.metadatareset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.LocalStack;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;

/// The whole function in the local stack, under a mixed load at a steady rate. A build sends a few
/// hundred requests; as many as ten a second make in an hour take six minutes:
///
/// ```
/// mvn -q test -Dtest=SoakTest -Dsoak=36000
/// ```
class SoakTest {

  private static final int REQUESTS = Integer.getInteger("soak", 300);
  private static final int PER_SECOND = 100;
  private static final int AT_ONCE = 10;

  private static final int TO_WARM_UP = 200;

  /// How often is looked; the first three do not count, as what is warm gets hot.
  private static final int LOOKS = 15;

  private static final int UNCOUNTED = 3;

  /// What may be there at the end over the beginning: neither a collection of garbage nor a pool of
  /// threads leaves the same each time.
  private static final long MORE_BYTES = 4 * 1024 * 1024;

  private static final long MORE_THREADS = 16;

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final EventSourceMapping.Settings SETTINGS =
      EventSourceMapping.Settings.DEFAULT.withConcurrency(2).withImmediateRetries();

  private final LocalStack stack = LocalStack.start(MixedLoad.account());
  private long lookedAt = System.nanoTime();

  @AfterEach
  void stop() {
    stack.close();
  }

  /// What is there at a moment.
  private record Look(long liveBytes, long threads) {

    static Look now() {
      return new Look(Heap.live(), ManagementFactory.getThreadMXBean().getThreadCount());
    }
  }

  @Test
  void aSteadyLoadIsWorkedOffAndLeavesNothingBehind() {
    MixedLoad.disturb(stack.appFlow().faults());

    new RandomCases(1)
        .check(
            random -> {
              MixedLoad load = new MixedLoad(random);
              List<Look> looks = workOff(load);

              assertEquals(Set.of(), load.unburied());
              assertFlat("bytes alive", looks, Look::liveBytes, MORE_BYTES);
              assertFlat("threads", looks, Look::threads, MORE_THREADS);
            });
  }

  private List<Look> workOff(MixedLoad load) {
    System.out.println(
        "requests     /s  resets  equal  splits  returned  letters  fresh ms: median  most  MB alive  threads");
    try {
      send(load, TO_WARM_UP);
      drain();
      look(load, TO_WARM_UP);
      List<Look> looks = sendSteadily(load);
      drain();
      look(load, 0);
      return looks;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private List<Look> sendSteadily(MixedLoad load) throws Exception {
    int perLook = Math.max(1, REQUESTS / AT_ONCE / LOOKS);
    List<Look> looks = new ArrayList<>();
    try (EventSourceMapping mapping = stack.mapping(SETTINGS).start();
        ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor()) {
      List<ScheduledFuture<Optional<Look>>> sendings =
          IntStream.rangeClosed(1, perLook * LOOKS)
              .mapToObj(
                  number ->
                      pace.schedule(
                          () -> {
                            send(load, AT_ONCE);
                            mapping.forgetInvocations();
                            return number % perLook == 0
                                ? Optional.of(look(load, perLook * AT_ONCE))
                                : Optional.<Look>empty();
                          },
                          number * 1000L * AT_ONCE / PER_SECOND,
                          TimeUnit.MILLISECONDS))
              .toList();
      for (ScheduledFuture<Optional<Look>> sending : sendings) {
        sending.get().ifPresent(looks::add);
      }
    }
    return looks;
  }

  private void send(MixedLoad load, int requests) {
    stack.queues().sendAll(Stream.generate(load::next).limit(requests).toList());
  }

  private void drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      assertTrue(mapping.drain(LIMIT), "the queue is worked off");
    }
  }

  /// Looks, after it has taken away what the local stack keeps, and prints what came of that many
  /// requests. Freshness is the longest time of an invocation, in milliseconds, from a message's
  /// being sent to its reset.
  private Look look(MixedLoad load, int requests) {
    stack.appFlow().forgetCalls();
    stack.queues().takeAll(stack.queues().deadLetterQueueUrl()).stream()
        .map(Message::body)
        .forEach(load::buried);
    List<JsonValue> log = stack.takeLog();
    List<Long> freshness = values(log, "RequestAge");
    long now = System.nanoTime();
    Look look = Look.now();
    System.out.printf(
        "%8d %6.1f %7d %6d %7d %9d %8d %17d %5d %9.1f %8d%n",
        requests,
        requests / ((now - lookedAt) / 1e9),
        sum(log, "Resets"),
        sum(log, "Duplicates"),
        sum(log, "Splits"),
        sum(log, "Returned"),
        sum(log, "DeadLetters"),
        median(freshness),
        freshness.stream().reduce(0L, Math::max),
        look.liveBytes() / 1e6,
        look.threads());
    lookedAt = now;
    return look;
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
      String what, List<Look> looks, ToLongFunction<Look> measure, long tolerance) {
    int third = (LOOKS - UNCOUNTED) / 3;
    long first =
        median(
            looks.subList(UNCOUNTED, UNCOUNTED + third).stream()
                .map(measure::applyAsLong)
                .toList());
    long last =
        median(looks.subList(LOOKS - third, LOOKS).stream().map(measure::applyAsLong).toList());
    assertTrue(
        last <= first + tolerance, () -> "%s: %d, and %d in the end".formatted(what, first, last));
  }

  private static long median(List<Long> values) {
    return values.isEmpty() ? 0 : values.stream().sorted().toList().get(values.size() / 2);
  }
}
