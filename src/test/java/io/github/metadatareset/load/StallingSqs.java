package io.github.metadatareset.load;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.aws.ManualTimers;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.SqsProxy.Answer;
import io.github.metadatareset.local.SqsProxy.Batch;
import io.github.metadatareset.local.SqsProxy.Entry;
import io.github.metadatareset.local.SqsProxy.Script;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

/// SQS accepts the first hundred dead letters of an invocation. The others that are sent get no
/// answer until the invocation is over. After it SQS works again.
///
/// The function has a clock and timers of its own, which do not depend on the machine. They go on
/// once, when as many batches wait for an answer as the function sends at the same time: until the
/// last of these calls has timed out.
final class StallingSqs implements Script {

  private static final int ACCEPTED = 100;

  /// How many batches the function sends at the same time.
  private static final int CONCURRENT_BATCHES = 8;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-23T12:00:00Z"));
  private final ManualTimers timers = new ManualTimers();
  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final AtomicInteger waiting = new AtomicInteger();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Script stalled = Script.stalledUntil(over);

  @Override
  public Answer answer(Batch batch, Function<Batch, Answer> sqs) {
    if (over.getCount() == 0
        || batch.entries().stream().map(Entry::body).allMatch(accepted::contains)) {
      return sqs.apply(batch);
    }
    if (waiting.incrementAndGet() == CONCURRENT_BATCHES) {
      passTime();
    }
    return stalled.answer(batch, sqs);
  }

  private void passTime() {
    Duration longest = timers.running().getLast();
    now.updateAndGet(time -> time.plus(longest));
    timers.expire(longest);
  }

  /// The function with this timeout. It fails if its answer comes after the timeout.
  RequestStreamHandler function(LocalStack stack, Duration timeout) {
    AwsClients aws = timers.clients(LocalStack.MAX_CONCURRENT_CALLS);
    DeadLetterQueue queue = aws.deadLetterQueue(stack.queues().deadLetterQueueUrl());
    RequestStreamHandler function =
        HandlerFixture.of(
                aws::appFlow,
                aws.requestQueue(stack.queues().requestQueueUrl()),
                (deadLetters, deadline) -> {
                  deadLetters.stream().limit(ACCEPTED).map(DeadLetter::body).forEach(accepted::add);
                  return queue.send(deadLetters, deadline);
                })
            .clock(now::get)
            .handler();
    return (in, out, context) -> {
      Context ofTest = LocalContext.of(context.getAwsRequestId(), timeout, now::get);
      function.handleRequest(in, out, ofTest);
      over.countDown();
      assertTrue(ofTest.getRemainingTimeInMillis() > 0, "Task timed out");
    };
  }
}
