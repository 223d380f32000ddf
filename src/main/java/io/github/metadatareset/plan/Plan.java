package io.github.metadatareset.plan;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.List;

/// What is to be done for a request.
public sealed interface Plan {

  /// The request is one call, complete with its API version.
  record Call(ResetCall call) implements Plan {}

  /// The request is more than one call: [Splitter] says which smaller requests it comes to.
  record Split(Request request) implements Plan {}

  /// It cannot be said what the request comes to: AppFlow did not answer, or there is no telling
  /// which API version is meant.
  record Unclear(Failure failure) implements Plan {}

  /// The smaller requests that a request came to.
  ///
  /// @param resets how many calls were made to find them
  /// @param requests each is smaller than what was split, and none is there twice
  /// @param impossible what cannot be done, and need not keep the others
  record Parts(int resets, List<Request> requests, List<Impossible> impossible) {
    public Parts {
      requests = requests.stream().distinct().toList();
      impossible = impossible.stream().distinct().toList();
    }

    /// Whether the request turned out to be one call after all.
    public boolean isOneCall() {
      return resets == 0
          && impossible.isEmpty()
          && requests.size() == 1
          && !requests.getFirst().isWide();
    }

    /// How many calls each part may come to, where all of them may come to so many: what is left
    /// beside those that are one call, divided among those that may be split again.
    ///
    /// @throws RequestFailedException if there are more parts than that
    public int maxCallsOfEach(int maxCalls) {
      long wide = requests.stream().filter(Parts::mayBeSplit).count();
      long left = maxCalls - (resets + requests.size() - wide + impossible.size());
      if (left < wide) {
        throw RequestFailedException.permanent(
            "TooManyCalls",
            "it comes to %d or more, and %d are left to it of what one event may come to; see MAX_CALLS_PER_EVENT"
                .formatted(resets + requests.size() + impossible.size(), maxCalls));
      }
      return Math.toIntExact(wide == 0 ? 1 : left / wide);
    }

    private static boolean mayBeSplit(Request request) {
      return request.isWide()
          || request instanceof Request.OfConnector narrow && Versions.needsLookUp(narrow);
    }
  }

  /// A part that fails by itself.
  ///
  /// @param body what a dead letter for it says
  record Impossible(String body, Failure.Permanent failure) {}
}
