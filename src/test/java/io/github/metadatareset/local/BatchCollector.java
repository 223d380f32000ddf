package io.github.metadatareset.local;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import software.amazon.awssdk.services.sqs.model.Message;

/// Collects messages of the request queue into batches, which may take several calls of
/// ReceiveMessage. Not safe for use by several threads.
final class BatchCollector {
  private static final int MAX_BATCH_BYTES = 6_000_000;
  private static final int OVERHEAD_BYTES = 1_000;
  private static final long POLL_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final LocalQueues queues;
  private final int batchSize;
  private final Duration window;
  private final Deque<Message> buffered = new ArrayDeque<>();
  private long bufferedBytes;

  BatchCollector(LocalQueues queues, int batchSize, Duration window) {
    this.queues = queues;
    this.batchSize = batchSize;
    this.window = window;
  }

  /// The next batch, or an empty list if no message arrived within the wait. A batch is complete
  /// when it is full, or when the queue has no more messages and the batching window has passed.
  List<Message> next(Duration wait) throws InterruptedException {
    if (buffered.isEmpty()) {
      buffer(receive(batchSize, wait));
    }
    long windowEnd = System.nanoTime() + window.toNanos();
    while (!buffered.isEmpty() && buffered.size() < batchSize && bufferedBytes < MAX_BATCH_BYTES) {
      if (!receiveMore()) {
        long remaining = windowEnd - System.nanoTime();
        if (remaining <= 0) {
          break;
        }
        TimeUnit.NANOSECONDS.sleep(Math.min(remaining, POLL_INTERVAL_NANOS));
      }
    }
    return take();
  }

  private boolean receiveMore() {
    List<Message> received = receive(batchSize - buffered.size(), Duration.ZERO);
    buffer(received);
    return !received.isEmpty();
  }

  private List<Message> receive(int wanted, Duration wait) {
    return queues.receive(queues.requestQueueUrl(), Math.min(LocalQueues.BULK_SIZE, wanted), wait);
  }

  private void buffer(List<Message> messages) {
    buffered.addAll(messages);
    bufferedBytes += messages.stream().mapToLong(BatchCollector::bytes).sum();
  }

  private List<Message> take() {
    List<Message> batch = new ArrayList<>();
    long bytes = 0;
    while (!buffered.isEmpty() && batch.size() < batchSize) {
      bytes += bytes(buffered.peek());
      if (bytes > MAX_BATCH_BYTES && !batch.isEmpty()) {
        break;
      }
      bufferedBytes -= bytes(buffered.peek());
      batch.add(buffered.poll());
    }
    return batch;
  }

  private static long bytes(Message message) {
    return message.body().length() + OVERHEAD_BYTES;
  }
}
