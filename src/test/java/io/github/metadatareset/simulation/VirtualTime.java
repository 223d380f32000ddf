package io.github.metadatareset.simulation;

import java.lang.reflect.Constructor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// Time that passes only when nobody can do anything, and virtual threads of which one runs at a
/// time: the next is drawn from those that can. So a run is the same for the same seed,
/// whatever the machine does, and threads meet in any order that they could meet in.
///
/// The threads that a thread starts here are run here too, as the JDK gives a virtual thread the
/// scheduler of the one that starts it.
final class VirtualTime implements InstantSource {

  private static final int MOST_EVENTS = 1_000_000;

  static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");

  private final RandomGenerator random;
  private final Thread thread = Thread.currentThread();
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long now;
  private int happened;
  private long scheduled;
  private volatile Optional<String> stranger = Optional.empty();

  VirtualTime(RandomGenerator random) {
    this.random = random;
  }

  /// Milliseconds since the run began.
  long now() {
    return now;
  }

  @Override
  public Instant instant() {
    return BEGIN.plusMillis(now);
  }

  /// Runs something when so many milliseconds have passed.
  void after(long delay, Runnable action) {
    events.add(new Event(now + delay, scheduled++, action));
  }

  Thread start(Runnable task) {
    return VirtualThreads.builder(this::enqueue).start(task);
  }

  /// Until nothing is left to happen.
  void run() {
    do {
      while (!ready.isEmpty()) {
        ready.remove(random.nextInt(ready.size())).run();
      }
    } while (happens());
    stranger.ifPresent(
        name -> {
          throw new IllegalStateException("a thread waits in real time, for " + name);
        });
  }

  private boolean happens() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    now = next.at();
    if (++happened > MOST_EVENTS) {
      throw new IllegalStateException("it never ends");
    }
    next.action().run();
    return true;
  }

  /// From another thread than the run's own where something waits in real time, for a monitor
  /// that is held across a call, say: then the run would not be the same again.
  private void enqueue(Runnable continuation) {
    if (Thread.currentThread() == thread || Thread.currentThread().isVirtual()) {
      ready.add(continuation);
    } else {
      stranger = Optional.of(Thread.currentThread().getName());
    }
  }

  private record Event(long at, long number, Runnable action) {}

  /// What the JDK keeps to itself: virtual threads on a scheduler of one's own.
  private static final class VirtualThreads {
    private static final Constructor<?> BUILDER = constructor();

    static Thread.Builder.OfVirtual builder(Executor scheduler) {
      try {
        return (Thread.Builder.OfVirtual) BUILDER.newInstance(scheduler);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }

    private static Constructor<?> constructor() {
      try {
        Constructor<?> constructor =
            Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
                .getDeclaredConstructor(Executor.class);
        constructor.setAccessible(true);
        return constructor;
      } catch (ReflectiveOperationException | RuntimeException e) {
        throw new IllegalStateException(
            "the simulation needs a JDK 25, run with --add-opens=java.base/java.lang=ALL-UNNAMED",
            e);
      }
    }
  }
}
