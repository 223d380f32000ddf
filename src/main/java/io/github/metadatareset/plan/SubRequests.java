package io.github.metadatareset.plan;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;

/// The smaller requests that a request is split into.
///
/// @param resets how many calls were already made to find them
/// @param requests each is smaller than the request that was split, and none is there twice
/// @param rejected those that cannot be made
public record SubRequests(int resets, List<Request> requests, List<Rejected> rejected) {

  public SubRequests {
    requests = requests.stream().distinct().toList();
    rejected = rejected.stream().distinct().toList();
  }

  /// Without a call to find them, and without one that cannot be made.
  SubRequests(List<? extends Request> requests) {
    this(0, List.copyOf(requests), List.of());
  }

  /// A sub-request that cannot be made. It fails by itself, and the others go on.
  ///
  /// @param body of the dead letter for it
  public record Rejected(String body, Failure.Permanent failure) {}

  /// One call where the request turned out to be just that, else the split.
  Plan.Complete plan() {
    if (resets == 0
        && rejected.isEmpty()
        && requests.size() == 1
        && requests.getFirst() instanceof Request.OfConnector request
        && request.call().isPresent()) {
      return new Plan.Call(request.call().get());
    }
    return new Plan.Split(this);
  }

  /// Whether there is nothing to do at all.
  public boolean isEmpty() {
    return resets + requests.size() + rejected.size() == 0;
  }

  /// How many calls each sub-request may need, where all of them together may need so many: what is
  /// left beside those that are one call, divided among those that may be split again.
  ///
  /// @throws RequestFailedException if there are more sub-requests than that
  public int maxCallsOfEach(int maxCalls) {
    long toSplit = requests.stream().filter(SubRequests::mayBeSplit).count();
    long left = maxCalls - (resets + requests.size() - toSplit + rejected.size());
    if (left < toSplit) {
      throw RequestFailedException.permanent(
          "TooManyCalls",
          "the request needs %d calls or more; %d are left of what one event may need (MAX_CALLS_PER_EVENT)"
              .formatted(resets + requests.size() + rejected.size(), maxCalls));
    }
    return Math.toIntExact(toSplit == 0 ? 1 : left / toSplit);
  }

  private static boolean mayBeSplit(Request request) {
    return request.needsSplitting()
        || request instanceof Request.OfConnector ofConnector
            && ApiVersions.needsLookUp(ofConnector);
  }
}
