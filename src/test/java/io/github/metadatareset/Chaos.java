package io.github.metadatareset;

import static java.util.stream.Collectors.joining;

import io.github.metadatareset.local.RuntimeProcess;
import io.github.metadatareset.local.Tap;
import io.github.metadatareset.local.Tap.Question;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/// Strikes processes at chosen moments of their work, one blow at a time.
final class Chaos {

  /// How far a process has come when it is struck.
  enum Moment {
    STARTING("starting"),
    ANYWHERE("some time after it was given a batch"),
    BEFORE_CALLS("before its first call"),
    BETWEEN_CALLS("a call was made, but not yet answered"),
    BEFORE_ENQUEUEING("between call and enqueueing"),
    ENQUEUEING("some parts are on the queue"),
    BURYING("a dead letter was sent"),
    ANSWERING("all is done but the answer"),
    IDLE("it has answered");

    private final String words;

    Moment(String words) {
      this.words = words;
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
  record Blow(
      Weapon weapon, Moment moment, int nth, Duration delay, CompletableFuture<Void> struck) {

    Blow(Weapon weapon, Moment moment, int nth, Duration delay) {
      this(weapon, moment, nth, delay, new CompletableFuture<>());
    }
  }

  private final AtomicReference<Blow> next = new AtomicReference<>();
  private final Map<Moment, Map<Weapon, AtomicInteger>> blows = new EnumMap<>(Moment.class);

  Chaos() {
    for (Moment moment : Moment.values()) {
      Map<Weapon, AtomicInteger> counts = new EnumMap<>(Weapon.class);
      Arrays.stream(Weapon.values()).forEach(weapon -> counts.put(weapon, new AtomicInteger()));
      blows.put(moment, counts);
    }
  }

  /// The next process that comes to the blow's moment is struck.
  void expect(Blow blow) {
    next.set(blow);
  }

  private int count(Moment moment, Weapon weapon) {
    return blows.get(moment).get(weapon).get();
  }

  int count(Moment moment) {
    return Arrays.stream(Weapon.values()).mapToInt(weapon -> count(moment, weapon)).sum();
  }

  int count(Weapon weapon) {
    return Arrays.stream(Moment.values()).mapToInt(moment -> count(moment, weapon)).sum();
  }

  /// How many blows there were, a line for each moment.
  String table() {
    return Arrays.stream(Moment.values())
        .map(
            moment ->
                "  %-40s killed %3d   timed out %3d%n"
                    .formatted(
                        moment.words, count(moment, Weapon.KILL), count(moment, Weapon.SILENCE)))
        .collect(joining());
  }

  /// Watches one process, and strikes it at most once.
  final class Victim implements Tap.Watcher {
    private final Map<Moment, Integer> times = new EnumMap<>(Moment.class);
    private boolean struck;
    private volatile boolean silent;

    @Override
    public boolean letsPass(Question question, boolean answered, RuntimeProcess process) {
      moment(question, answered).flatMap(this::blow).ifPresent(blow -> strike(blow, process));
      if (silent) {
        process.onEnd().join();
      }
      return !process.hasEnded();
    }

    private static Optional<Moment> moment(Question question, boolean answered) {
      return switch (question.operation()) {
        case "next" -> Optional.of(answered ? Moment.ANYWHERE : Moment.STARTING);
        case "response" -> Optional.of(answered ? Moment.IDLE : Moment.ANSWERING);
        case "SendMessageBatch" ->
            question.body().contains("/dead-letters\"")
                ? answered ? Optional.of(Moment.BURYING) : Optional.empty()
                : Optional.of(answered ? Moment.ENQUEUEING : Moment.BEFORE_ENQUEUEING);
        default ->
            question.peer() == Tap.Peer.APPFLOW
                ? Optional.of(answered ? Moment.BETWEEN_CALLS : Moment.BEFORE_CALLS)
                : Optional.empty();
      };
    }

    private synchronized Optional<Blow> blow(Moment moment) {
      if (moment == Moment.ANYWHERE) {
        times.keySet().removeIf(each -> each != Moment.STARTING);
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
      blows.get(blow.moment()).get(blow.weapon()).incrementAndGet();
      blow.struck().complete(null);
    }
  }
}
