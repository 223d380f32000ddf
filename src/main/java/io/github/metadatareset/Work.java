package io.github.metadatareset;

import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.Discovery;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.plan.Splitter;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import io.github.metadatareset.reset.DeadLetter;
import io.github.metadatareset.reset.DeadLetterQueue;
import io.github.metadatareset.reset.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/// The one rule, for the requests of one invocation: a request that is one call is made, one that
/// is more is split into smaller requests, which go onto the request queue. Safe for many threads.
final class Work {

  private final Configuration configuration;
  private final Ports ports;
  private final Invocation invocation;
  private final AppFlow appFlow;
  private final Discovery discovery;
  private final Planner planner;
  private final Splitter splitter;

  Work(Configuration configuration, Ports ports, Invocation invocation) {
    this.configuration = configuration;
    this.ports = ports;
    this.invocation = invocation;
    this.appFlow = ports.appFlow().apply(invocation.deadline());
    this.discovery = new Discovery(appFlow, configuration.maxConcurrentCalls());
    this.planner = new Planner(discovery);
    this.splitter = new Splitter(appFlow, discovery, configuration.reach());
  }

  /// These requests will be planned: what they need can be looked up together.
  void expect(Collection<Request> requests) {
    discovery.expect(Planner.toLookUp(requests));
  }

  Plan plan(Request request) {
    return planner.plan(request);
  }

  /// Makes the call or enqueues the parts.
  ///
  /// @param source the message that asks for it
  Outcome perform(Plan plan, SqsMessage source) {
    return switch (plan) {
      case Plan.Call(var call) -> reset(call);
      case Plan.Split(var request) -> attempt(() -> split(request, source));
      case Plan.Unclear(var failure) -> new Outcome.Failed(failure);
    };
  }

  Outcome reset(ResetCall call) {
    return attempt(
        () -> {
          appFlow.reset(call);
          return new Outcome.Reset(ports.clock().instant());
        });
  }

  /// Whatever goes wrong is an outcome.
  private static Outcome attempt(Supplier<Outcome> work) {
    try {
      return work.get();
    } catch (Throwable e) {
      return new Outcome.Failed(Failure.of(e));
    }
  }

  /// Looks at the clock first: a list, say, is split without a call that would.
  private Outcome split(Request request, SqsMessage source) {
    invocation.deadline().left();
    Plan.Parts parts = splitter.split(request);
    if (parts.isOneCall()) {
      return perform(plan(parts.requests().getFirst()), source);
    }
    int maxCalls = parts.maxCallsOfEach(source.cause().maxCalls(configuration.maxCallsPerEvent()));
    ports
        .requestQueue()
        .enqueue(parts.requests(), source.cause().withMaxCalls(maxCalls), invocation.deadline());
    bury(parts.impossible(), source);
    return new Outcome.Split(parts.resets(), parts.requests().size(), parts.impossible().size());
  }

  /// What cannot be done fails by itself, as a dead letter of its own: without it nothing is done.
  private void bury(List<Plan.Impossible> impossible, SqsMessage source) {
    if (impossible.isEmpty()) {
      return;
    }
    List<DeadLetter> letters =
        impossible.stream()
            .map(
                part -> new DeadLetter(part.body(), part.failure(), invocation.requestId(), source))
            .toList();
    DeadLetterQueue.Sent sent = ports.deadLetterQueue().send(letters, invocation.deadline());
    invocation.log().deadLetters(sent);
    if (!sent.accepted().containsAll(letters)) {
      throw new RequestFailedException(
          new Failure.Unavailable(
              "DeadLetterNotAccepted", "the one for a part that cannot be done"));
    }
  }
}
