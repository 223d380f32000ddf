package io.github.metadatareset.local;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// The faults that a test injects into an [AppFlowEmulator], an [SqsProxy] or an
/// [EventBusEmulator]. They affect correctly signed calls, before the input is checked. Rules are
/// tried in the order in which they were added, and the first that matches decides. Latencies do
/// not decide: they add up, counted from the arrival of the call.
///
/// An `operation` has its name from the API model; [#EVERY_OPERATION] means all.
public final class Faults {

  public static final String EVERY_OPERATION = "*";

  private static final Duration DRIP_INTERVAL = Duration.ofMillis(200);

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch cleared = new CountDownLatch(1);

  /// The next calls of an operation fail.
  public Faults next(int calls, String operation, Fault fault) {
    return next(calls, operation, fault, _ -> true);
  }

  /// The next calls of an operation whose input matches fail.
  public Faults next(
      int calls, String operation, Fault fault, Predicate<Map<String, Object>> input) {
    var remaining = new AtomicInteger(calls);
    return add(operation, input, () -> remaining.getAndUpdate(n -> Math.max(0, n - 1)) > 0, fault);
  }

  /// Every call of an operation fails, until [#clear].
  public Faults always(String operation, Fault fault) {
    return always(operation, fault, _ -> true);
  }

  /// Every call of an operation whose input matches fails, until [#clear].
  public Faults always(String operation, Fault fault, Predicate<Map<String, Object>> input) {
    return add(operation, input, () -> true, fault);
  }

  /// Calls of an operation above this rate are throttled, until [#clear]. The calls of one second
  /// may arrive at once.
  public Faults rateLimit(String operation, double perSecond) {
    var bucket = new TokenBucket(perSecond);
    return add(operation, _ -> true, () -> !bucket.take(), Fault.throttled());
  }

  /// Calls of all operations together above this rate are throttled, until [#clear].
  public Faults rateLimit(double perSecond) {
    return rateLimit(EVERY_OPERATION, perSecond);
  }

  /// Removes all faults. Stalled and delayed calls end at once.
  public void clear() {
    rules.clear();
    CountDownLatch before = cleared;
    cleared = new CountDownLatch(1);
    before.countDown();
  }

  /// Waits for the latencies of a call, then returns its fault, if any.
  ///
  /// @param arrived when the call arrived, as `System.nanoTime`
  Optional<Fault> find(String operation, Map<String, Object> input, long arrived)
      throws InterruptedException {
    long due = arrived;
    for (Rule rule : rules) {
      if (rule.appliesTo(operation, input)) {
        if (!(rule.fault() instanceof Fault.Latency(Duration delay))) {
          return Optional.of(rule.fault());
        }
        due += delay.toNanos();
        cleared.await(due - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    }
    return Optional.empty();
  }

  /// The reply to a call with this fault.
  ///
  /// @param normalReply executes the call and returns the reply that it would have without the
  ///     fault
  Reply reply(Fault fault, Supplier<Reply.Http> normalReply) throws InterruptedException {
    return switch (fault) {
      case Fault.Error(int status, String code, String message) ->
          Reply.error(status, code, message);
      case Fault.Answer answer -> Reply.of(answer);
      case Fault.CutBody _ -> Reply.cut(normalReply.get());
      case Fault.Raw raw -> Reply.raw(raw);
      case Fault.Drip drip -> Reply.drip(drip, pause());
      case Fault.Latency _ -> throw new IllegalStateException("find has waited for the latencies");
      case Fault.Stall _ -> {
        cleared.await();
        yield Reply.empty();
      }
    };
  }

  /// A pause that ends at once when the faults are cleared.
  private Reply.Pause pause() {
    CountDownLatch untilCleared = cleared;
    return () -> untilCleared.await(DRIP_INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
  }

  private Faults add(
      String operation, Predicate<Map<String, Object>> input, Condition condition, Fault fault) {
    rules.add(new Rule(operation, input, condition, fault));
    return this;
  }

  /// Whether the next matching call fails. Asked exactly once for each matching call.
  private interface Condition {
    boolean failsNext();
  }

  private record Rule(
      String operation, Predicate<Map<String, Object>> input, Condition condition, Fault fault) {
    boolean appliesTo(String called, Map<String, Object> callInput) {
      boolean isForOperation = operation.equals(EVERY_OPERATION) || operation.equals(called);
      return isForOperation && input.test(callInput) && condition.failsNext();
    }
  }
}
