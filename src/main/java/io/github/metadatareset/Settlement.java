package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.reset.Backoff;
import io.github.metadatareset.reset.DeadLetter;
import io.github.metadatareset.reset.DeadLetterQueue;
import io.github.metadatareset.reset.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What becomes of the messages of a batch, given the outcomes: dead letters first, for what fails
/// for good or was received for the last time; what is not accounted for then comes back after a
/// while.
final class Settlement {

  /// A message without an outcome is never taken for done.
  private static final Outcome NONE =
      new Outcome.Failed(new Failure.Unavailable("NoOutcome", "the function came to none"));

  private static final String NOTHING = "there is nothing that it matches";

  private final Configuration configuration;
  private final Ports ports;
  private final Invocation invocation;
  private final Tally tally;

  Settlement(Configuration configuration, Ports ports, Invocation invocation, Tally tally) {
    this.configuration = configuration;
    this.ports = ports;
    this.invocation = invocation;
    this.tally = tally;
  }

  /// @return the messages that are to come back
  SQSBatchResponse settle(List<SqsMessage> messages, Map<SqsMessage, Outcome> outcomes) {
    Map<SqsMessage, Failure> failed = new LinkedHashMap<>();
    for (SqsMessage message : messages) {
      switch (outcomes.getOrDefault(message, NONE)) {
        case Outcome.Failed(var failure) -> {
          tally.failed(failure);
          failed.put(message, failure);
        }
        case Outcome.Ignored(var reason) -> {
          tally.add(Tally.IGNORED, 1);
          invocation.log().message("INFO", "ignored", message, "Ignored", reason);
        }
        case Outcome.Coalesced() -> tally.add(Tally.COALESCED, 1);
        case Outcome.Split split when split.isEmpty() ->
            invocation.log().message("WARN", "nothing to reset", message, "NoMatch", NOTHING);
        case Outcome.Split _, Outcome.Reset _ -> {}
      }
    }
    bury(failed).forEach(failed::remove);
    delay(failed);
    tally.add(Tally.RETURNED, failed.size());
    invocation
        .log()
        .invocation(messages.stream().map(SqsMessage::causeId).toList(), tally.metrics());
    return new SQSBatchResponse(
        failed.keySet().stream().map(SqsMessage::messageId).map(BatchItemFailure::new).toList());
  }

  /// @return the messages whose dead letters were accepted
  private List<SqsMessage> bury(Map<SqsMessage, Failure> failed) {
    List<DeadLetter> letters =
        failed.entrySet().stream()
            .filter(entry -> isFinal(entry.getKey(), entry.getValue()))
            .map(entry -> DeadLetter.of(entry.getKey(), entry.getValue(), invocation.requestId()))
            .toList();
    if (letters.isEmpty()) {
      return List.of();
    }
    DeadLetterQueue.Sent sent = ports.deadLetterQueue().send(letters, invocation.end());
    invocation.log().deadLetters(sent);
    tally.add(Tally.DEAD_LETTERS, sent.accepted().size());
    return sent.accepted().stream().map(DeadLetter::source).toList();
  }

  private boolean isFinal(SqsMessage message, Failure failure) {
    return switch (failure) {
      case Failure.Permanent _ -> true;
      case Failure.Retryable _ -> message.receiveCount() >= configuration.maxReceiveCount();
    };
  }

  /// The last effect; where it fails, the messages come back all the same, only later.
  private void delay(Map<SqsMessage, Failure> returned) {
    Backoff backoff = new Backoff(ports.random());
    Map<SqsMessage, Duration> delays = new LinkedHashMap<>();
    returned.forEach(
        (message, failure) -> {
          invocation.log().message("WARN", "returned", message, failure);
          delays.put(message, backoff.after(message.receiveCount()));
        });
    if (delays.isEmpty()) {
      return;
    }
    try {
      ports.requestQueue().delay(delays, invocation.end());
    } catch (RequestFailedException e) {
      invocation.log().undelayed(delays.keySet(), e.failure());
    }
  }
}
