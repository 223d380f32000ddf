package io.github.metadatareset;

import static java.util.stream.Collectors.joining;

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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;

/// Strikes processes at chosen moments of their work, one blow at a time.
final class Chaos {

  /// How far a process has come when it is struck. Where a queue is to take something, what would
  /// not wait for that is given the time to go on.
  enum Moment {
    STARTING("it starts", 1, 5),
    ANYWHERE("it was given a batch, some time ago", 1, 500),
    BEFORE_CALLS("it is about to make its first call", 1, 5),
    BETWEEN_CALLS("a call was made, its answer is due", 5, 5),
    BEFORE_ENQUEUEING("calls were made, parts are to be sent", 1, 2000),
    ENQUEUEING("some parts were sent", 2, 2000),
    BEFORE_BURYING("a dead letter is to be sent", 1, 2000),
    BURYING("a dead letter was sent", 1, 2000),
    ANSWERING("all is done but the answer", 1, 5),
    IDLE("it has answered", 1, 5);

    private final String words;
    private final int mostTimes;
    private final Duration longestDelay;

    Moment(String words, int mostTimes, int longestDelayMillis) {
      this.words = words;
      this.mostTimes = mostTimes;
      this.longestDelay = Duration.ofMillis(longestDelayMillis);
    }

    private boolean isInAnInvocation() {
      return this != STARTING && this != IDLE;
    }
  }

  /// What strikes a process.
  enum Weapon {
    /// SIGKILL.
    KILL,

    /// Nothing that the process asks for is answered any more, until the function's timeout.
    SILENCE
  }

  /// @param nth at which time that a batch comes to this moment
  /// @param delay how long after it
  record Blow(Weapon weapon, Moment moment, int nth, Duration delay, CountDownLatch dealt) {

    private static Blow random(Weapon weapon, Moment moment, RandomGenerator random) {
      return new Blow(
          weapon,
          moment,
          random.nextInt(moment.mostTimes) + 1,
          Duration.ofNanos(random.nextLong(moment.longestDelay.toNanos())),
          new CountDownLatch(1));
    }

    void awaitDealt(Duration limit) throws InterruptedException {
      if (!dealt.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
        throw new AssertionError("no process was struck when " + moment.words);
      }
    }
  }

  /// Every fifth leads to a timeout; the others come at every moment about as often, in any order.
  static List<Blow> blows(int count, RandomGenerator random) {
    List<Blow> blows = new ArrayList<>();
    List<Moment> moments = List.of(Moment.values());
    List<Moment> inAnInvocation = moments.stream().filter(Moment::isInAnInvocation).toList();
    for (int i = 0; i < count; i++) {
      Blow blow =
          i % 5 == 4
              ? Blow.random(
                  Weapon.SILENCE, inAnInvocation.get(random.nextInt(inAnInvocation.size())), random)
              : Blow.random(Weapon.KILL, moments.get((i - i / 5) % moments.size()), random);
      blows.add(random.nextInt(blows.size() + 1), blow);
    }
    return blows;
  }

  private final AtomicReference<Blow> next = new AtomicReference<>();
  private final Queue<Blow> dealt = new ConcurrentLinkedQueue<>();

  /// The next process that comes to the blow's moment is struck.
  void expect(Blow blow) {
    next.set(blow);
  }

  /// How many processes were killed, at whatever moment.
  long killed() {
    return dealt.stream().filter(blow -> blow.weapon() == Weapon.KILL).count();
  }

  /// How many blows there were, a line for each moment.
  String table() {
    return Arrays.stream(Moment.values())
        .map(
            moment ->
                "  when %-40s killed %3d   silenced %3d%n"
                    .formatted(
                        moment.words, count(moment, Weapon.KILL), count(moment, Weapon.SILENCE)))
        .collect(joining());
  }

  private long count(Moment moment, Weapon weapon) {
    return dealt.stream()
        .filter(blow -> blow.moment() == moment && blow.weapon() == weapon)
        .count();
  }

  /// Watches one process, and strikes it at most once.
  final class Victim implements ProcessProxy.Interceptor {
    private final Map<Moment, Integer> times = new EnumMap<>(Moment.class);
    private boolean struck;
    private volatile boolean silent;

    @Override
    public boolean allows(Call call, boolean answered, RuntimeProcess process) {
      moment(call, answered).flatMap(this::blow).ifPresent(blow -> strike(blow, process));
      if (silent) {
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
                ? Optional.of(answered ? Moment.BURYING : Moment.BEFORE_BURYING)
                : Optional.of(answered ? Moment.ENQUEUEING : Moment.BEFORE_ENQUEUEING);
        default ->
            call.service() == ProcessProxy.Service.APPFLOW
                ? Optional.of(answered ? Moment.BETWEEN_CALLS : Moment.BEFORE_CALLS)
                : Optional.empty();
      };
    }

    private synchronized Optional<Blow> blow(Moment moment) {
      if (moment == Moment.ANYWHERE) {
        times.keySet().removeIf(each -> each != Moment.STARTING);
      }
      if (moment == Moment.BEFORE_ENQUEUEING && !times.containsKey(Moment.BETWEEN_CALLS)) {
        return Optional.empty();
      }
      int nth = times.merge(moment, 1, Integer::sum);
      Blow blow = next.get();
      if (struck || blow == null || blow.moment() != moment || blow.nth() != nth) {
        return Optional.empty();
      }
      struck = next.compareAndSet(blow, null);
      return struck ? Optional.of(blow) : Optional.empty();
    }

    private void strike(Blow blow, RuntimeProcess process) {
      if (blow.moment() == Moment.ANYWHERE) {
        Thread.startVirtualThread(() -> strikeNow(blow, process));
      } else {
        strikeNow(blow, process);
      }
    }

    private void strikeNow(Blow blow, RuntimeProcess process) {
      LockSupport.parkNanos(blow.delay().toNanos());
      switch (blow.weapon()) {
        case KILL -> process.close();
        case SILENCE -> silent = true;
      }
      dealt.add(blow);
      blow.dealt().countDown();
    }
  }
}
