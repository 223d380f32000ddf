package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.plan.SubRequests;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Executes the requests of one invocation. A request that is one call is made; a request that
/// needs more calls is split into sub-requests, which are sent to the request queue. Safe for use
/// by many threads.
final class RequestExecutor {

  private final Invocation invocation;
  private final AppFlow appFlow;
  private final Planner planner;

  RequestExecutor(Invocation invocation) {
    this(invocation, invocation.appFlow());
  }

  RequestExecutor(Invocation invocation, AppFlow appFlow) {
    Limits limits = invocation.limits();
    this.invocation = invocation;
    this.appFlow = appFlow;
    this.planner = new Planner(appFlow, limits.maxConcurrentCalls(), limits.allowedProfiles());
  }

  /// Announces requests that will be planned, so that what they need can be looked up together.
  void announce(Collection<Request> requests) {
    planner.announce(requests);
  }

  Plan plan(Request request) {
    return planner.plan(request);
  }

  /// Makes the call, or enqueues the sub-requests.
  ///
  /// @param source the message with the request
  ExecutionResult execute(Plan plan, SqsMessage source) {
    return switch (plan) {
      case Plan.ToSplit(var request) -> attempt(() -> execute(split(request, source), source));
      case Plan.Call(var call) -> reset(call, source.correlationId());
      case Plan.Split(var subRequests) -> attempt(() -> enqueue(subRequests, source));
      case Plan.Failed(var failure) -> new ExecutionResult.Failed(failure);
    };
  }

  ExecutionResult reset(ResetCall call, String correlationId) {
    return attempt(
        () -> {
          make(call, correlationId);
          return new ExecutionResult.Reset(now());
        });
  }

  /// A failed call has no line of its own, because there is one for each message that needed it.
  void make(ResetCall call, String correlationId) {
    Instant start = now();
    appFlow.reset(call);
    invocation.log().reset(call, correlationId, Duration.between(start, now()));
  }

  /// Every exception becomes a failed result, except the interruption of the invocation.
  private ExecutionResult attempt(Supplier<ExecutionResult> work) {
    Instant start = now();
    try {
      return work.get();
    } catch (Throwable e) {
      return new ExecutionResult.Failed(Failure.of(e), Optional.of(Duration.between(start, now())));
    }
  }

  private Instant now() {
    return invocation.services().clock().instant();
  }

  /// Checks the deadline itself, because some splits make no call that would.
  private Plan.Complete split(Request request, SqsMessage source) {
    invocation.workDeadline().remaining();
    return planner.split(request, call -> make(call, source.correlationId()));
  }

  private ExecutionResult enqueue(SubRequests subRequests, SqsMessage source) {
    int maxCalls =
        subRequests.maxCallsOfEach(
            source.correlation().maxCalls(invocation.limits().maxCallsPerEvent()));
    Correlation correlation = source.correlation().withMaxCalls(maxCalls);
    invocation
        .services()
        .requestQueue()
        .enqueue(
            subRequests.requests().stream()
                .map(
                    request ->
                        RequestQueue.Waiting.request(
                            request,
                            correlation.withFlows(
                                subRequests.flows(request.json()).or(correlation::flows))))
                .toList(),
            invocation.workDeadline());
    sendDeadLetters(subRequests, source);
    subRequests.skipped().forEach(reason -> invocation.log().skipped(source, reason));
    return new ExecutionResult.Split(
        subRequests.resets(),
        subRequests.requests().size(),
        subRequests.rejected().size(),
        subRequests.skipped().size());
  }

  /// Each rejected sub-request becomes a dead letter. The request is not done until the dead-letter
  /// queue has accepted all of them.
  private void sendDeadLetters(SubRequests subRequests, SqsMessage source) {
    if (subRequests.rejected().isEmpty()) {
      return;
    }
    List<DeadLetter> deadLetters =
        subRequests.rejected().stream()
            .map(
                each ->
                    new DeadLetter(
                        each.body(),
                        each.failure(),
                        invocation.requestId(),
                        source.withFlows(
                            subRequests.flows(each.body()).or(source.correlation()::flows))))
            .toList();
    DeadLetterQueue.Sent sent =
        invocation.services().deadLetterQueue().send(deadLetters, invocation.workDeadline());
    invocation.log().deadLettersOfSubRequests(sent);
    if (!sent.accepted().containsAll(deadLetters)) {
      throw new RequestFailedException(
          new Failure.Unavailable(
              "DeadLetterNotAccepted",
              "the dead-letter queue did not accept a dead letter for a rejected sub-request"));
    }
  }
}
