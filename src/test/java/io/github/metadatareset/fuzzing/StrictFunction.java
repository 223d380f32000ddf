package io.github.metadatareset.fuzzing;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.aws.StrictSqs;
import io.github.metadatareset.invocation.LogLines;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The function with its real SQS adapters, between a fake AppFlow and an SQS that refuses what AWS
/// would refuse.
public final class StrictFunction {

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final FakeAppFlow appFlow;
  private final List<StrictSqs.Message> enqueued = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private final TestFunction function;

  public StrictFunction(FakeAppFlow appFlow) {
    this.appFlow = appFlow;
    StrictSqs sqs = new StrictSqs(enqueued::add, _ -> {});
    this.function =
        new TestFunction(
            HandlerFixture.of(
                    _ -> appFlow,
                    sqs.requestQueue(),
                    (batch, deadline) -> recorded(sqs.deadLetterQueue().send(batch, deadline)))
                .clock(InstantSource.fixed(NOON)));
  }

  private synchronized DeadLetterQueue.Sent recorded(DeadLetterQueue.Sent sent) {
    deadLetters.addAll(sent.accepted());
    return sent;
  }

  public String invoke(byte[] event) {
    return function.invoke(event);
  }

  FakeAppFlow appFlow() {
    return appFlow;
  }

  /// What the request queue accepted, in all invocations.
  List<StrictSqs.Message> enqueued() {
    return List.copyOf(enqueued);
  }

  /// What the dead-letter queue accepted, in all invocations.
  public List<DeadLetter> deadLetters() {
    return List.copyOf(deadLetters);
  }

  /// The log of the last invocation.
  public LogLines log() {
    return function.log();
  }
}
