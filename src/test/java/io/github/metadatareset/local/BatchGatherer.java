package io.github.metadatareset.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import software.amazon.awssdk.services.sqs.model.Message;

/// Makes batches of the request queue's messages out of receives of ten. Used by one thread at a
/// time.
final class BatchGatherer {
  private static final int RECEIVE = 10;
  private static final int PARALLEL = 8;
  private static final int MOST_BYTES = 6_000_000;
  private static final int BYTES_BESIDE_BODY = 1_000;
  private static final long GLANCE = TimeUnit.MILLISECONDS.toNanos(5);

  private final LocalQueues queues;
  private final int batchSize;
  private final Duration window;
  private final Deque<Message> held = new ArrayDeque<>();
  private long heldBytes;

  BatchGatherer(LocalQueues queues, int batchSize, Duration window) {
    this.queues = queues;
    this.batchSize = batchSize;
    this.window = window;
  }

  /// The next batch; empty if no message came within the wait. A batch ends when it is full, or
  /// when the queue has no more and the window is over.
  List<Message> next(Duration wait) throws InterruptedException {
    if (held.isEmpty()) {
      hold(queues.receive(queues.requestQueueUrl(), Math.min(RECEIVE, batchSize), wait));
    }
    long windowEnd = System.nanoTime() + window.toNanos();
    while (!held.isEmpty() && held.size() < batchSize && heldBytes < MOST_BYTES) {
      if (!receiveMore()) {
        long left = windowEnd - System.nanoTime();
        if (left <= 0) {
          break;
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(left, GLANCE));
      }
    }
    return take();
  }

  private boolean receiveMore() {
    int missing = Math.min(batchSize - held.size(), RECEIVE * PARALLEL);
    List<List<Message>> received =
        IntStream.rangeClosed(1, Math.ceilDiv(missing, RECEIVE))
            .mapToObj(i -> Math.min(RECEIVE, missing - (i - 1) * RECEIVE))
            .gather(Gatherers.mapConcurrent(PARALLEL, this::receive))
            .toList();
    received.forEach(this::hold);
    return received.stream().anyMatch(messages -> !messages.isEmpty());
  }

  private List<Message> receive(int most) {
    return queues.receive(queues.requestQueueUrl(), most, Duration.ZERO);
  }

  private void hold(List<Message> messages) {
    held.addAll(messages);
    heldBytes += messages.stream().mapToLong(BatchGatherer::bytes).sum();
  }

  private List<Message> take() {
    List<Message> batch = new ArrayList<>();
    long bytes = 0;
    while (!held.isEmpty() && batch.size() < batchSize) {
      bytes += bytes(held.peek());
      if (bytes > MOST_BYTES && !batch.isEmpty()) {
        break;
      }
      heldBytes -= bytes(held.peek());
      batch.add(held.poll());
    }
    return batch;
  }

  private static long bytes(Message message) {
    return message.body().length() + BYTES_BESIDE_BODY;
  }
}
