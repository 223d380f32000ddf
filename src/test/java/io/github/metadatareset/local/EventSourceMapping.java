package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.partitioningBy;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.LocalQueues.Depth;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;

/// Invokes a function with the messages of the request queue, as Lambda's SQS event source mapping
/// does with `ReportBatchItemFailures`: in batches, several at a time. The function's response
/// decides:
///
/// - No response, null, or a response without or with empty `batchItemFailures`: the batch is
///   deleted.
/// - A list of message IDs of the batch: these messages return to the queue, the others are
///   deleted.
/// - A null, empty or unknown identifier, a response of another form, an exception or a timeout:
///   the whole batch returns to the queue.
///
/// A message that returned stays invisible until the queue's visibility timeout has passed, or the
/// time that the function set with ChangeMessageVisibility.
///
/// It polls only during [#drain] or [#drainVisible], or between [#start] and [#close].
public final class EventSourceMapping implements AutoCloseable {

  /// The settings of the event source mapping and of the function.
  ///
  /// - `batchSize`: the maximum number of messages in a batch, up to 10,000. A batch also stays
  ///   below 6 MB.
  /// - `window`: how long a batch waits for more messages when the queue is empty. Lambda requires
  ///   at least one second if `batchSize` is above ten; this class does not.
  /// - `concurrency`: the maximum number of concurrent invocations.
  /// - `functionTimeout`: after this time an invocation has failed, its thread is interrupted, and
  ///   its environment is not used again.
  /// - `immediateRetries`: whether returned messages become visible at once, so that a test need
  ///   not wait for the backoff. Lambda has no such setting.
  public record Settings(
      int batchSize,
      Duration window,
      int concurrency,
      Duration functionTimeout,
      boolean immediateRetries) {
    public static final Settings DEFAULT =
        new Settings(100, Duration.ZERO, 2, Duration.ofSeconds(60), false);

    public Settings {
      if (batchSize < 1 || batchSize > 10_000 || concurrency < 1) {
        throw new IllegalArgumentException(
            "batchSize must be 1 to 10,000, and concurrency at least 1");
      }
    }

    public Settings withBatchSize(int size) {
      return new Settings(size, window, concurrency, functionTimeout, immediateRetries);
    }

    public Settings withWindow(Duration time) {
      return new Settings(batchSize, time, concurrency, functionTimeout, immediateRetries);
    }

    public Settings withConcurrency(int invocations) {
      return new Settings(batchSize, window, invocations, functionTimeout, immediateRetries);
    }

    public Settings withFunctionTimeout(Duration timeout) {
      return new Settings(batchSize, window, concurrency, timeout, immediateRetries);
    }

    public Settings withImmediateRetries() {
      return new Settings(batchSize, window, concurrency, functionTimeout, true);
    }
  }

  /// One invocation of the function.
  ///
  /// @param messageIds the messages of the batch
  /// @param returnedIds the messages that returned to the queue
  /// @param answer the function's response, or empty after an exception or a timeout
  /// @param failure the exception or the timeout, if any
  public record Invocation(
      List<String> messageIds,
      Set<String> returnedIds,
      String answer,
      Optional<String> failure,
      Duration duration) {}

  /// Waits for the answer of an invocation that runs in this environment.
  ///
  /// @throws TimeoutException if the invocation has run into the function's timeout
  @FunctionalInterface
  public interface Timeout {
    byte[] await(RequestStreamHandler environment, Future<byte[]> running, Duration functionTimeout)
        throws InterruptedException, ExecutionException, TimeoutException;
  }

  private static final Duration LONG_POLL = Duration.ofSeconds(1);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

