package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.plan.SubRequests;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Gatherers;

/// Finds the calls that a request needs. The request and its sub-requests are planned as those on
/// the request queue are, but in memory, and all of them in this invocation. Stops once it has
/// found more than it may.
final class RequestWalk {

  /// The most calls that one request may need in memory. The request queue has no such limit.
  static final int MAX_CALLS = 10_000;

  private static final int MAX_REASONS = 10;

  /// The reason for a call that is needed for no other.
  private static final SortedSet<String> NAMED =
      Collections.unmodifiableSortedSet(new TreeSet<>(Set.of("the request names it")));

  /// A list of names comes before the entities in it.
  private static final Comparator<Needed> ORDER =
      Comparator.comparing((Needed each) -> connector(each.call.connector()))
          .thenComparing(each -> each.call.entitiesPath().map(EntitiesPath::value).orElse(""))
          .thenComparing(each -> each.call.connectorEntityName().map(EntityName::value).orElse(""))
          .thenComparing(each -> each.call.apiVersion().map(ApiVersion::value).orElse(""));

  private final Invocation invocation;
  private final Planner planner;
  private final Consumer<ResetCall> beforeListing;

  private final Map<ResetCall, Needed> calls = new HashMap<>();
  private final Set<FailedRequest> failed = new LinkedHashSet<>();
  private final SortedSet<String> skipped = new TreeSet<>();
  private final Set<Request> seen = new HashSet<>();
  private Map<Request, Step> next = new LinkedHashMap<>();
  private boolean isListed;
  private volatile boolean isFull;

  /// @param beforeListing what to do with the reset of a list of names before AppFlow is asked for
  ///     it. May be called by several threads
  RequestWalk(Invocation invocation, AppFlow appFlow, Consumer<ResetCall> beforeListing) {
    Limits limits = invocation.limits();
    this.invocation = invocation;
    this.planner = new Planner(appFlow, limits.maxConcurrentCalls(), limits.allowedProfiles());
    this.beforeListing = beforeListing;
  }

  /// A call that the request needs.
  ///
  /// @param reasons up to ten
  record Needed(ResetCall call, SortedSet<String> reasons) {

    /// Of calls that differ only in the type of their profile, the one whose type sorts first.
    private static Needed merge(Needed one, Needed other) {
      return new Needed(
          type(one).compareTo(type(other)) <= 0 ? one.call : other.call,
          united(one.reasons, other.reasons));
    }

    private static String type(Needed needed) {
      return needed.call.connector().type().map(Enum::name).orElse("");
    }
  }

  /// What the request needs.
  ///
  /// @param calls sorted
  /// @param failed the request or sub-requests whose calls are not known
  /// @param isListed whether AppFlow was asked for a list of entities
  /// @param isFull whether there are more calls than [#MAX_CALLS], or more failures
  record Found(
      List<Needed> calls,
      Set<FailedRequest> failed,
      SortedSet<String> skipped,
      boolean isListed,
      boolean isFull) {}

  /// A request to plan.
  ///
  /// @param maxCalls how many calls it may need
  private record Step(Request request, int maxCalls, SortedSet<String> reasons) {

    static Step merge(Step one, Step other) {
      return new Step(
          one.request, Math.max(one.maxCalls, other.maxCalls), united(one.reasons, other.reasons));
    }
  }

  /// A step, and what it needs.
  ///
  /// @param lists the lists of names that had to be read
  private record Expanded(Step step, List<ResetCall> lists, Plan.Complete plan) {}

  Found walk(Request request) {
    add(new Step(request, invocation.limits().maxCallsPerEvent(), new TreeSet<>()));
    while (!next.isEmpty() && !isFull) {
      Map<Request, Step> steps = next;
      next = new LinkedHashMap<>();
      planner.announce(steps.keySet());
      steps.values().stream()
          .gather(Gatherers.mapConcurrent(invocation.limits().maxConcurrentCalls(), this::expand))
          .forEach(this::collect);
    }
    List<Needed> sorted = calls.values().stream().sorted(ORDER).toList();
    return new Found(sorted, failed, skipped, isListed, isFull);
  }

