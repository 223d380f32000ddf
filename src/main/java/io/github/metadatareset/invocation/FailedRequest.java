package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Failure;

/// A request, sub-request or call that could not be done.
///
/// @param request as JSON
record FailedRequest(String request, Failure failure) {}
