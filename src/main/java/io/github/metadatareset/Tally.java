package io.github.metadatareset;

import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.reset.Outcome;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// The metrics of one invocation, which are all there even where they are 0.
final class Tally {

  /// Calls of ResetConnectorMetadataCache that AppFlow accepted.
  static final String RESETS = "Resets";

  /// Requests that were split, and the smaller ones that they came to.
  static final String SPLITS = "Splits";

  static final String PARTS = "Parts";

  /// Messages that cost no work, as an equal request was served for another one.
  static final String COALESCED = "Coalesced";

  /// Messages that asked for nothing.
  static final String IGNORED = "Ignored";

  /// Requests and parts that failed for good.
  static final String REJECTED = "Rejected";

  /// Messages that went back to the queue.
  static final String RETURNED = "Returned";

  /// Letters that the dead-letter queue accepted.
  static final String DEAD_LETTERS = "DeadLetters";

  /// Calls that failed because of their rate, and because the role or the credentials were refused.
  static final String THROTTLED = "Throttled";

  static final String DENIED = "Denied";

  /// The longest time from a message's being sent to its reset, in milliseconds.
  static final String FRESHNESS = "Freshness";

  private final Map<String, Long> metrics = new LinkedHashMap<>();

  Tally() {
    for (String name :
        new String[] {
          RESETS,
          SPLITS,
          PARTS,
          COALESCED,
          IGNORED,
          REJECTED,
          RETURNED,
          DEAD_LETTERS,
          THROTTLED,
          DENIED
        }) {
      metrics.put(name, 0L);
    }
  }

  void add(String metric, long count) {
    metrics.merge(metric, count, Long::sum);
  }

  /// What became of work that was done once, for however many messages.
  void work(Outcome outcome) {
    switch (outcome) {
      case Outcome.Reset _ -> add(RESETS, 1);
      case Outcome.Split(int resets, int parts, int impossible) -> {
        add(RESETS, resets);
        add(SPLITS, 1);
        add(PARTS, parts);
        add(REJECTED, impossible);
        add(DEAD_LETTERS, impossible);
      }
      case Outcome.Failed(Failure.Throttled _) -> add(THROTTLED, 1);
      case Outcome.Failed(Failure.Denied _) -> add(DENIED, 1);
      case Outcome.Failed _, Outcome.Coalesced _, Outcome.Ignored _ -> {}
    }
  }

  /// A message that was not done.
  void failed(Failure failure) {
    if (failure instanceof Failure.Permanent) {
      add(REJECTED, 1);
    }
  }

  /// How long the message waited for its reset.
  void freshness(SqsMessage message, Outcome outcome) {
    if (outcome instanceof Outcome.Reset(var at)) {
      message
          .sent()
          .map(sent -> Duration.between(sent, at).toMillis())
          .ifPresent(waited -> metrics.merge(FRESHNESS, Math.max(0, waited), Math::max));
    }
  }

  Map<String, Long> metrics() {
    return metrics;
  }
}
