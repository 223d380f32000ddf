package io.github.metadatareset.invocation;

import io.github.metadatareset.check.EntityDescriptions;
import io.github.metadatareset.check.FlowCheck;
import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FlowMapping;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/// Executes the requests of one invocation. A request that is one call or the check of one flow is
/// executed; a request that needs more is split into sub-requests, which are sent to the request
/// queue. Safe for use by many threads.
final class RequestExecutor {

  private final Invocation invocation;
  private final AppFlow appFlow;
  private final Planner planner;
  private final EntityDescriptions descriptions;

  RequestExecutor(Invocation invocation) {
    this(invocation, invocation.appFlow());
  }

  RequestExecutor(Invocation invocation, AppFlow appFlow) {
    Limits limits = invocation.limits();
    this.invocation = invocation;
    this.appFlow = appFlow;
    this.planner = new Planner(appFlow, limits.maxConcurrentCalls(), limits.allowedProfiles());
    this.descriptions = new EntityDescriptions(appFlow, planner, limits.allowedProfiles());
  }

  /// Announces requests that will be planned, so that what they need can be looked up together.
  void announce(Collection<Request> requests) {
    planner.announce(requests);
  }

  Plan plan(Request request) {
    return planner.plan(request);
  }

  /// Makes the call, checks the flow, or enqueues the sub-requests.
  ///
  /// @param source the message with the request
  ExecutionResult execute(Plan plan, SqsMessage source) {
    return switch (plan) {
      case Plan.ToSplit(var request) -> attempt(() -> execute(split(request, source), source));
      case Plan.Call(var call) -> reset(call, source.correlationId());
      case Plan.Check(var flowName) -> published(check(flowName, source.correlationId()));
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

  /// Compares a flow's mapping with the fields that there are. Other checks of this invocation may
  /// have reset and described its entities.
  ExecutionResult check(String flowName, String correlationId) {
    Instant start = now();
    AtomicInteger resets = new AtomicInteger();
    return attempt(
        () -> {
          FlowMapping flow = appFlow.mapping(flowName).orElseThrow(() -> noFlow(flowName));
          FlowReport report =
              FlowCheck.report(
                  flow,
                  end ->
                      descriptions.of(
                          end,
                          call -> {
                            make(call, correlationId);
                            resets.incrementAndGet();
                          }),
                  correlationId,
                  now());
          invocation.log().checked(report, Duration.between(start, now()));
          return new ExecutionResult.Checked(resets.get(), report);
        });
  }

  private static RequestFailedException noFlow(String name) {
    return RequestFailedException.permanent(
        RequestFailedException.NO_MATCH,
        "%s is no flow in this account and region, or it is deprecated or deleted".formatted(name));
  }

  /// Publishes the report of a check, if it has findings.
  ///
  /// @return the same result, or the failure
  ExecutionResult published(ExecutionResult result) {
    if (!(result instanceof ExecutionResult.Checked(_, var report)) || report.isEmpty()) {
      return result;
    }
    return attempt(
        () -> {
          invocation.services().reports().publish(report, invocation.workDeadline());
          return result;
        });
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
