package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.SimulatedQueue.Delivery;
import java.util.List;
import java.util.Set;

/// What one invocation may do for its batch: nothing that was not asked for, nothing twice, and
/// nothing that it has done since.
record BatchChecks(World world) {

  /// @param returned the ids of the messages that come back
  void done(Invocation invocation, Set<String> returned) {
    Environment environment = invocation.environment();
    invocation.attempts.forEach(
        (leaf, times) -> {
          long asking =
              invocation.batch().stream()
                  .filter(delivery -> !environment.hasServed(delivery))
                  .map(Delivery::body)
                  .distinct()
                  .filter(body -> asks(body, leaf))
                  .count();
          if (times > asking) {
            world.violation(
                "%s resets %s %d times for %d that ask for it",
                invocation.id(), leaf, times, asking);
          }
        });
    if (invocation.effects > 0 && invocation.batch().stream().allMatch(environment::hasServed)) {
      world.violation("%s works for what it has served", invocation.id());
    }
    remember(invocation, returned);
  }

  private boolean asks(String body, Leaf leaf) {
    try {
      return world.oracle().leaves(body, world.time().now()).contains(leaf);
    } catch (Oracle.Refused e) {
      return false;
    }
  }

  /// What was skipped, came back or failed is not served. It is certain of what was there alone.
  private void remember(Invocation invocation, Set<String> returned) {
    Environment environment = invocation.environment();
    List<Delivery> worked =
        invocation.batch().stream().filter(delivery -> !environment.hasServed(delivery)).toList();
    boolean alone = worked.stream().map(Delivery::body).distinct().count() == 1;
    if (alone && invocation.works > 0 && returned.isEmpty() && !world.buries(invocation)) {
      environment.serves(
          worked.getFirst().body(),
          invocation.batch().stream().mapToLong(Delivery::firstReceived).max().orElseThrow());
    }
  }
}
