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

/// Virtual time and a scheduler for virtual threads. One thread runs at a time, chosen at random
/// from those that are ready. Time passes only when none is ready. So a run depends on its seed
/// alone, and threads interleave in every possible order.
///
/// A thread that is started by one of these threads has the same scheduler.
final class VirtualTime implements InstantSource {

  private static final int MAX_EVENTS = 1_000_000;

  static final Instant BEGIN = Instant.parse("2026-11-24T00:00:00Z");

  private final RandomGenerator random;
  private final Thread thread = Thread.currentThread();
  private final List<Runnable> ready = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private long now;
  private int eventCount;
  private long scheduled;
  private volatile Optional<String> foreignThread = Optional.empty();

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

  /// Runs the action after this many milliseconds.
  void after(long delay, Runnable action) {
    events.add(new Event(now + delay, scheduled++, action));
  }

  Thread start(Runnable task) {
    return VirtualThreads.builder(this::enqueue).start(task);
  }

  /// Runs until no thread is ready and no event is left.
  void run() {
    do {
      while (!ready.isEmpty()) {
        ready.remove(random.nextInt(ready.size())).run();
      }
    } while (runNextEvent());
    foreignThread.ifPresent(
        name -> {
          throw new BlockedInRealTimeException(name);
        });
  }

  private boolean runNextEvent() {
    Event next = events.poll();
    if (next == null) {
      return false;
    }
    now = next.at();
    if (++eventCount > MAX_EVENTS) {
      throw new IllegalStateException("the run does not end");
    }
    next.action().run();
    return true;
  }

  /// Only threads of the run may call it. Another thread does if something blocks in real time, for
  /// example on a monitor that is held during a call: the run could not be repeated.
  private void enqueue(Runnable continuation) {
    if (Thread.currentThread() == thread || Thread.currentThread().isVirtual()) {
      ready.add(continuation);
    } else {
      foreignThread = Optional.of(Thread.currentThread().getName());
    }
  }

  private record Event(long at, long number, Runnable action) {}

  /// Virtual threads with a custom scheduler, which the JDK does not offer as API.
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
