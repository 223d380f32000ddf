package io.github.metadatareset.invocation;

import io.github.metadatareset.queue.Backoff;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Settles the messages of a batch by their outcomes. Dead letters are sent first: for permanent
/// failures, and for retryable ones on the last receive. Every other failed message is returned to
/// the request queue after a backoff.
///
/// @param attempts what was tried for those messages that could be read
record Settlement(Invocation invocation, Map<SqsMessage, Attempt> attempts) {

  /// A message without an outcome is never treated as done.
  private static final MessageOutcome NONE =
      new MessageOutcome.Failed(
          new Failure.Unavailable("NoOutcome", "the function has no outcome for the message"));

  /// What was done.
  ///
  /// @param returned the messages that return to the request queue
  /// @param deadLetters how many dead letters were accepted
  record Settled(List<SqsMessage> returned, int deadLetters) {}

  Settled settle(List<SqsMessage> messages, Map<SqsMessage, MessageOutcome> outcomes) {
    Map<SqsMessage, Failure> failed = new LinkedHashMap<>();
    for (SqsMessage message : messages) {
      switch (outcomes.getOrDefault(message, NONE)) {
        case MessageOutcome.Failed(var failure) -> failed.put(message, failure);
        case MessageOutcome.Ignored(var reason, var isIncomplete) ->
            invocation.log().ignored(message, reason, isIncomplete);
        case MessageOutcome.Done _, MessageOutcome.Duplicate _ -> {}
      }
    }
    List<SqsMessage> accepted = sendDeadLetters(failed);
    accepted.forEach(failed::remove);
    delay(failed);
    return new Settled(List.copyOf(failed.keySet()), accepted.size());
  }

  /// @return the messages whose dead letters were accepted
  private List<SqsMessage> sendDeadLetters(Map<SqsMessage, Failure> failed) {
    List<DeadLetter> deadLetters =
        failed.entrySet().stream()
            .filter(entry -> isFinal(entry.getKey(), entry.getValue()))
            .map(entry -> DeadLetter.of(entry.getKey(), entry.getValue(), invocation.requestId()))
            .toList();
    if (deadLetters.isEmpty()) {
      return List.of();
    }
    DeadLetterQueue.Sent sent =
        invocation.services().deadLetterQueue().send(deadLetters, invocation.settlingDeadline());
    invocation.log().deadLetters(sent, attempts);
    return sent.accepted().stream().map(DeadLetter::source).toList();
  }

  private boolean isFinal(SqsMessage message, Failure failure) {
    return switch (failure) {
      case Failure.Permanent _ -> true;
      case Failure.Retryable _ -> message.receiveCount() >= invocation.limits().maxReceiveCount();
    };
  }

  /// The last step. If it fails, the messages still return, but only after the visibility timeout.
  private void delay(Map<SqsMessage, Failure> returned) {
    Backoff backoff = new Backoff(invocation.services().random());
    Map<SqsMessage, Duration> delays = new LinkedHashMap<>();
    returned.forEach(
        (message, failure) -> {
          invocation.log().returned(message, attempts.getOrDefault(message, Attempt.NONE), failure);
          delays.put(message, backoff.after(message.receiveCount()));
        });
    if (delays.isEmpty()) {
      return;
    }
    try {
      invocation.services().requestQueue().delay(delays, invocation.settlingDeadline());
    } catch (RequestFailedException e) {
      invocation.log().backoffNotSet(delays.keySet(), e.failure());
    }
  }
}
