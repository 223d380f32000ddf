package io.github.metadatareset.plan;

import static java.util.stream.Collectors.joining;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The smaller requests that a request is split into.
///
/// @param resets how many calls were already made to find them
/// @param requests each is smaller than the request that was split; without repetition
/// @param rejected those that cannot be made
/// @param skipped why nothing is reset for some of the profiles that a pattern matches
/// @param flows the names of the flows that use the entity of a sub-request, by the sub-request as
/// JSON
public record SubRequests(
    int resets,
    List<Request> requests,
    List<Rejected> rejected,
    List<String> skipped,
    Map<String, Set<String>> flows) {

  /// Of a request that needs nothing.
  public static final SubRequests NONE = new SubRequests(0, List.of(), List.of());

  private static final int MAX_FLOWS_NAMED = 2;

  public SubRequests {
    requests = requests.stream().distinct().toList();
    rejected = rejected.stream().distinct().toList();
    skipped = List.copyOf(skipped);
    flows = Map.copyOf(flows);
  }

  /// No profile is skipped, and no request is for a flow.
  public SubRequests(int resets, List<Request> requests, List<Rejected> rejected) {
    this(resets, requests, rejected, List.of(), Map.of());
  }

  /// The names of the flows that use the entity, or of the first two and how many more there are;
  /// empty if the sub-request is not for flows.
  ///
  /// @param body the sub-request as JSON
  public Optional<String> flows(String body) {
    List<String> names =
        flows.containsKey(body) ? flows.get(body).stream().sorted().toList() : List.of();
    String first = names.stream().limit(MAX_FLOWS_NAMED).collect(joining(", "));
    int more = names.size() - MAX_FLOWS_NAMED;
    return Optional.of(more > 0 ? "%s and %d more".formatted(first, more) : first)
        .filter(text -> !text.isEmpty());
  }

  /// Sub-requests that needed no call to find them. None of them is rejected.
  SubRequests(List<? extends Request> requests) {
    this(0, List.copyOf(requests), List.of());
  }

  /// A sub-request that cannot be made. It fails alone, and the others are sent.
  ///
  /// @param body of the dead letter for it
  public record Rejected(String body, Failure.Permanent failure) {}

  /// A call if the request needs exactly one, or else a split.
  Plan.Complete plan() {
    if (resets == 0
        && rejected.isEmpty()
        && skipped.isEmpty()
        && requests.size() == 1
        && requests.getFirst() instanceof Request.OfConnector request
        && request.call().isPresent()) {
      return new Plan.Call(request.call().get());
    }
    return new Plan.Split(this);
  }

  /// How many calls each sub-request may need, if all of them may need `maxCalls` together. Those
  /// that are one call need one. The rest is divided equally among those that may be split again.
  ///
  /// @throws RequestFailedException if there are more sub-requests than that
  public int maxCallsOfEach(int maxCalls) {
    long toSplit = requests.stream().filter(SubRequests::mayBeSplit).count();
    long left = maxCalls - (resets + requests.size() - toSplit + rejected.size());
    if (left < toSplit) {
      throw RequestFailedException.permanent(
          "TooManyCalls",
          "the request needs at least %d calls, but its event has only %d left (MAX_CALLS_PER_EVENT); narrow the request, or replay it with a new count"
              .formatted(resets + requests.size() + rejected.size(), maxCalls));
    }
    return Math.toIntExact(toSplit == 0 ? 1 : left / toSplit);
  }

  /// Whether the request may need more than one call. For any other, [Planner#plan] looks up
  /// nothing.
  public static boolean mayBeSplit(Request request) {
    return request.needsSplitting()
        || request instanceof Request.OfConnector ofConnector
            && ApiVersions.needsLookUp(ofConnector);
  }
}
