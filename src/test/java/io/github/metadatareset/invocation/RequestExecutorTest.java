package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.plan.SubRequests;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.ResetCall;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RequestExecutorTest {

  private static final Instant NOON = Instant.parse("2026-11-26T12:00:00Z");
  private static final Failure REFUSED = new Failure.Unavailable("InternalError", "try again");
  private static final Request ACCOUNT = entity("Account");
  private static final Request LEAD = entity("Lead");
  private static final SubRequests.Rejected ONE = rejected("{\"depth\":1}");
  private static final SubRequests.Rejected OTHER = rejected("{\"depth\":2}");

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final List<String> enqueued = new ArrayList<>();
  private final List<Correlation> correlations = new ArrayList<>();
  private final List<DeadLetter> deadLetters = new ArrayList<>();
  private Duration remaining = Duration.ofMinutes(1);

  /// Takes all requests.
  private final RequestQueue requestQueue =
      new RequestQueue() {
        @Override
        public void enqueue(List<Waiting> messages, Deadline deadline) {
          messages.forEach(each -> enqueued.add(each.body()));
          messages.forEach(each -> correlations.add(each.correlation()));
        }

        @Override
        public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
          throw new AssertionError("no message is returned here");
        }
      };

  private DeadLetterQueue deadLetterQueue =
      (sent, _) -> {
        deadLetters.addAll(sent);
        return new DeadLetterQueue.Sent(Set.copyOf(sent), Map.of());
      };

  @Test
  void makesTheCallOfARequestThatIsOneCall() {
    ResetCall call = ((Request.OfConnector) ACCOUNT).call().orElseThrow();

    assertEquals(new ExecutionResult.Reset(NOON), execute(new Plan.Call(call)));
    assertEquals(List.of(call), appFlow.resets());
  }

  @Test
  void enqueuesSubRequestsAndSendsADeadLetterForEachRejectedOne() {
    ExecutionResult result =
        execute(new Plan.Split(new SubRequests(1, List.of(ACCOUNT, LEAD), List.of(ONE, OTHER))));

    assertEquals(new ExecutionResult.Split(1, 2, 2, 0), result);
    assertEquals(List.of(ACCOUNT.json(), LEAD.json()), enqueued);
    assertEquals(
        List.of(ONE.body(), OTHER.body()), deadLetters.stream().map(DeadLetter::body).toList());
    assertEquals(
        List.of("m1"), deadLetters.stream().map(d -> d.source().messageId()).distinct().toList());
  }

  @Test
  void givesEachSubRequestItsShareOfTheCallsAndTheCorrelationIdOfItsMessage() {
    execute(new Plan.Split(new SubRequests(0, List.of(ACCOUNT, LEAD), List.of())));

    assertEquals(
        Collections.nCopies(
            2, new Correlation("m1", OptionalInt.of(HandlerFixture.MAX_CALLS_PER_EVENT / 2))),
        correlations);
  }

  @Test
  void isNotDoneIfOnlySomeDeadLettersOfRejectedSubRequestsWereAccepted() {
    deadLetterQueue =
        (sent, _) ->
            new DeadLetterQueue.Sent(Set.of(sent.getFirst()), Map.of(sent.getLast(), REFUSED));

    ExecutionResult result =
        execute(new Plan.Split(new SubRequests(0, List.of(ACCOUNT), List.of(ONE, OTHER))));

    assertEquals("DeadLetterNotAccepted", retryable(result).code());
  }

  @Test
  void splitsNothingWhenNoTimeIsLeft() {
    remaining = Duration.ZERO;

    ExecutionResult result = execute(new Plan.ToSplit(new Request.Several(List.of(ACCOUNT, LEAD))));

    assertEquals("OutOfTime", retryable(result).code());
    assertEquals(List.of(), enqueued);
  }

  @Test
  void turnsAnyErrorIntoARetryableFailure() {
    deadLetterQueue =
        (_, _) -> {
          throw new StackOverflowError();
        };

    ExecutionResult result = execute(new Plan.Split(new SubRequests(0, List.of(), List.of(ONE))));

    assertEquals("StackOverflowError", retryable(result).code());
  }

  @Test
  void endsTheInvocationIfTheThreadIsInterrupted() {
    appFlow.resetsFailing(
        _ -> {
          throw new InvocationInterruptedException("calling AWS", new InterruptedException());
        });
    Plan plan = new Plan.Call(((Request.OfConnector) ACCOUNT).call().orElseThrow());

    assertThrows(InvocationInterruptedException.class, () -> execute(plan));
    assertEquals(true, Thread.interrupted(), "the interrupt is kept");
  }

  private ExecutionResult execute(Plan plan) {
    Services services =
        new Services(
            _ -> appFlow,
            requestQueue,
            deadLetterQueue,
            HandlerFixture.NO_REPORTS,
            InstantSource.fixed(NOON),
            new Random(1),
            new PrintStream(OutputStream.nullOutputStream()));
    Invocation invocation =
        Invocation.of(HandlerFixture.LIMITS, services, "function", "request-1", remaining);
    return new RequestExecutor(invocation).execute(plan, Messages.message("m1"));
  }

  private static Failure retryable(ExecutionResult result) {
    Failure failure = assertInstanceOf(ExecutionResult.Failed.class, result).failure();
    return assertInstanceOf(Failure.Retryable.class, failure);
  }

  private static Request entity(String name) {
    return new Request.OfConnector(
        new NamedProfile(new ProfileName("crm"), Optional.empty()),
        new Entities.One(new EntityName(name)));
  }

  private static SubRequests.Rejected rejected(String body) {
    return new SubRequests.Rejected(body, new Failure.Permanent("TooDeep", "too deep"));
  }
}
