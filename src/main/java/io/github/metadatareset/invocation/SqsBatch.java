package io.github.metadatareset.invocation;

import static java.util.Comparator.comparingInt;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toList;

import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// An SQS batch: **read → plan → call or enqueue → settle**. Equal requests are executed once, and
/// the result counts for every message with such a request.
public final class SqsBatch {

  private final Invocation invocation;
  private final CompletedRequests completed;
  private final EventReader events;
  private final RequestExecutor executor;
  private final List<SqsMessage> messages;
  private final Map<SqsMessage, MessageOutcome> outcomes = new LinkedHashMap<>();
  private final Set<SqsMessage> mayMatchNothing = new HashSet<>();
  private final Map<SqsMessage, Attempt> attempts = new HashMap<>();

  /// The last time at which a message of this batch was first received, by SQS's clock. All work of
  /// this batch begins after it.
  private final Optional<Instant> watermark;

  public SqsBatch(Invocation invocation, CompletedRequests completed, List<SqsMessage> messages) {
    this.invocation = invocation;
    this.completed = completed;
    this.events = new EventReader(invocation.limits().allowedProfiles());
    this.executor = new RequestExecutor(invocation);
    this.messages = messages;
    this.watermark =
        messages.stream()
            .map(SqsMessage::firstReceived)
            .flatMap(Optional::stream)
            .max(Instant::compareTo);
  }

  /// @return the messages that return to the request queue; all others are done, or are dead
  ///     letters
  public List<SqsMessage> handle() {
    List<Execution> executions = execute(plan(read()));
    executions.forEach(this::record);
    Settlement.Settled settled = new Settlement(invocation, attempts).settle(messages, outcomes);
    log(executions, settled);
    return settled.returned();
  }

  /// The requests, each with the messages that contain it.
  private Map<Request, List<SqsMessage>> read() {
    Map<Request, List<SqsMessage>> byRequest = new LinkedHashMap<>();
    for (SqsMessage message : messages) {
      try {
        switch (events.read(message.body())) {
          case ParsedEvent.ParsedRequest(var request, _) -> {
            add(byRequest, request, message);
            request
                .retiredType()
                .ifPresent(type -> invocation.log().retired(message.correlationId(), type));
          }
          case ParsedEvent.MayMatchNothing(var request) -> {
            add(byRequest, request, message);
            mayMatchNothing.add(message);
          }
          case ParsedEvent.Ignored(var reason, var isIncomplete) ->
              outcomes.put(message, new MessageOutcome.Ignored(reason, isIncomplete));
        }
      } catch (RuntimeException e) {
        outcomes.put(message, new MessageOutcome.Failed(Failure.of(e)));
      }
    }
    return byRequest;
  }

  private void add(Map<Request, List<SqsMessage>> byRequest, Request request, SqsMessage message) {
    attempts.put(message, new Attempt(request));
    byRequest.computeIfAbsent(request, _ -> new ArrayList<>()).add(message);
  }

  /// One task for each different plan: different requests may need the same call.
  private List<Task> plan(Map<Request, List<SqsMessage>> read) {
    Map<Request, List<SqsMessage>> byRequest = new LinkedHashMap<>();
    for (var each : read.entrySet()) {
      List<SqsMessage> pending = withoutDuplicates(each.getKey(), each.getValue());
      if (!pending.isEmpty()) {
        byRequest.put(each.getKey(), pending);
      }
    }
    executor.announce(byRequest.keySet());
    Map<Plan, List<Request>> requests =
        invocation
            .concurrently(byRequest.keySet(), request -> Map.entry(executor.plan(request), request))
            .stream()
            .collect(
                groupingBy(
                    Map.Entry::getKey, LinkedHashMap::new, mapping(Map.Entry::getValue, toList())));
    List<Task> tasks = new ArrayList<>();
    for (var each : requests.entrySet()) {
      Plan plan = each.getKey();
      List<SqsMessage> pending =
          each.getValue().stream().map(byRequest::get).flatMap(List::stream).toList();
      Set<Request> same = new LinkedHashSet<>(each.getValue());
      if (plan instanceof Plan.Call(var call) && same.add(call.request())) {
        pending = withoutDuplicates(call.request(), pending);
      }
      if (!pending.isEmpty()) {
        tasks.add(new Task(plan, same, pending));
      }
    }
    return tasks;
  }

