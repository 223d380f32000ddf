package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.Once;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.ResetCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Does all of a request in this invocation, for a caller that waits for it. Nothing is sent to the
/// request queue or the dead-letter queue.
final class CompleteReset {

  private final Invocation invocation;
  private final RequestExecutor executor;
  private final RequestWalk walk;

  /// When each list of names was reset, before AppFlow was asked for it.
  private final Map<ResetCall, Once<Instant>> lists = new ConcurrentHashMap<>();

  CompleteReset(Invocation invocation) {
    RetryingAppFlow appFlow = new RetryingAppFlow(invocation.appFlow(), invocation.workDeadline());
    this.invocation = invocation;
    this.executor = new RequestExecutor(invocation, appFlow);
    this.walk = new RequestWalk(invocation, appFlow, this::resetList);
  }

  /// What was done.
  ///
  /// @param executed one result for each call and for each request that could not be planned
  /// @param failure why not all was done; empty if all was
  record Result(List<ExecutionResult> executed, Optional<IncompleteResetException> failure) {}

  private record Made(ResetCall call, ExecutionResult result) {}

  Result reset(Request request) {
    RequestWalk.Found found = walk.walk(request);
    found.skipped().forEach(invocation.log()::skipped);
    List<ExecutionResult> executed = new ArrayList<>();
    resetLists().forEach(at -> executed.add(new ExecutionResult.Reset(at)));
    if (found.isFull()) {
      return new Result(
          executed, Optional.of(IncompleteResetException.tooManyCalls(executed.size())));
    }
    List<FailedRequest> failed = new ArrayList<>(found.failed());
    found.failed().forEach(each -> executed.add(new ExecutionResult.Failed(each.failure())));
    for (Made made : make(found.calls())) {
      executed.add(made.result());
      if (made.result() instanceof ExecutionResult.Failed(var failure, _)) {
        failed.add(new FailedRequest(made.call().request().json(), failure));
      }
    }
    failed.forEach(invocation.log()::notDone);
    return new Result(
        executed,
        failed.isEmpty()
            ? Optional.empty()
            : Optional.of(IncompleteResetException.of(failed, resets(executed))));
  }

  private static int resets(List<ExecutionResult> executed) {
    return (int) executed.stream().filter(ExecutionResult.Reset.class::isInstance).count();
  }

  /// A list that is needed again was reset just now.
  private void resetList(ResetCall call) {
    lists.computeIfAbsent(call.withoutProfileType(), _ -> new Once<>(() -> reset(call))).get();
  }

  private Instant reset(ResetCall call) {
    executor.make(call, invocation.requestId());
    return invocation.services().clock().instant();
  }

  private List<Instant> resetLists() {
    return lists.values().stream().map(Once::result).flatMap(Optional::stream).toList();
  }

  private List<Made> make(List<RequestWalk.Needed> calls) {
    List<ResetCall> left =
        calls.stream()
            .map(RequestWalk.Needed::call)
            .filter(call -> !lists.containsKey(call.withoutProfileType()))
            .toList();
    return invocation.concurrently(
        left, call -> new Made(call, executor.reset(call, invocation.requestId())));
  }
}
