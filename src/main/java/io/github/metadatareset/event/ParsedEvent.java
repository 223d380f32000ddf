package io.github.metadatareset.event;

import io.github.metadatareset.request.Mode;
import io.github.metadatareset.request.Request;

/// The result of reading an event or a message.
public sealed interface ParsedEvent {

  /// The event is a request, contains one, or was translated into one.
  ///
  /// @param mode how a direct invocation executes it
  record ParsedRequest(Request request, Mode mode) implements ParsedEvent {
    public ParsedRequest(Request request) {
      this(request, Mode.DEFAULT);
    }
  }

  /// An event of AWS was translated into a request for something that may be gone by now, or that
  /// nothing uses: if the request matches nothing, the event is ignored.
  record MayMatchNothing(Request request) implements ParsedEvent {}

  /// Nothing has to be reset: the event reports no change, its profiles are not allowed, or it does
  /// not name what it is about.
  ///
  /// @param isIncomplete whether the event should name a profile or a flow, and does not
  record Ignored(String reason, boolean isIncomplete) implements ParsedEvent {
    public Ignored(String reason) {
      this(reason, false);
    }
  }
}