  /// The messages that are not duplicates of a completed request.
  private List<SqsMessage> withoutDuplicates(Request request, List<SqsMessage> all) {
    Optional<Instant> lastWatermark = completed.watermark(request);
    if (lastWatermark.isEmpty()) {
      return all;
    }
    List<SqsMessage> pending = new ArrayList<>();
    for (SqsMessage message : all) {
      if (message.wasSentBefore(lastWatermark.get())) {
        outcomes.put(message, new MessageOutcome.Duplicate());
      } else {
        pending.add(message);
      }
    }
    return pending;
  }

  /// Checks come last, so that they never delay a reset.
  private List<Execution> execute(List<Task> tasks) {
    Map<Boolean, List<Task>> byKind =
        tasks.stream().collect(partitioningBy(task -> task.plan() instanceof Plan.Check));
    return Stream.of(false, true)
        .map(byKind::get)
        .flatMap(same -> invocation.concurrently(same, this::execute).stream())
        .toList();
  }

  private Execution execute(Task task) {
    return new Execution(task, executor.execute(task.plan(), task.source()));
  }

  private void record(Execution execution) {
    Task task = execution.task();
    if (execution.result() instanceof ExecutionResult.Failed(var failure, var duration)) {
      for (SqsMessage each : task.messages()) {
        outcomes.put(each, outcome(each, failure));
        attempts.compute(each, (_, attempt) -> task.failed(attempt, duration));
      }
      return;
    }
    task.messages().forEach(each -> outcomes.put(each, new MessageOutcome.Duplicate()));
    outcomes.put(task.messages().getFirst(), new MessageOutcome.Done());
    watermark.ifPresent(
        time -> task.requests().forEach(request -> completed.complete(request, time)));
    if (execution.result() instanceof ExecutionResult.Split split && split.isEmpty()) {
      task.messages().forEach(invocation.log()::nothingToReset);
    }
  }

  private MessageOutcome outcome(SqsMessage message, Failure failure) {
    return mayMatchNothing.contains(message)
            && failure instanceof Failure.Permanent(var code, _, _)
            && code.equals(RequestFailedException.NO_MATCH)
        ? new MessageOutcome.Ignored(failure.message())
        : new MessageOutcome.Failed(failure);
  }

  private void log(List<Execution> executions, Settlement.Settled settled) {
    InvocationSummary summary =
        new InvocationSummary(
            executions.stream().map(Execution::result).toList(),
            outcomes.values(),
            settled.deadLetters(),
            settled.returned().size(),
            executions.stream()
                .map(Execution::requestAge)
                .flatMap(Optional::stream)
                .max(Duration::compareTo));
    invocation
        .log()
        .invocation(messages.stream().map(SqsMessage::correlationId).toList(), summary.metrics());
  }

  /// What is done once for all messages with the same plan.
  ///
  /// @param requests those of the messages, and the one for the call that they need
  private record Task(Plan plan, Set<Request> requests, List<SqsMessage> messages) {

    /// The message whose event may need the most calls.
    SqsMessage source() {
      return messages.stream()
          .max(comparingInt(message -> message.correlation().maxCalls(Integer.MAX_VALUE)))
          .orElseThrow();
    }

    /// What was tried for a message: its request, or the call that it needs.
    Attempt failed(Attempt planned, Optional<Duration> duration) {
      return new Attempt(
          plan instanceof Plan.Call(var call) ? Optional.of(call.request()) : planned.request(),
          duration);
    }
  }

  private record Execution(Task task, ExecutionResult result) {

    /// The longest time that one of the messages waited for its reset.
    Optional<Duration> requestAge() {
      return result instanceof ExecutionResult.Reset(var at)
          ? task.messages().stream()
              .map(SqsMessage::sent)
              .flatMap(Optional::stream)
              .map(sent -> Duration.between(sent, at))
              .map(age -> age.isNegative() ? Duration.ZERO : age)
              .max(Duration::compareTo)
          : Optional.empty();
    }
  }
}
