package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.Once;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// What all steps of one invocation need.
///
/// @param requestId Lambda's request ID, which stays the same when Lambda retries an asynchronous
///     invocation
/// @param workDeadline after which no work is started
/// @param settlingDeadline after which there is only time for the answer
public record Invocation(
    Limits limits,
    Services services,
    String requestId,
    Deadline workDeadline,
    Deadline settlingDeadline,
    InvocationLog log) {

  /// AppFlow for this invocation: no call goes on after the deadline for work.
  AppFlow appFlow() {
    return services.appFlow().apply(workDeadline);
  }

  /// Does a step for each item, and for as many at the same time as calls may be under way. Each
  /// thread takes the next item as soon as it has done one: `Gatherers.mapConcurrent` would wait
  /// for the oldest.
  ///
  /// @return the results in the order of the items
  <T, R> List<R> concurrently(Collection<T> items, Function<T, R> step) {
    List<Once<R>> steps = new ArrayList<>();
    for (T item : items) {
      steps.add(new Once<>(() -> step.apply(item)));
    }
    Queue<Once<R>> waiting = new ConcurrentLinkedQueue<>(steps);
    Callable<Void> worker =
        () -> {
          for (Once<R> next = waiting.poll(); next != null; next = waiting.poll()) {
            next.get();
          }
          return null;
        };
    int workers = Math.min(limits.maxConcurrentCalls(), steps.size());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads.invokeAll(Collections.nCopies(workers, worker));
    } catch (InterruptedException e) {
      throw new InvocationInterruptedException("working on requests", e);
    }
    List<R> results = new ArrayList<>();
    for (Once<R> each : steps) {
      results.add(each.get());
    }
    return results;
  }

  /// @param remaining until Lambda ends the invocation
  public static Invocation of(
      Limits limits, Services services, String functionName, String requestId, Duration remaining) {
    return new Invocation(
        limits,
        services,
        requestId,
        Deadline.beforeSettling(services.clock(), remaining),
        Deadline.beforeAnswering(services.clock(), remaining),
        new InvocationLog(services.log(), services.clock(), functionName, requestId));
  }
}
