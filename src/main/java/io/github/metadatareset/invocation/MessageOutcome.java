package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Failure;

/// What happened to a message, or to the event of a direct invocation.
sealed interface MessageOutcome {

  /// Its request was executed, or sent to the request queue.
  record Done() implements MessageOutcome {}

  /// It needed no work: an equal request was completed after the message had been sent.
  record Duplicate() implements MessageOutcome {}

  /// It needs no reset.
  record Ignored(String reason) implements MessageOutcome {}

  record Failed(Failure failure) implements MessageOutcome {}
}
