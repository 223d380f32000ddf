package io.github.metadatareset.faults;

import static java.util.stream.Collectors.joining;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.ProcessProxy;
import io.github.metadatareset.local.ProcessProxy.Call;
import io.github.metadatareset.local.RuntimeProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// Kills processes at chosen moments of their work, one at a time.
///
/// As the timeout of an [EventSourceMapping], it times out the processes that get no more answers.
/// The others may take as long as they need on this machine.
final class ProcessKiller implements EventSourceMapping.Timeout {

  /// When a process is killed. At the moments around SendMessageBatch the delay may be longer, so
  /// that other threads go on if they do not wait for the queue.
  enum Moment {
    STARTING("the process starts", 1, 5),
    ANYWHERE("it handles a batch", 1, 500),
    BEFORE_CALL("it makes its first call", 1, 5),
    AFTER_CALL("AppFlow answers a call", 5, 5),
    BEFORE_ENQUEUING("it sends sub-requests", 1, 2000),
    AFTER_ENQUEUING("SQS accepts sub-requests", 2, 2000),
    BEFORE_DEAD_LETTER("it sends a dead letter", 1, 2000),
    AFTER_DEAD_LETTER("SQS accepts a dead letter", 1, 2000),
    ANSWERING("it sends its answer", 1, 5),
    IDLE("it is idle", 1, 5);

    private final String description;
    private final int maxOccurrence;
    private final Duration maxDelay;

    Moment(String description, int maxOccurrence, int maxDelayMillis) {
      this.description = description;
      this.maxOccurrence = maxOccurrence;
      this.maxDelay = Duration.ofMillis(maxDelayMillis);
    }

    private boolean isInAnInvocation() {
      return this != STARTING && this != IDLE;
    }
  }

  /// How a process ends.
  enum Means {
    SIGKILL,

    /// The process gets no more answers, and runs into the function's timeout a little later.
    TIMEOUT
  }

  /// @param nth at which occurrence of the moment within one batch
  /// @param delay how long after the moment
  record Kill(Means means, Moment moment, int nth, Duration delay, CountDownLatch done) {

    private static Kill random(Means means, Moment moment, RandomGenerator random) {
      return new Kill(
          means,
          moment,
          random.nextInt(moment.maxOccurrence) + 1,
          Duration.ofNanos(random.nextLong(moment.maxDelay.toNanos())),
          new CountDownLatch(1));
    }

    void awaitDone(Duration limit) throws InterruptedException {
      if (!done.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("no process was killed when " + moment.description);
      }
    }
  }

  /// Every fifth is a timeout. The others cover all moments equally, in random order.
  static List<Kill> kills(int count, RandomGenerator random) {
    List<Kill> kills = new ArrayList<>();
    List<Moment> moments = List.of(Moment.values());
    List<Moment> inAnInvocation = moments.stream().filter(Moment::isInAnInvocation).toList();
    for (int i = 0; i < count; i++) {
      Kill kill =
          i % 5 == 4
              ? Kill.random(
                  Means.TIMEOUT, inAnInvocation.get(random.nextInt(inAnInvocation.size())), random)
              : Kill.random(Means.SIGKILL, moments.get((i - i / 5) % moments.size()), random);
      kills.add(random.nextInt(kills.size() + 1), kill);
    }
    return kills;
  }

  private static final long POLL_MILLIS = 20;

  /// How long a process gets no answers until it has timed out. Calls under way end meanwhile.
  private static final long UNANSWERED_SECONDS = 2;

  private final Map<RuntimeProcess, Future<?>> timedOut = new ConcurrentHashMap<>();
  private final AtomicReference<Kill> next = new AtomicReference<>();
  private final Queue<Kill> kills = new ConcurrentLinkedQueue<>();

  /// Kills the next process that reaches the moment of the kill.
  void expect(Kill kill) {
    next.set(kill);
  }

