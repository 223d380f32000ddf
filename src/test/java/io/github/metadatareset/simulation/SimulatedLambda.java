package io.github.metadatareset.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.local.BatchAnswer;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.SqsEvent;
import io.github.metadatareset.simulation.FaultSchedule.Fault;
import io.github.metadatareset.simulation.SimulatedQueue.Delivery;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// Lambda, with the event source mapping of the request queue, direct invocations and execution
/// environments.
final class SimulatedLambda {

  private static final String QUEUE_ARN = "arn:aws:sqs:us-east-1:111122223333:requests";
  private static final Pattern IDENTIFIER = Pattern.compile("\"itemIdentifier\":\"([^\"]*)\"");
  private static final int ASYNCHRONOUS_ATTEMPTS = 3;
  private static final long ASYNCHRONOUS_RETRY = 60_000;

  private final World world;
  private final FunctionFactory factory;
  private final BatchChecks checks;
  private final WaitChecks waitChecks;
  private final DirectCheckRules directChecks;
  private final Deque<Environment> idle = new ArrayDeque<>();
  private int running;
  private int invocations;

  /// How an invocation ended.
  ///
  /// @param answer empty if the invocation failed
  record End(Optional<String> answer, Optional<Throwable> failure) {}

  SimulatedLambda(World world, FunctionFactory factory) {
    this.world = world;
    this.factory = factory;
    this.checks = new BatchChecks(world);
    this.waitChecks = new WaitChecks(world);
    this.directChecks = new DirectCheckRules(world);
    world.requestQueue().listen(this::poll);
  }

  /// @param caller gets the end of the invocation
  void invoke(String event, Consumer<End> caller) {
    direct(event, (_, end) -> caller.accept(end));
  }

  /// Lambda tries it three times and then sends a dead letter.
  void invokeAsynchronously(String event) {
    invokeAsynchronously(event, 1);
  }

  private void invokeAsynchronously(String event, int attempt) {
    direct(
        event,
        (invocation, end) -> {
          if (end.answer().isPresent()) {
            return;
          }
          if (attempt < ASYNCHRONOUS_ATTEMPTS) {
            world
                .time()
                .after(
                    attempt * ASYNCHRONOUS_RETRY, () -> invokeAsynchronously(event, attempt + 1));
          } else {
            Map<String, String> attributes = new HashMap<>();
            attributes.put("RequestID", invocation.id());
            attributes.put("ErrorCode", "200");
            attributes.put("ErrorMessage", end.failure().map(Throwable::toString).orElse("ended"));
            world.deadLetter(Optional.empty(), event, attributes);
          }
        });
  }

  private void direct(String event, Callback callback) {
    run(
        event,
        List.of(),
        (invocation, end) -> {
          if (world.oracle().isWait(event)) {
            waitChecks.check(invocation, event, end);
          }
          if (world.oracle().isCheckOfOneFlow(event)) {
            directChecks.check(invocation, event, end);
          }
          callback.of(invocation, end);
        });
  }

  private void poll() {
    if (world.faults().occurs(Fault.DEPLOYMENTS)) {
      world.count("deployments");
      idle.clear();
    }
    Settings settings = world.settings();
    while (running < settings.concurrency()) {
      List<Delivery> batch =
          world
              .requestQueue()
              .receive(
                  world.random().nextInt(1, settings.batchSize() + 1),
                  settings.visibilityTimeout(),
                  settings.maxReceiveCount(),
                  world::redrive);
      if (batch.isEmpty()) {
        return;
      }
      batch = withDuplicate(batch);
      running++;
      run(event(batch), batch, this::settle);
    }
  }

  private List<Delivery> withDuplicate(List<Delivery> batch) {
    if (!world.faults().occurs(Fault.DUPLICATES_IN_BATCH)) {
      return batch;
    }
    List<Delivery> messages = new ArrayList<>(batch);
    world
        .requestQueue()
        .redeliver(batch.getFirst(), world.settings().visibilityTimeout())
        .ifPresent(messages::add);
    return messages;
  }

