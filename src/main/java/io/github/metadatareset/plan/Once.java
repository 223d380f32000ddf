package io.github.metadatareset.plan;

import io.github.metadatareset.request.InvocationInterruptedException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/// A call that the first thread makes, and whose result all threads share, even if it fails.
public final class Once<T> {
  private final FutureTask<T> task;

  public Once(Supplier<T> call) {
    this.task = new FutureTask<>(call::get);
  }

  /// Makes the call, or waits for the thread that makes it.
  ///
  /// @throws RuntimeException that the call threw
  public T get() {
    task.run();
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new InvocationInterruptedException("waiting for a response of AppFlow", e);
    }
  }

  /// The result; empty if the call failed or was not made yet.
  public Optional<T> result() {
    return task.state() == Future.State.SUCCESS ? Optional.of(task.resultNow()) : Optional.empty();
  }
}
