package io.github.metadatareset;

import static java.util.Comparator.comparingInt;

import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.Meaning;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.plan.Plan;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.reset.Outcome;
import io.github.metadatareset.reset.Served;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Gatherer;
import java.util.stream.Gatherers;
import java.util.stream.Stream;

/// An SQS batch: **read → plan → call or enqueue → settle**. Equal requests are one piece of work,
/// whose outcome is that of every message that asked for it.
final class SqsBatch {

  private final Configuration configuration;
  private final Ports ports;
  private final Served served;
  private final Invocation invocation;
  private final EventReader events;
  private final Work work;
  private final List<SqsMessage> messages;

  /// By SQS's clock: the work begins after it, and so serves whatever was sent before it.
  private final Optional<Instant> received;

  private final Map<SqsMessage, Outcome> outcomes = new LinkedHashMap<>();
  private final Tally tally = new Tally();

  SqsBatch(
      Configuration configuration,
      Ports ports,
      Served served,
      Invocation invocation,
      List<SqsMessage> messages) {
    this.configuration = configuration;
    this.ports = ports;
    this.served = served;
    this.invocation = invocation;
    this.events = new EventReader(configuration.reach());
    this.work = new Work(configuration, ports, invocation);
    this.messages = messages;
    this.received =
        messages.stream()
            .map(SqsMessage::firstReceived)
            .flatMap(Optional::stream)
            .max(Instant::compareTo);
  }

  /// @return the messages that are to come back; all others have been accounted for
  SQSBatchResponse handle() {
    List<Delivery> deliveries = withoutServed(read(), Delivery::request);
    List<Task> tasks = plan(deliveries);
    perform(tasks);
    return new Settlement(configuration, ports, invocation, tally).settle(messages, outcomes);
  }

  private List<Delivery> read() {
    List<Delivery> deliveries = new ArrayList<>();
    for (SqsMessage message : messages) {
      try {
        switch (events.read(message.body())) {
          case Meaning.Asks(var request) -> {
            deliveries.add(new Delivery(message, request));
            request
                .retiredType()
                .ifPresent(type -> invocation.log().retired(message.causeId(), type));
          }
          case Meaning.Ignored(var reason) -> outcomes.put(message, new Outcome.Ignored(reason));
        }
      } catch (RuntimeException e) {
        outcomes.put(message, new Outcome.Failed(Failure.of(e)));
      }
    }
    return deliveries;
  }

  /// Those for which nothing was done yet since they were sent.
  private List<Delivery> withoutServed(
      List<Delivery> deliveries, Function<Delivery, Request> request) {
    return deliveries.stream()
        .filter(
            delivery -> {
              boolean covered = served.covers(request.apply(delivery), delivery.message().sent());
              if (covered) {
                outcomes.put(delivery.message(), new Outcome.Coalesced());
              }
              return !covered;
            })
        .toList();
  }

  private List<Task> plan(List<Delivery> deliveries) {
    Map<Request, List<Delivery>> byRequest = grouped(deliveries, Delivery::request);
    work.expect(byRequest.keySet());
    Map<Request, Plan> plans = new HashMap<>();
    byRequest.keySet().stream()
        .gather(concurrently(request -> Map.entry(request, work.plan(request))))
        .forEach(planned -> plans.put(planned.getKey(), planned.getValue()));
    return grouped(deliveries, delivery -> plans.get(delivery.request())).entrySet().stream()
        .map(entry -> task(entry.getKey(), entry.getValue()))
        .filter(task -> !task.deliveries().isEmpty())
        .toList();
  }

  /// A call may have been made for a request that was put in other words.
  private Task task(Plan plan, List<Delivery> deliveries) {
    return new Task(
        plan,
        plan instanceof Plan.Call(var call)
            ? withoutServed(deliveries, _ -> call.request())
            : deliveries);
  }

  private void perform(List<Task> tasks) {
    tasks.stream()
        .gather(concurrently(task -> Map.entry(task, work.perform(task.plan(), task.source()))))
        .forEach(done -> done(done.getKey(), done.getValue()));
  }

  private void done(Task task, Outcome outcome) {
    tally.work(outcome);
    for (Delivery delivery : task.deliveries()) {
      tally.freshness(delivery.message(), outcome);
      outcomes.put(delivery.message(), outcome);
    }
    if (!(outcome instanceof Outcome.Failed)) {
      tally.add(Tally.COALESCED, task.deliveries().size() - 1L);
      received.ifPresent(mark -> task.requests().forEach(each -> served.served(each, mark)));
    }
  }

  private <T, R> Gatherer<T, ?, R> concurrently(Function<T, R> step) {
    return Gatherers.mapConcurrent(configuration.maxConcurrentCalls(), step);
  }

  private static <K> Map<K, List<Delivery>> grouped(
      List<Delivery> deliveries, Function<Delivery, K> key) {
    return deliveries.stream()
        .collect(Collectors.groupingBy(key, LinkedHashMap::new, Collectors.toList()));
  }

  /// A message and the request that it carries.
  private record Delivery(SqsMessage message, Request request) {}

  /// What is done once for all messages that ask for it.
  private record Task(Plan plan, List<Delivery> deliveries) {

    /// The message whose cause lets it come to the most calls.
    SqsMessage source() {
      return deliveries.stream()
          .map(Delivery::message)
          .max(comparingInt(message -> message.cause().maxCalls(Integer.MAX_VALUE)))
          .orElseThrow();
    }

    /// What has been served once this is done: the requests, and the call that they came to.
    Stream<Request> requests() {
      return Stream.concat(
          deliveries.stream().map(Delivery::request),
          plan instanceof Plan.Call(var call) ? Stream.of(call.request()) : Stream.empty());
    }
  }
}
