package io.github.metadatareset.invocation;

import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Mode;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An invocation that is not a batch: by a schedule, `sam remote invoke` or a state machine's task.
/// A request that is one call is made at once, and the check of one flow is answered with its
/// report. Any other is sent to the request queue, and so is a call that has to be retried; unless
/// the sender asks for a [DryRun], or waits until all is done ([CompleteReset]).
public final class DirectInvocation {

  private final Invocation invocation;
  private final EventReader events;
  private final RequestExecutor executor;
  private final List<ExecutionResult> results = new ArrayList<>();
  private Attempt attempt = Attempt.NONE;

  public DirectInvocation(Invocation invocation) {
    this.invocation = invocation;
    this.events = new EventReader(invocation.limits().allowedProfiles());
    this.executor = new RequestExecutor(invocation);
  }

  /// @param bytes the size of the event
  /// @return the members of the answer
  /// @throws RequestFailedException if the request fails permanently, or the queue does not accept
  ///     it. A synchronous caller sees it; for an asynchronous event Lambda sends a dead letter
  ///     after its retries.
  /// @throws IncompleteResetException if the sender waits for a request, and not all of it was done
  public Map<String, Object> handle(JsonValue event, int bytes) {
    MessageOutcome outcome = new MessageOutcome.Done();
    try {
      return switch (parsed(event, bytes)) {
        case ParsedEvent.ParsedRequest(var request, var mode) -> answer(request, mode, event);
        case ParsedEvent.MayMatchNothing(var request) -> queued(request, event);
        case ParsedEvent.Ignored(var reason, var isIncomplete) -> {
          outcome = new MessageOutcome.Ignored(reason, isIncomplete);
          invocation.log().ignored(reason, isIncomplete);
          yield answer(0, 0);
        }
      };
    } catch (RequestFailedException e) {
      outcome = new MessageOutcome.Failed(e.failure());
      invocation.log().failed(attempt, e.failure());
      throw e;
    } catch (IncompleteResetException e) {
      outcome = new MessageOutcome.Failed(e.failure());
      invocation.log().failed(attempt, e.failure());
      throw e;
    } finally {
      log(outcome);
    }
  }

  /// Logs an event that is no JSON, or a batch that is none of SQS, like any other that is refused.
  ///
  /// @return the exception to be thrown
  public RequestFailedException refused(RequestFailedException refusal) {
    invocation.log().failed(attempt, refusal.failure());
    log(new MessageOutcome.Failed(refusal.failure()));
    return refusal;
  }

  private void log(MessageOutcome outcome) {
    InvocationSummary summary =
        new InvocationSummary(results, List.of(outcome), 0, 0, Optional.empty());
    invocation.log().invocation(List.of(invocation.requestId()), summary.metrics());
  }

  private ParsedEvent parsed(JsonValue event, int bytes) {
    if (bytes > SqsMessage.MAX_BYTES) {
      throw RequestFailedException.invalid(
          "the event: %d bytes; expected at most %d, as a larger one cannot be sent to the request queue"
              .formatted(bytes, SqsMessage.MAX_BYTES));
    }
    return events.read(event);
  }

  private Map<String, Object> answer(Request request, Mode mode, JsonValue event) {
    attempt = new Attempt(request);
    request.retiredType().ifPresent(type -> invocation.log().retired(invocation.requestId(), type));
    return switch (mode) {
      case DEFAULT -> answer(request, event);
      case DRY_RUN -> new DryRun(invocation).answer(request);
      case WAIT -> completed(request);
    };
  }

  private Map<String, Object> completed(Request request) {
    CompleteReset.Result result = new CompleteReset(invocation).reset(request);
    results.addAll(result.executed());
    result
        .failure()
        .ifPresent(
            failure -> {
              throw failure;
            });
    return answer(result.executed().size(), 0);
  }

  private Map<String, Object> answer(Request request, JsonValue event) {
    executor.announce(List.of(request));
    return switch (executor.plan(request)) {
      case Plan.Call(var call) -> {
        attempt = new Attempt(call.request());
        yield answer(request, event, executor.reset(call, invocation.requestId()));
      }
      case Plan.Check(var flowName) ->
          answer(request, event, executor.check(flowName, invocation.requestId()));
      case Plan.Split _, Plan.ToSplit _ -> queued(request, event);
      case Plan.Failed(var failure) -> answer(request, event, new ExecutionResult.Failed(failure));
    };
  }

  /// A check that cannot be finished fails and is not enqueued, as its sender would take any other
  /// answer for a flow that fits. If only its report cannot be published, the queue retries it.
  private Map<String, Object> answer(Request request, JsonValue event, ExecutionResult result) {
    results.add(result);
    return switch (result) {
      case ExecutionResult.Reset _, ExecutionResult.Split _ -> answer(1, 0);
      case ExecutionResult.Checked(_, var report) -> {
        if (executor.published(result) instanceof ExecutionResult.Failed(var failure, _)) {
          retried(request, event, failure);
        }
        yield report.members();
      }
      case ExecutionResult.Failed(var failure, var duration) -> {
        attempt = new Attempt(attempt.request(), duration);
        if (request instanceof Request.Check || failure instanceof Failure.Permanent) {
          throw new RequestFailedException(failure);
        }
        yield retried(request, event, failure);
      }
    };
  }

  private Map<String, Object> retried(Request request, JsonValue event, Failure failure) {
    invocation.log().queued(attempt, failure);
    return queued(request, event);
  }

  /// Sends the event unsplit and as it arrived: SQS retries the splitting too, and a dead letter is
  /// what the sender sent.
  private Map<String, Object> queued(Request request, JsonValue event) {
    invocation
        .services()
        .requestQueue()
        .enqueue(
            List.of(
                RequestQueue.Waiting.event(
                    JsonValue.write(event.content()),
                    request,
                    new Correlation(invocation.requestId()))),
            invocation.settlingDeadline());
    return answer(0, 1);
  }

  private Map<String, Object> answer(int reset, int queued) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("reset", reset);
    members.put("queued", queued);
    members.put("correlationId", invocation.requestId());
    return members;
  }
}
