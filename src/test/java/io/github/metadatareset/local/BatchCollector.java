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

/// Collects messages of the request queue into batches. A ReceiveMessage call returns ten messages
/// at maxMessages, so a batch may take several calls. Not safe for use by several threads.
final class BatchCollector {
  private static final int MESSAGES_PER_RECEIVE = 10;
  private static final int PARALLEL_RECEIVES = 8;
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
      buffer(
          queues.receive(
              queues.requestQueueUrl(), Math.min(MESSAGES_PER_RECEIVE, batchSize), wait));
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
    int wanted = Math.min(batchSize - buffered.size(), MESSAGES_PER_RECEIVE * PARALLEL_RECEIVES);
    List<List<Message>> received =
        IntStream.rangeClosed(1, Math.ceilDiv(wanted, MESSAGES_PER_RECEIVE))
            .mapToObj(i -> Math.min(MESSAGES_PER_RECEIVE, wanted - (i - 1) * MESSAGES_PER_RECEIVE))
            .gather(Gatherers.mapConcurrent(PARALLEL_RECEIVES, this::receive))
            .toList();
    received.forEach(this::buffer);
    return received.stream().anyMatch(messages -> !messages.isEmpty());
  }

  private List<Message> receive(int maxMessages) {
    return queues.receive(queues.requestQueueUrl(), maxMessages, Duration.ZERO);
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
