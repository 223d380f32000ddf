package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.AbortedException;

/// One execution environment of the function, and the line between it and the world: once it is
/// dead, none of its threads has an effect any more.
final class Environment {

  /// Ends a thread of a dead environment, whatever it catches.
  static final class Dead extends Error {
    private static final long serialVersionUID = 1L;

    Dead() {
      super("the environment is dead", null, false, false);
    }
  }

  private final World world;
  private final RequestStreamHandler function;
  private final List<Exchange<?>> waiting = new ArrayList<>();
  private Invocation invocation;
  private boolean dead;

  /// Which bodies it has served, and that they were sent before then, by SQS's clock.
  private final Map<String, Long> served = new HashMap<>();

  Environment(World world, FunctionMaker maker) {
    this.world = world;
    this.function = maker.make(world.surroundings(this));
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

  void serves(String body, long mark) {
    served.merge(body, mark, Math::max);
  }

  boolean hasServed(SimulatedQueue.Delivery delivery) {
    return delivery.sent() < served.getOrDefault(delivery.body(), Long.MIN_VALUE);
  }

  boolean isDead() {
    return dead;
  }

  void die() {
    dead = true;
    List.copyOf(waiting).forEach(Exchange::wake);
  }

  /// Asks something of the world, which takes its time. Whatever has left the environment takes
  /// effect, even if nobody is there any more when the answer comes.
  ///
  /// @param took milliseconds until the answer is there
  /// @param limit after which it is no longer waited for
  <T> T exchange(long took, long limit, Supplier<T> effect, Supplier<RuntimeException> timeout) {
    mayDie();
    invocation.effects++;
    Exchange<T> exchange = new Exchange<>(effect);
    world.time().after(took / 2, exchange::perform);
    if (!world.weather().strikes(Weather.Trouble.HANGING)) {
      world.time().after(Math.min(took, limit), exchange::wake);
    }
    waiting.add(exchange);
    try {
      exchange.await();
    } finally {
      waiting.remove(exchange);
    }
    mayDie();
    if (took > limit) {
      throw timeout.get();
    }
    return exchange.answer();
  }

  private void mayDie() {
    if (!dead && world.weather().strikes(Weather.Trouble.CRASHES)) {
      world.note("crash of %s", invocation.id());
      world.count("crashes");
      die();
    }
    if (dead) {
      throw new Dead();
    }
  }

  private final class Exchange<T> {
    private final Supplier<T> effect;
    private final Thread thread = Thread.currentThread();
    private T answer;
    private RuntimeException failure;
    private boolean over;

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
      over = true;
      LockSupport.unpark(thread);
    }

    /// As the SDK does, it gives up when its thread is interrupted.
    void await() {
      while (!over) {
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
