package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.SimulatedLambda.End;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Checks an invocation whose sender waits: an answer means that all of the request was done, no
/// call is made twice, nothing is left in a queue, and it does not fail without a reason.
record WaitChecks(World world) {

  void check(Invocation invocation, String body, End end) {
    invocation.attempts.forEach(
        (entry, times) -> {
          if (times > 1) {
            world.violation("%s resets %s %d times in a wait", invocation.id(), entry, times);
          }
        });
    if (invocation.executions > invocation.attempts.size() || world.sentDeadLetter(invocation)) {
      world.violation("%s sends messages in a wait", invocation.id());
    }
    end.answer().ifPresent(answer -> checkThatAllIsDone(invocation, body, answer));
    end.failure().ifPresent(failure -> checkTheReason(invocation, body, failure));
  }

  private void checkThatAllIsDone(Invocation invocation, String body, String answer) {
    world.count("waits that were answered");
    if (!answer.startsWith("{\"reset\":%d,\"queued\":0,".formatted(invocation.attempts.size()))) {
      world.violation("%s answers %s after %s", invocation.id(), answer, invocation.attempts);
    }
    Optional<Set<CachedEntry>> asOfTheBegin = entries(body, invocation.begin());
    Set<CachedEntry> needed = new HashSet<>(asOfTheBegin.orElse(Set.of()));
    needed.retainAll(entries(body, world.time().now()).orElse(Set.of()));
    if (asOfTheBegin.isEmpty() || !invocation.attempts.keySet().containsAll(needed)) {
      world.violation(
          "%s answers that %s is done after %s", invocation.id(), body, invocation.attempts);
    }
  }

  /// A throttled call is made again until the deadline.
  private void checkTheReason(Invocation invocation, String body, Throwable failure) {
    world.count("waits that failed");
    Set<String> errors = new HashSet<>(invocation.errorCodes);
    errors.remove("ThrottlingException");
    boolean isPossible =
        List.of(invocation.begin(), world.time().now()).stream()
            .allMatch(
                at ->
                    entries(body, at)
                        .filter(all -> all.stream().allMatch(world.oracle()::isPossible))
                        .isPresent());
    if (errors.isEmpty()
        && isPossible
        && world.time().now() < invocation.deadline()
        && world.settings().maxCallsPerEvent() > 100) {
      world.violation("%s fails without a reason: %s", invocation.id(), failure);
    }
  }

  private Optional<Set<CachedEntry>> entries(String body, long at) {
    try {
      return Optional.of(world.oracle().entries(body, at));
    } catch (Oracle.Refused e) {
      return Optional.empty();
    }
  }
}
