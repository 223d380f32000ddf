package io.github.metadatareset.aws;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RunnableScheduledFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Timers for the SDK's timeouts. They expire only when a test says so.
public final class ManualTimers extends ScheduledThreadPoolExecutor {

  private final Queue<Timer> timers = new ConcurrentLinkedQueue<>();

  private record Timer(Duration delay, RunnableScheduledFuture<?> task) {}

  public ManualTimers() {
    super(1, Thread.ofPlatform().daemon().factory());
    setRemoveOnCancelPolicy(true);
  }

  /// The function's clients, with these timers.
  public AwsClients clients(int maxConcurrentCalls) {
    return new AwsClients(maxConcurrentCalls, this);
  }

  @Override
  public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
    ScheduledFuture<?> never = super.schedule(task, 365, TimeUnit.DAYS);
    timers.add(
        new Timer(Duration.of(delay, unit.toChronoUnit()), (RunnableScheduledFuture<?>) never));
    return never;
  }

  /// As if this much time had passed since the calls in flight began: their timers with at most
  /// this delay expire.
  public void expire(Duration time) {
    timers.stream()
        .filter(timer -> timer.delay().compareTo(time) <= 0)
        .forEach(timer -> timer.task().run());
  }

  /// The delays of the timers of calls that are in flight, in ascending order.
  public List<Duration> running() {
    return timers.stream()
        .filter(timer -> !timer.task().isDone())
        .map(Timer::delay)
        .sorted()
        .toList();
  }
}