  private void settle(Invocation invocation, End end) {
    running--;
    if (end.answer().isEmpty()) {
      invocation.batch().forEach(world::allowRedrive);
    }
    end.answer().ifPresent(answer -> settle(invocation, answer));
    end.failure().ifPresent(failure -> world.violation("a batch ends with %s", failure));
    poll();
  }

  private void settle(Invocation invocation, String answer) {
    Set<String> ids =
        invocation.batch().stream().map(Delivery::id).collect(Collectors.toUnmodifiableSet());
    Set<String> returned = BatchAnswer.failedOf(ids, answer.getBytes(UTF_8));
    if (!returned.equals(namedIds(answer))) {
      world.violation("the answer %s names messages outside of the batch %s", answer, ids);
    }
    for (Delivery delivery : invocation.batch()) {
      if (returned.contains(delivery.id())) {
        world.count("returned");
      } else if (world.faults().occurs(Fault.REDELIVERIES)) {
        world.count("redeliveries");
        world.allowRedrive(delivery);
      } else {
        world.requestQueue().delete(delivery);
      }
    }
    checks.check(invocation, returned);
  }

  private static Set<String> namedIds(String answer) {
    return IDENTIFIER
        .matcher(answer)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  private interface Callback {
    void of(Invocation invocation, End end);
  }

  private void run(String event, List<Delivery> batch, Callback callback) {
    Environment environment = idle.isEmpty() ? new Environment(world, factory) : idle.pop();
    String id = "r" + ++invocations;
    long timeout = world.settings().timeout();
    long begin = world.time().now();
    long deadline = begin + timeout - Math.min(10_000, timeout / 4);
    Invocation invocation = new Invocation(id, environment, begin, deadline, batch);
    environment.begin(invocation);
    world.count("invocations");
    world.note("%s is given %s", id, batch.isEmpty() ? event : batch);
    boolean[] finished = {false};
    world
        .time()
        .start(
            () -> {
              End end = handle(environment, event, id, timeout);
              if (!finished[0]) {
                finished[0] = true;
                end(environment, invocation, end, callback);
              }
            });
    world
        .time()
        .after(
            timeout,
            () -> {
              if (!finished[0]) {
                finished[0] = true;
                world.count("timeouts");
                environment.end();
                end(environment, invocation, new End(Optional.empty(), Optional.empty()), callback);
              }
            });
  }

  private End handle(Environment environment, String event, String id, long timeout) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      environment
          .function()
          .handleRequest(
              new ByteArrayInputStream(event.getBytes(UTF_8)),
              answer,
              LocalContext.of(id, Duration.ofMillis(timeout), world.time()));
      return new End(Optional.of(answer.toString(UTF_8)), Optional.empty());
    } catch (Exception | Error e) {
      return new End(Optional.empty(), Optional.of(e));
    }
  }

  /// An environment that has ended gives no answer.
  private void end(Environment environment, Invocation invocation, End end, Callback callback) {
    world.note("%s ends %s", invocation.id(), end);
    if (environment.hasEnded()) {
      callback.of(invocation, new End(Optional.empty(), Optional.empty()));
    } else {
      idle.push(environment);
      callback.of(invocation, end);
    }
  }

  private static String event(List<Delivery> batch) {
    return new String(
        SqsEvent.of(batch.stream().map(SimulatedLambda::message).toList(), QUEUE_ARN), UTF_8);
  }

  private static Message message(Delivery delivery) {
    Map<String, MessageAttributeValue> attributes = new HashMap<>();
    delivery
        .attributes()
        .forEach(
            (name, value) ->
                attributes.put(
                    name,
                    MessageAttributeValue.builder().dataType("String").stringValue(value).build()));
    return Message.builder()
        .messageId(delivery.id())
        .receiptHandle(delivery.receipt())
        .body(delivery.body())
        .attributes(
            Map.of(
                MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT,
                Integer.toString(delivery.receives()),
                MessageSystemAttributeName.SENT_TIMESTAMP,
                timestamp(delivery.sent()),
                MessageSystemAttributeName.APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
                timestamp(delivery.firstReceived())))
        .messageAttributes(attributes)
        .build();
  }

  private static String timestamp(long time) {
    return Long.toString(VirtualTime.BEGIN.toEpochMilli() + time);
  }
}
