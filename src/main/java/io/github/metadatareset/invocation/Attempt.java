package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Request;
import java.time.Duration;
import java.util.Optional;

/// What was tried for a message or event, so that the log lines about its failure can say it.
///
/// @param request empty if none could be read
/// @param duration how long it took until it failed; empty if nothing was executed
record Attempt(Optional<Request> request, Optional<Duration> duration) {

  static final Attempt NONE = new Attempt(Optional.empty(), Optional.empty());

  Attempt(Request request) {
    this(Optional.of(request), Optional.empty());
  }
}
