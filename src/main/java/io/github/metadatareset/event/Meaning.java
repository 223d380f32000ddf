package io.github.metadatareset.event;

import io.github.metadatareset.request.Request;

/// What something that arrived asks for.
public sealed interface Meaning {

  record Asks(Request request) implements Meaning {}

  /// Nothing, on purpose: an AWS event that announces no change, or one out of reach.
  record Ignored(String reason) implements Meaning {}
}