  private final LocalQueues queues;
  private final Settings settings;
  private final BatchCollector collector;
  private final Environments environments;
  private final Semaphore permits;
  private final Queue<Invocation> invocations = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("function-", 0).factory());
  private final Thread poller = Thread.ofPlatform().daemon().name("poller").unstarted(this::poll);
  private volatile boolean stopped;

  /// Runs all invocations in one environment. The function must be safe for use by several threads.
  public EventSourceMapping(LocalQueues queues, RequestStreamHandler function, Settings settings) {
    this(queues, () -> function, settings);
  }

  /// Runs concurrent invocations in separate environments, and reuses idle ones.
  public EventSourceMapping(
      LocalQueues queues,
      Supplier<? extends RequestStreamHandler> newEnvironment,
      Settings settings) {
    this(
        queues,
        newEnvironment,
        settings,
        (_, running, timeout) -> running.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
  }

  /// For a test that decides which invocations time out, so that it does not depend on the time.
  public EventSourceMapping(
      LocalQueues queues,
      Supplier<? extends RequestStreamHandler> newEnvironment,
      Settings settings,
      Timeout timeout) {
    this.queues = queues;
    this.settings = settings;
    this.environments =
        new Environments(newEnvironment, settings.functionTimeout(), timeout, threads);
    this.collector = new BatchCollector(queues, settings.batchSize(), settings.window());
    this.permits = new Semaphore(settings.concurrency());
  }

  /// The invocations that have ended, in the order in which they ended.
  public List<Invocation> invocations() {
    return List.copyOf(invocations);
  }

  public void forgetInvocations() {
    invocations.clear();
  }

  /// Processes messages until the queue is empty, without invisible or delayed messages, and no
  /// invocation runs. Returns false if the limit is reached first.
  public boolean drain(Duration limit) throws InterruptedException {
    return processUntil(Depth::isEmpty, limit);
  }

  /// Processes messages until the queue has no visible message and no invocation runs. Does not
  /// wait for returned messages that are still invisible. Returns false if the limit is reached
  /// first.
  public boolean drainVisible(Duration limit) throws InterruptedException {
    return processUntil(depth -> depth.visible() == 0, limit);
  }

  private boolean processUntil(Predicate<Depth> done, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    Duration wait = Duration.ZERO;
    while (System.nanoTime() < end) {
      if (invokeNext(wait, end)) {
        wait = Duration.ZERO;
      } else if (permits.tryAcquire(
          settings.concurrency(), POLL_INTERVAL.toNanos(), TimeUnit.NANOSECONDS)) {
        permits.release(settings.concurrency());
        Depth depth = queues.depth();
        if (done.test(depth)) {
          return true;
        }
        wait = depth.visible() > 0 ? Duration.ZERO : LONG_POLL;
      }
    }
    return false;
  }

  /// Processes messages in the background until [#close].
  public EventSourceMapping start() {
    poller.start();
    return this;
  }

  /// Stops when the running invocations have ended.
  @Override
  public void close() {
    stopped = true;
    try {
      poller.join();
      permits.acquire(settings.concurrency());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    threads.shutdownNow();
  }

  private void poll() {
    try {
      while (!stopped) {
        invokeNext(LONG_POLL, System.nanoTime() + LONG_POLL.toNanos());
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until another invocation may run, then invokes the function with the next batch. Returns
  /// false if there is no batch, or if the time is over before.
  private boolean invokeNext(Duration wait, long end) throws InterruptedException {
    if (!permits.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    List<Message> batch = List.of();
    try {
      batch = collector.next(wait);
    } finally {
      if (batch.isEmpty()) {
        permits.release();
      }
    }
    if (!batch.isEmpty()) {
      threads.execute(invocation(batch));
    }
    return !batch.isEmpty();
  }

  private Runnable invocation(List<Message> batch) {
    return () -> {
      try {
        invoke(batch);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      } finally {
        permits.release();
      }
    };
  }

  private void invoke(List<Message> batch) throws InterruptedException {
    long started = System.nanoTime();
    Set<String> ids = batch.stream().map(Message::messageId).collect(Collectors.toSet());
    var outcome = environments.invoke(SqsEvent.of(batch, queues.requestQueueArn()));
    Set<String> returned =
        outcome.failure().isPresent() ? ids : BatchAnswer.failedOf(ids, outcome.answer());
    deleteOrReturn(batch, returned);
    invocations.add(
        new Invocation(
            batch.stream().map(Message::messageId).toList(),
            Set.copyOf(returned),
            new String(outcome.answer(), UTF_8),
            outcome.failure(),
            Duration.ofNanos(System.nanoTime() - started)));
  }

  private void deleteOrReturn(List<Message> batch, Set<String> returned) {
    var byReturned =
        batch.stream().collect(partitioningBy(message -> returned.contains(message.messageId())));
    queues.delete(queues.requestQueueUrl(), byReturned.get(false));
    if (settings.immediateRetries()) {
      queues.changeVisibility(queues.requestQueueUrl(), byReturned.get(true), Duration.ZERO);
    }
  }
}
