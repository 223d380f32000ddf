package io.github.metadatareset.plan;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.ResetCall;

/// What has to be done to execute a request.
public sealed interface Plan {

  /// A plan for which nothing more can be looked up.
  sealed interface Complete extends Plan {}

  /// The request is one call.
  record Call(ResetCall call) implements Complete {}

  /// The request is the check of one flow.
  record Check(String flowName) implements Plan {}

  /// The request needs several calls, and is split into these sub-requests.
  record Split(SubRequests subRequests) implements Complete {}

  /// The request needs several calls: [Planner#split] finds its sub-requests.
  record ToSplit(Request request) implements Plan {}

  /// Planning failed: AppFlow did not answer, or the API version cannot be determined.
  record Failed(Failure failure) implements Complete {}
}
