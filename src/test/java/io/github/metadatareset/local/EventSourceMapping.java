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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;

/// Gives the messages of the request queue to a function, as Lambda's SQS event source mapping with
/// `ReportBatchItemFailures` does: in batches, several at a time, and with Lambda's own reading of
/// the answer.
///
/// - Nothing, null, or no or empty `batchItemFailures`: the whole batch is deleted.
/// - A list of the batch's own message ids: these return to the queue, the others are deleted.
/// - A null, empty or unknown identifier, an answer that is not such an object, an exception or a
///   timeout: the whole batch returns.
///
/// What returns stays invisible until the queue's visibility timeout, or what the function asked
/// for by ChangeMessageVisibility, is over.
///
/// It works only while a drain runs, or between [#start] and [#close].
public final class EventSourceMapping implements AutoCloseable {

  /// How batches are made and given to the function.
  ///
  /// - `batchSize`: the most messages of a batch, to 10,000; a batch also ends before 6 MB.
  /// - `window`: how long a batch waits for more messages when the queue has none. Lambda asks for
  ///   a second or more where `batchSize` is above ten, this does not.
  /// - `concurrency`: the most invocations at a time.
  /// - `functionTimeout`: after it an invocation is given up, its thread interrupted and its
  ///   environment not used again.
  /// - `hurryRetries`: whether what the function returns is made visible at once, so that a test
  ///   need not wait for the backoff. Lambda does nothing of the kind.
  public record Settings(
      int batchSize,
      Duration window,
      int concurrency,
      Duration functionTimeout,
      boolean hurryRetries) {
    public static final Settings DEFAULT =
        new Settings(100, Duration.ZERO, 2, Duration.ofSeconds(60), false);

    public Settings {
      if (batchSize < 1 || batchSize > 10_000 || concurrency < 1) {
        throw new IllegalArgumentException("batches of 1 to 10,000, one or more at a time");
      }
    }

    public Settings withBatchSize(int size) {
      return new Settings(size, window, concurrency, functionTimeout, hurryRetries);
    }

    public Settings withWindow(Duration time) {
      return new Settings(batchSize, time, concurrency, functionTimeout, hurryRetries);
    }

    public Settings withConcurrency(int invocations) {
      return new Settings(batchSize, window, invocations, functionTimeout, hurryRetries);
    }

    public Settings withFunctionTimeout(Duration timeout) {
      return new Settings(batchSize, window, concurrency, timeout, hurryRetries);
    }

    public Settings withHurriedRetries() {
      return new Settings(batchSize, window, concurrency, functionTimeout, true);
    }
  }

  /// One invocation of the function, with what became of the batch. `answer` is empty and `failure`
  /// says why where there was an exception or a timeout.
  public record Invocation(
      List<String> messageIds,
      Set<String> returnedIds,
      String answer,
      Optional<String> failure,
      Duration duration) {}

  private static final Duration LONG_POLL = Duration.ofSeconds(1);
  private static final Duration GLANCE = Duration.ofMillis(10);

  private final LocalQueues queues;
  private final Settings settings;
  private final BatchGatherer gatherer;
  private final Environments environments;
  private final Semaphore free;
  private final Queue<Invocation> invocations = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("function-", 0).factory());
  private final Thread poller = Thread.ofPlatform().daemon().name("poller").unstarted(this::poll);
  private volatile boolean stopped;

  /// One environment for all invocations: the function must bear to be called by several threads at
  /// once.
  public EventSourceMapping(LocalQueues queues, RequestStreamHandler function, Settings settings) {
    this(queues, () -> function, settings);
  }

  /// An environment for each invocation that runs at the same time; an idle one is used again.
  public EventSourceMapping(
      LocalQueues queues,
      Supplier<? extends RequestStreamHandler> newEnvironment,
      Settings settings) {
    this.queues = queues;
    this.settings = settings;
    this.environments = new Environments(newEnvironment, settings.functionTimeout(), threads);
    this.gatherer = new BatchGatherer(queues, settings.batchSize(), settings.window());
    this.free = new Semaphore(settings.concurrency());
  }

  /// The invocations that are over, in the order in which they ended.
  public List<Invocation> invocations() {
    return List.copyOf(invocations);
  }

  public void forgetInvocations() {
    invocations.clear();
  }

  /// Works until the queue holds no message, visible, invisible or delayed, and no invocation runs.
  /// Returns false if the limit comes first.
  public boolean drain(Duration limit) throws InterruptedException {
    return workUntil(Depth::isEmpty, limit);
  }

  /// Works until no message can be received and no invocation runs: what was returned and is still
  /// invisible is not waited for. Returns false if the limit comes first.
  public boolean drainVisible(Duration limit) throws InterruptedException {
    return workUntil(depth -> depth.visible() == 0, limit);
  }

  private boolean workUntil(Predicate<Depth> done, Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    Duration wait = Duration.ZERO;
    while (System.nanoTime() < end) {
      if (invokeNext(wait, end)) {
        wait = Duration.ZERO;
      } else if (free.tryAcquire(settings.concurrency(), GLANCE.toNanos(), TimeUnit.NANOSECONDS)) {
        free.release(settings.concurrency());
        Depth depth = queues.depth();
        if (done.test(depth)) {
          return true;
        }
        wait = depth.visible() > 0 ? Duration.ZERO : LONG_POLL;
      }
    }
    return false;
  }

  /// Works in the background until [#close].
  public EventSourceMapping start() {
    poller.start();
    return this;
  }

  /// Stops, after the invocations that run now.
  @Override
  public void close() {
    stopped = true;
    try {
      poller.join();
      free.acquire(settings.concurrency());
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

  /// Gives the next batch to the function, once there is one and an invocation is free; false if
  /// that does not come to pass.
  private boolean invokeNext(Duration wait, long end) throws InterruptedException {
    if (!free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      return false;
    }
    List<Message> batch = List.of();
    try {
      batch = gatherer.next(wait);
    } finally {
      if (batch.isEmpty()) {
        free.release();
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
        free.release();
      }
    };
  }

  private void invoke(List<Message> batch) throws InterruptedException {
    long started = System.nanoTime();
    Set<String> ids = batch.stream().map(Message::messageId).collect(Collectors.toSet());
    var outcome = environments.invoke(SqsEvent.of(batch, queues.requestQueueArn()));
    Set<String> returned =
        outcome.failure().isPresent() ? ids : BatchAnswer.failedOf(ids, outcome.answer());
    settle(batch, returned);
    invocations.add(
        new Invocation(
            batch.stream().map(Message::messageId).toList(),
            Set.copyOf(returned),
            new String(outcome.answer(), UTF_8),
            outcome.failure(),
            Duration.ofNanos(System.nanoTime() - started)));
  }

  private void settle(List<Message> batch, Set<String> returned) {
    var fates =
        batch.stream().collect(partitioningBy(message -> returned.contains(message.messageId())));
    queues.delete(queues.requestQueueUrl(), fates.get(false));
    if (settings.hurryRetries()) {
      queues.changeVisibility(queues.requestQueueUrl(), fates.get(true), Duration.ZERO);
    }
  }
}
