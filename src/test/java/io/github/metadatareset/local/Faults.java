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

/// The faults that an [AppFlowEmulator] or an [SqsProxy] makes, on demand. They apply to signed
/// calls, before the service looks at the input, in the order in which they were asked for: the
/// first that applies decides, and latencies come on top of it, from the time when a call arrived.
///
/// An `operation` is named as in the API model; [#EVERY_OPERATION] means all.
public final class Faults {

  public static final String EVERY_OPERATION = "*";

  private static final Duration DRIP = Duration.ofMillis(200);

  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private volatile CountDownLatch cleared = new CountDownLatch(1);

  /// The next calls of an operation fail.
  public Faults next(int calls, String operation, Fault fault) {
    return next(calls, operation, fault, anyInput -> true);
  }

  /// The next calls of an operation whose input matches fail.
  public Faults next(
      int calls, String operation, Fault fault, Predicate<Map<String, Object>> input) {
    var left = new AtomicInteger(calls);
    return add(operation, input, () -> left.getAndUpdate(n -> Math.max(0, n - 1)) > 0, fault);
  }

  /// Every call of an operation fails, until [#clear].
  public Faults always(String operation, Fault fault) {
    return always(operation, fault, anyInput -> true);
  }

  /// Every call of an operation whose input matches fails, until [#clear].
  public Faults always(String operation, Fault fault, Predicate<Map<String, Object>> input) {
    return add(operation, input, () -> true, fault);
  }

  /// More calls of an operation than this in a second are throttled, until [#clear]. A second's
  /// worth of calls may come at once.
  public Faults rateLimit(String operation, double perSecond) {
    var bucket = new TokenBucket(perSecond);
    return add(operation, anyInput -> true, () -> !bucket.take(), Fault.throttled());
  }

  /// More calls than this in a second, of all operations together, are throttled, until [#clear].
  public Faults rateLimit(double perSecond) {
    return rateLimit(EVERY_OPERATION, perSecond);
  }

  /// No more faults; stalled and delayed calls end at once.
  public void clear() {
    rules.clear();
    CountDownLatch before = cleared;
    cleared = new CountDownLatch(1);
    before.countDown();
  }

  /// What goes wrong with this call, after its latencies have passed.
  ///
  /// @param arrived when it did, as `System.nanoTime`
  Optional<Fault> strike(String operation, Map<String, Object> input, long arrived)
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

  /// What goes back for a call that meets the fault.
  ///
  /// @param carriedOut carries the call out, and says what would have gone back
  Reply reply(Fault fault, Supplier<Reply.Http> carriedOut) throws InterruptedException {
    return switch (fault) {
      case Fault.Error(int status, String code, String message) ->
          Reply.error(status, code, message);
      case Fault.Answer answer -> Reply.stranger(answer);
      case Fault.CutBody _ -> Reply.cut(carriedOut.get());
      case Fault.Raw raw -> Reply.raw(raw);
      case Fault.Drip drip -> Reply.drip(drip, pauses());
      case Fault.Latency _ -> throw new IllegalStateException("latencies are over by now");
      case Fault.Stall _ -> {
        cleared.await();
        yield Reply.nothing();
      }
    };
  }

  /// Pauses that are over at once when the faults are cleared.
  private Reply.Pause pauses() {
    CountDownLatch now = cleared;
    return () -> now.await(DRIP.toNanos(), TimeUnit.NANOSECONDS);
  }

  private Faults add(
      String operation, Predicate<Map<String, Object>> input, Turn turn, Fault fault) {
    rules.add(new Rule(operation, input, turn, fault));
    return this;
  }

  /// Whether it is a matching call's turn to fail; asked once for each.
  private interface Turn {
    boolean isNow();
  }

  private record Rule(
      String operation, Predicate<Map<String, Object>> input, Turn turn, Fault fault) {
    boolean appliesTo(String called, Map<String, Object> itsInput) {
      boolean concerned = operation.equals(EVERY_OPERATION) || operation.equals(called);
      return concerned && input.test(itsInput) && turn.isNow();
    }
  }
}