  /// Checks the deadline itself, because some splits make no call that would.
  private Expanded expand(Step step) {
    List<ResetCall> lists = new ArrayList<>(1);
    if (isFull) {
      return new Expanded(step, lists, new Plan.Split(SubRequests.NONE));
    }
    try {
      invocation.workDeadline().remaining();
      return new Expanded(
          step,
          lists,
          switch (planner.plan(step.request())) {
            case Plan.Complete complete -> complete;
            case Plan.Check _ ->
                throw RequestFailedException.invalid("a check has no calls that can be listed");
            case Plan.ToSplit(var request) ->
                new Plan.Split(
                    planner.subRequests(
                        request,
                        call -> {
                          beforeListing.accept(call);
                          lists.add(call);
                        }));
          });
    } catch (RuntimeException e) {
      return new Expanded(step, lists, new Plan.Failed(Failure.of(e)));
    }
  }

  private void collect(Expanded each) {
    Step step = each.step();
    each.lists().forEach(call -> add(call, step.reasons()));
    isListed |= !each.lists().isEmpty();
    switch (each.plan()) {
      case Plan.Call(var call) -> add(call, step.reasons());
      case Plan.Failed(var failure) -> fail(step.request().json(), failure);
      case Plan.Split(var subRequests) -> {
        try {
          collect(step, subRequests, subRequests.maxCallsOfEach(step.maxCalls()));
        } catch (RequestFailedException e) {
          fail(step.request().json(), e.failure());
        }
      }
    }
  }

  private void collect(Step step, SubRequests subRequests, int maxCalls) {
    subRequests.rejected().forEach(each -> fail(each.body(), each.failure()));
    skipped.addAll(subRequests.skipped());
    SortedSet<String> common = united(step.reasons(), reason(step.request()));
    for (Request request : subRequests.requests()) {
      if (isFull) {
        return;
      }
      Set<String> flows = subRequests.flows().getOrDefault(request.json(), Set.of());
      SortedSet<String> reasons =
          flows.isEmpty()
              ? common
              : united(common, flows.stream().map("flow %s uses it"::formatted).toList());
      Step subStep = new Step(request, maxCalls, reasons);
      if (SubRequests.mayBeSplit(request)) {
        add(subStep);
      } else {
        planned(subStep);
      }
    }
  }

  /// Nothing has to be looked up for it.
  private void planned(Step step) {
    switch (planner.plan(step.request())) {
      case Plan.Complete complete -> collect(new Expanded(step, List.of(), complete));
      case Plan.Check _, Plan.ToSplit _ -> add(step);
    }
  }

  /// Why a request needs its sub-requests.
  private static List<String> reason(Request request) {
    return switch (request) {
      case Request.OfConnector(Connector.MatchingProfiles(var name, _, _), _, _, _) ->
          List.of("the profile matches " + name.value());
      case Request.OfConnector(_, Entities.All _, _, _) -> List.of("AppFlow lists it");
      case Request.OfConnector _, Request.OfFlows _, Request.Check _, Request.Several _ ->
          List.of();
    };
  }

  private void add(Step step) {
    if (seen.add(step.request()) || next.containsKey(step.request())) {
      next.merge(step.request(), step, Step::merge);
      isFull |= next.size() > MAX_CALLS;
    }
  }

  private void add(ResetCall call, SortedSet<String> reasons) {
    ResetCall key = call.withoutProfileType();
    if (calls.size() == MAX_CALLS && !calls.containsKey(key)) {
      isFull = true;
    } else {
      calls.merge(key, new Needed(call, reasons.isEmpty() ? NAMED : reasons), Needed::merge);
    }
  }

  private void fail(String request, Failure failure) {
    failed.add(new FailedRequest(request, failure));
    isFull |= failed.size() > MAX_CALLS;
  }

  private static String connector(Connector.Exact connector) {
    return switch (connector) {
      case Connector.NamedProfile(var name, _) -> name.value();
      case Connector.WithoutProfile(var type) -> type.apiName();
    };
  }

  private static SortedSet<String> united(SortedSet<String> some, Collection<String> more) {
    if (some.containsAll(more)) {
      return some;
    }
    SortedSet<String> all = new TreeSet<>(some);
    all.addAll(more);
    while (all.size() > MAX_REASONS) {
      all.removeLast();
    }
    return all;
  }
}
