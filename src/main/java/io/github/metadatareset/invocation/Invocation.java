package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Deadline;
import java.time.Duration;

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
