package io.github.metadatareset.invocation;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.aws.StrictSqs;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// The function with its own adapters of the queues, between an AppFlow that does as it is told and
/// an SQS that takes only what is legal.
public final class LoneFunction {

  public static final String REQUEST_ID = "request-1";
  public static final int MAX_RECEIVE_COUNT = HandlerFixture.MAX_RECEIVE_COUNT;

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  private final FakeAppFlow appFlow;
  private final List<StrictSqs.Message> enqueued = new ArrayList<>();
  private final List<DeadLetter> buried = new ArrayList<>();
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final MetadataResetHandler handler;

  public LoneFunction(FakeAppFlow appFlow) {
    this.appFlow = appFlow;
    StrictSqs sqs = new StrictSqs(enqueued::add, _ -> {});
    this.handler =
        HandlerFixture.of(
                _ -> appFlow,
                sqs.requestQueue(),
                (letters, deadline) -> noted(sqs.deadLetterQueue().send(letters, deadline)))
            .clock(InstantSource.fixed(NOON))
            .log(log)
            .handler();
  }

  private synchronized DeadLetterQueue.Sent noted(DeadLetterQueue.Sent sent) {
    buried.addAll(sent.accepted());
    return sent;
  }

  /// The answer to the event.
  public String invoke(byte[] event) {
    log.reset();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      handler.handleRequest(
          new ByteArrayInputStream(event),
          answer,
          LocalContext.of(REQUEST_ID, Duration.ofMinutes(2)));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return answer.toString();
  }

  public FakeAppFlow appFlow() {
    return appFlow;
  }

  /// What the request queue has taken, of all invocations.
  public List<StrictSqs.Message> enqueued() {
    return List.copyOf(enqueued);
  }

  /// What the dead-letter queue has taken, of all invocations.
  public List<DeadLetter> buried() {
    return List.copyOf(buried);
  }

  /// Of the last invocation.
  public LogLines log() {
    return LogLines.of(log.toByteArray(), REQUEST_ID);
  }
}
