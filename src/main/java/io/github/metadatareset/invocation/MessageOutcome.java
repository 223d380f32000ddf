package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Failure;

/// What happened to a message, or to the event of a direct invocation.
sealed interface MessageOutcome {

  /// Its request was executed, or sent to the request queue.
  record Done() implements MessageOutcome {}

  /// It needed no work: an equal request was completed after the message had been sent.
  record Duplicate() implements MessageOutcome {}

  /// It needs no reset.
  ///
  /// @param isIncomplete whether it does not name what it is about
  record Ignored(String reason, boolean isIncomplete) implements MessageOutcome {
    Ignored(String reason) {
      this(reason, false);
    }
  }

  record Failed(Failure failure) implements MessageOutcome {}
}
