package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.SimulatedQueue.Delivery;
import java.util.List;
import java.util.Set;

/// Checks that an invocation made no call that its batch did not request, none twice, and none for
/// duplicates of completed requests.
record BatchChecks(World world) {

  /// @param returned the IDs of the messages that return to the queue
  void check(Invocation invocation, Set<String> returned) {
    Environment environment = invocation.environment();
    invocation.attempts.forEach(
        (entry, times) -> {
          List<String> bodies =
              invocation.batch().stream()
                  .filter(delivery -> !environment.isDuplicate(delivery))
                  .map(Delivery::body)
                  .distinct()
                  .toList();
          long requesting = bodies.stream().filter(body -> requests(body, entry)).count();
          // All checks of an invocation reset an entry once.
          if (bodies.stream().anyMatch(body -> isResetByChecks(body, entry))) {
            requesting++;
          }
          if (times > requesting) {
            world.violation(
                "%s resets %s %d times for %d requests", invocation.id(), entry, times, requesting);
          }
        });
    if (invocation.calls > 0 && invocation.batch().stream().allMatch(environment::isDuplicate)) {
      world.violation("%s makes calls for duplicates only", invocation.id());
    }
    remember(invocation, returned);
  }

  private boolean isResetByChecks(String body, CachedEntry entry) {
    return world.oracle().isResetByChecks(body, entry, world.time().now());
  }

  private boolean requests(String body, CachedEntry entry) {
    try {
      return world.oracle().entries(body, world.time().now()).contains(entry);
    } catch (Oracle.Refused e) {
      return false;
    }
  }

  /// Records a completed request, if it was the only one of the invocation and did not fail.
  private void remember(Invocation invocation, Set<String> returned) {
    Environment environment = invocation.environment();
    List<Delivery> executed =
        invocation.batch().stream().filter(delivery -> !environment.isDuplicate(delivery)).toList();
    boolean isOnlyRequest = executed.stream().map(Delivery::body).distinct().count() == 1;
    if (isOnlyRequest
        && invocation.executions > 0
        && returned.isEmpty()
        && !world.sentDeadLetter(invocation)) {
      environment.complete(
          executed.getFirst().body(),
          invocation.batch().stream().mapToLong(Delivery::firstReceived).max().orElseThrow());
    }
  }
}
