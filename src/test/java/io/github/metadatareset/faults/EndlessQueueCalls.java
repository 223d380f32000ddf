package io.github.metadatareset.faults;

import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Queues whose calls never get an answer. Only their timeout ends these calls. By the function's
/// clock, they last until their deadline.
final class EndlessQueueCalls {

  private EndlessQueueCalls() {}

  /// @param queue with the function's real clients
  record Requests(RequestQueue queue, SettableClock clock) implements RequestQueue {

    @Override
    public void enqueue(List<Waiting> messages, Deadline deadline) {
      try {
        queue.enqueue(messages, deadline);
      } finally {
        clock.set(deadline.end());
      }
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      try {
        queue.delay(returned, deadline);
      } finally {
        clock.set(deadline.end());
      }
    }
  }

  /// @param queue with the function's real clients
  record DeadLetters(DeadLetterQueue queue, SettableClock clock) implements DeadLetterQueue {

    @Override
    public Sent send(List<DeadLetter> deadLetters, Deadline deadline) {
      try {
        return queue.send(deadLetters, deadline);
      } finally {
        clock.set(deadline.end());
      }
    }
  }

  /// A request queue of which one operation has the fault, and the other has not.
  record Operations(RequestQueue enqueuing, RequestQueue delaying) implements RequestQueue {

    @Override
    public void enqueue(List<Waiting> messages, Deadline deadline) {
      enqueuing.enqueue(messages, deadline);
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      delaying.delay(returned, deadline);
    }
  }
}
