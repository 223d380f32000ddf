package io.github.metadatareset.event;

import io.github.metadatareset.request.Request;

/// What something that arrived means.
public sealed interface ParsedEvent {

  /// It is a request, or means one.
  record ParsedRequest(Request request) implements ParsedEvent {}

  /// Nothing has to be reset: an AWS event that announces no change, or a profile that is not
  /// allowed.
  record Ignored(String reason) implements ParsedEvent {}
}
