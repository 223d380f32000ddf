package io.github.metadatareset.event;

import io.github.metadatareset.request.Request;

/// The result of reading an event or a message.
public sealed interface ParsedEvent {

  /// The event is a request, contains one, or was translated into one.
  record ParsedRequest(Request request) implements ParsedEvent {}

  /// Nothing has to be reset: the event reports no change, or its profiles are not allowed.
  record Ignored(String reason) implements ParsedEvent {}
}
