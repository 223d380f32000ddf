package io.github.metadatareset;

import io.github.metadatareset.event.Cause;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.Meaning;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.JsonValue;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.reset.Outcome;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An invocation that is no batch: by a schedule, `sam remote invoke` or a state machine's task.
/// One call is made at once; anything wider, and any retry, is the queue's.
final class DirectInvocation {

  private final Ports ports;
  private final Invocation invocation;
  private final EventReader events;
  private final Work work;
  private final Tally tally = new Tally();

  DirectInvocation(Configuration configuration, Ports ports, Invocation invocation) {
    this.ports = ports;
    this.invocation = invocation;
    this.events = new EventReader(configuration.reach());
    this.work = new Work(configuration, ports, invocation);
  }

  /// @param bytes the size of the event
  /// @return how many calls were made and how many requests were put onto the queue
  /// @throws RequestFailedException if it fails for good, or the queue does not take it: a caller
  ///     sees it; of an asynchronous event Lambda makes a dead letter, after its retries
  Map<String, Object> handle(JsonValue event, int bytes) {
    try {
      return answer(event, bytes);
    } catch (RequestFailedException e) {
      tally.failed(e.failure());
      invocation.log().event("ERROR", "thrown", e.failure().code(), e.failure().message());
      throw e;
    } finally {
      invocation.log().invocation(List.of(invocation.requestId()), tally.metrics());
    }
  }

  private Map<String, Object> answer(JsonValue event, int bytes) {
    if (bytes > SqsMessage.MAX_BYTES) {
      throw RequestFailedException.invalid(
          "the event: %d bytes; expected at most %d, as it could not be put onto the queue"
              .formatted(bytes, SqsMessage.MAX_BYTES));
    }
    return switch (events.read(event)) {
      case Meaning.Asks(var request) -> answer(request);
      case Meaning.Ignored(var reason) -> {
        tally.add(Tally.IGNORED, 1);
        invocation.log().event("INFO", "ignored", "Ignored", reason);
        yield answer(0, 0);
      }
    };
  }

  private Map<String, Object> answer(Request request) {
    request.retiredType().ifPresent(type -> invocation.log().retired(invocation.requestId(), type));
    work.expect(List.of(request));
    return switch (work.plan(request)) {
      case Plan.Call(var call) -> after(request, work.reset(call));
      case Plan.Split _ -> queued(request);
      case Plan.Unclear(var failure) -> after(request, new Outcome.Failed(failure));
    };
  }

  private Map<String, Object> after(Request request, Outcome outcome) {
    tally.work(outcome);
    return outcome instanceof Outcome.Failed(var failure)
        ? afterFailure(request, failure)
        : answer(1, 0);
  }

  private Map<String, Object> afterFailure(Request request, Failure failure) {
    return switch (failure) {
      case Failure.Permanent _ -> throw new RequestFailedException(failure);
      case Failure.Retryable _ -> {
        invocation.log().event("WARN", "queued", failure.code(), failure.message());
        yield queued(request);
      }
    };
  }

  /// Unsplit, so that splitting has the retries of SQS.
  private Map<String, Object> queued(Request request) {
    Cause cause = new Cause(invocation.requestId());
    ports.requestQueue().enqueue(List.of(request), cause, invocation.end());
    return answer(0, 1);
  }

  private Map<String, Object> answer(int reset, int queued) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("reset", reset);
    answer.put("queued", queued);
    answer.put("causeId", invocation.requestId());
    return answer;
  }
}