  @Override
  public byte[] await(
      RequestStreamHandler environment, Future<byte[]> running, Duration functionTimeout)
      throws InterruptedException, ExecutionException, TimeoutException {
    long end = System.nanoTime() + functionTimeout.toNanos();
    while (System.nanoTime() < end && !hasTimedOut(environment)) {
      try {
        return running.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        // It still runs.
      }
    }
    throw new TimeoutException();
  }

  private boolean hasTimedOut(RequestStreamHandler environment) {
    Future<?> unanswered = timedOut.get(environment);
    return unanswered != null && unanswered.isDone();
  }

  /// How many processes were killed and did not time out.
  long killed() {
    return kills.stream().filter(kill -> kill.means() == Means.SIGKILL).count();
  }

  /// How many kills there were at each moment, one line each.
  String table() {
    return Arrays.stream(Moment.values())
        .map(
            moment ->
                "  when %-40s killed %3d   timed out %3d%n"
                    .formatted(
                        moment.description,
                        count(moment, Means.SIGKILL),
                        count(moment, Means.TIMEOUT)))
        .collect(joining());
  }

  private long count(Moment moment, Means means) {
    return kills.stream().filter(kill -> kill.moment() == moment && kill.means() == means).count();
  }

  /// Watches one process and kills it at most once.
  final class Target implements ProcessProxy.Interceptor {
    private final Map<Moment, Integer> occurrences = new EnumMap<>(Moment.class);
    private boolean killed;
    private volatile boolean unanswered;

    @Override
    public boolean allows(Call call, boolean answered, RuntimeProcess process) {
      moment(call, answered).flatMap(this::dueKill).ifPresent(kill -> kill(kill, process));
      if (unanswered) {
        process.onEnd().join();
      }
      return !process.hasEnded();
    }

    private static Optional<Moment> moment(Call call, boolean answered) {
      return switch (call.operation()) {
        case "next" -> Optional.of(answered ? Moment.ANYWHERE : Moment.STARTING);
        case "response" -> Optional.of(answered ? Moment.IDLE : Moment.ANSWERING);
        case "SendMessageBatch" ->
            call.body().contains("/dead-letters\"")
                ? Optional.of(answered ? Moment.AFTER_DEAD_LETTER : Moment.BEFORE_DEAD_LETTER)
                : Optional.of(answered ? Moment.AFTER_ENQUEUING : Moment.BEFORE_ENQUEUING);
        default ->
            call.service() == ProcessProxy.Service.APPFLOW
                ? Optional.of(answered ? Moment.AFTER_CALL : Moment.BEFORE_CALL)
                : Optional.empty();
      };
    }

    private synchronized Optional<Kill> dueKill(Moment moment) {
      if (moment == Moment.ANYWHERE) {
        occurrences.keySet().removeIf(each -> each != Moment.STARTING);
      }
      if (moment == Moment.BEFORE_ENQUEUING && !occurrences.containsKey(Moment.AFTER_CALL)) {
        return Optional.empty();
      }
      int nth = occurrences.merge(moment, 1, Integer::sum);
      Kill kill = next.get();
      if (killed || kill == null || kill.moment() != moment || kill.nth() != nth) {
        return Optional.empty();
      }
      killed = next.compareAndSet(kill, null);
      return killed ? Optional.of(kill) : Optional.empty();
    }

    private void kill(Kill kill, RuntimeProcess process) {
      if (kill.moment() == Moment.ANYWHERE) {
        Thread.startVirtualThread(() -> killNow(kill, process));
      } else {
        killNow(kill, process);
      }
    }

    private void killNow(Kill kill, RuntimeProcess process) {
      LockSupport.parkNanos(kill.delay().toNanos());
      switch (kill.means()) {
        case SIGKILL -> process.close();
        case TIMEOUT -> {
          unanswered = true;
          timedOut.put(
              process,
              new CompletableFuture<Void>()
                  .completeOnTimeout(null, UNANSWERED_SECONDS, TimeUnit.SECONDS));
        }
      }
      kills.add(kill);
      kill.done().countDown();
    }
  }
}
