package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.AbortedException;

/// One execution environment of the function. All calls to the simulated services go through it:
/// after its end, its threads have no more effect.
final class Environment {

  /// Ends a thread of an environment that has ended. If the thread catches it, its next call of a
  /// service throws it again.
  static final class Ended extends Error {
    private static final long serialVersionUID = 1L;

    Ended() {
      super("the environment has ended", null, false, false);
    }
  }

  private final World world;
  private final RequestStreamHandler function;
  private final List<Exchange<?>> waiting = new ArrayList<>();
  private Invocation invocation;
  private boolean ended;

  /// Watermarks by body: messages that were sent before it are duplicates, by SQS's clock.
  private final Map<String, Long> watermarks = new HashMap<>();

  Environment(World world, FunctionFactory factory) {
    this.world = world;
    this.function = factory.create(world.dependencies(this));
  }

  RequestStreamHandler function() {
    return function;
  }

  Invocation invocation() {
    return invocation;
  }

  void begin(Invocation next) {
    invocation = next;
  }

  void complete(String body, long watermark) {
    watermarks.merge(body, watermark, Math::max);
  }

  boolean isDuplicate(SimulatedQueue.Delivery delivery) {
    return delivery.sent() < watermarks.getOrDefault(delivery.body(), Long.MIN_VALUE);
  }

  boolean hasEnded() {
    return ended;
  }

  void end() {
    ended = true;
    List.copyOf(waiting).forEach(Exchange::wake);
  }

  /// Calls a service. The call has its effect even if the environment has ended before the answer.
  ///
  /// @param took milliseconds until the answer arrives
  /// @param limit milliseconds after which the caller stops waiting
  <T> T exchange(long took, long limit, Supplier<T> effect, Supplier<RuntimeException> timeout) {
    mayCrash();
    invocation.calls++;
    Exchange<T> exchange = new Exchange<>(effect);
    world.time().after(took / 2, exchange::perform);
    if (!world.faults().occurs(FaultSchedule.Fault.HANGING)) {
      world.time().after(Math.min(took, limit), exchange::wake);
    }
    waiting.add(exchange);
    try {
      exchange.await();
    } finally {
      waiting.remove(exchange);
    }
    mayCrash();
    if (took > limit) {
      throw timeout.get();
    }
    return exchange.answer();
  }

  private void mayCrash() {
    if (!ended && world.faults().occurs(FaultSchedule.Fault.CRASHES)) {
      world.note("crash of %s", invocation.id());
      world.count("crashes");
      end();
    }
    if (ended) {
      throw new Ended();
    }
  }

  private final class Exchange<T> {
    private final Supplier<T> effect;
    private final Thread thread = Thread.currentThread();
    private T answer;
    private RuntimeException failure;
    private boolean done;

    Exchange(Supplier<T> effect) {
      this.effect = effect;
    }

    void perform() {
      try {
        answer = effect.get();
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    void wake() {
      done = true;
      LockSupport.unpark(thread);
    }

    /// Fails when its thread is interrupted, like the SDK.
    void await() {
      while (!done) {
        if (Thread.currentThread().isInterrupted()) {
          throw AbortedException.create("the thread was interrupted");
        }
        LockSupport.park();
      }
    }

    T answer() {
      if (failure != null) {
        throw failure;
      }
      return answer;
    }
  }
}
