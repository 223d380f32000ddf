package io.github.metadatareset.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.local.BatchAnswer;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.SqsEvent;
import io.github.metadatareset.simulation.SimulatedQueue.Delivery;
import io.github.metadatareset.simulation.Weather.Trouble;
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

/// Lambda: the event source mapping of the request queue, direct invocations, and the environments
/// of the function.
final class SimulatedLambda {

  private static final String QUEUE_ARN = "arn:aws:sqs:us-east-1:111122223333:requests";
  private static final Pattern IDENTIFIER = Pattern.compile("\"itemIdentifier\":\"([^\"]*)\"");
  private static final int ASYNCHRONOUS_ATTEMPTS = 3;
  private static final long ASYNCHRONOUS_RETRY = 60_000;

  private final World world;
  private final FunctionMaker maker;
  private final BatchChecks checks;
  private final Deque<Environment> idle = new ArrayDeque<>();
  private int running;
  private int invocations;

  /// How an invocation ended.
  ///
  /// @param answer empty where there is none
  record End(Optional<String> answer, Optional<Throwable> failure) {}

  SimulatedLambda(World world, FunctionMaker maker) {
    this.world = world;
    this.maker = maker;
    this.checks = new BatchChecks(world);
    world.requests().listen(this::poll);
  }

  /// @param caller is told how it ended
  void invoke(String event, Consumer<End> caller) {
    run(event, List.of(), (_, end) -> caller.accept(end));
  }

  /// Lambda tries it three times and then makes a dead letter of it.
  void invokeAsynchronously(String event) {
    invokeAsynchronously(event, 1);
  }

  private void invokeAsynchronously(String event, int attempt) {
    run(
        event,
        List.of(),
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
            attributes.put("ErrorMessage", end.failure().map(Throwable::toString).orElse("died"));
            world.letter(Optional.empty(), event, attributes);
          }
        });
  }

  private void poll() {
    if (world.weather().strikes(Trouble.DEPLOYS)) {
      world.count("deploys");
      idle.clear();
    }
    Settings settings = world.settings();
    while (running < settings.concurrency()) {
      List<Delivery> batch =
          world
              .requests()
              .receive(
                  world.random().nextInt(1, settings.batchSize() + 1),
                  settings.visibilityTimeout(),
                  settings.maxReceiveCount(),
                  world::redrive);
      if (batch.isEmpty()) {
        return;
      }
      batch = withTwins(batch);
      running++;
      run(event(batch), batch, this::settle);
    }
  }

  private List<Delivery> withTwins(List<Delivery> batch) {
    if (!world.weather().strikes(Trouble.TWINS)) {
      return batch;
    }
    List<Delivery> twins = new ArrayList<>(batch);
    world
        .requests()
        .again(batch.getFirst(), world.settings().visibilityTimeout())
        .ifPresent(twins::add);
    return twins;
  }

  private void settle(Invocation invocation, End end) {
    running--;
    if (end.answer().isEmpty()) {
      invocation.batch().forEach(world::excuse);
    }
    end.answer().ifPresent(answer -> settle(invocation, answer));
    end.failure().ifPresent(failure -> world.violation("a batch ends with %s", failure));
    poll();
  }

  private void settle(Invocation invocation, String answer) {
    Set<String> ids =
        invocation.batch().stream().map(Delivery::id).collect(Collectors.toUnmodifiableSet());
    Set<String> returned = BatchAnswer.failedOf(ids, answer.getBytes(UTF_8));
    if (!returned.equals(named(answer))) {
      world.violation("the answer %s is not of the batch %s", answer, ids);
    }
    for (Delivery delivery : invocation.batch()) {
      if (returned.contains(delivery.id())) {
        world.count("returned");
      } else if (world.weather().strikes(Trouble.REDELIVERIES)) {
        world.count("redeliveries");
        world.excuse(delivery);
      } else {
        world.requests().delete(delivery);
      }
    }
    checks.done(invocation, returned);
  }

  private static Set<String> named(String answer) {
    return IDENTIFIER
        .matcher(answer)
        .results()
        .map(match -> match.group(1))
        .collect(Collectors.toUnmodifiableSet());
  }

  private interface Ending {
    void of(Invocation invocation, End end);
  }

  private void run(String event, List<Delivery> batch, Ending ending) {
    Environment environment = idle.isEmpty() ? new Environment(world, maker) : idle.pop();
    String id = "r" + ++invocations;
    long timeout = world.settings().timeout();
    long begin = world.time().now();
    long deadline = begin + timeout - Math.min(10_000, timeout / 4);
    Invocation invocation = new Invocation(id, environment, begin, deadline, batch);
    environment.begin(invocation);
    world.count("invocations");
    world.note("%s is given %s", id, batch.isEmpty() ? event : batch);
    boolean[] over = {false};
    world
        .time()
        .start(
            () -> {
              End end = handle(environment, event, id, timeout);
              if (!over[0]) {
                over[0] = true;
                end(environment, invocation, end, ending);
              }
            });
    world
        .time()
        .after(
            timeout,
            () -> {
              if (!over[0]) {
                over[0] = true;
                world.count("timeouts");
                environment.die();
                end(environment, invocation, new End(Optional.empty(), Optional.empty()), ending);
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

  /// A dead environment gives no answer, whatever its threads came to.
  private void end(Environment environment, Invocation invocation, End end, Ending ending) {
    world.note("%s ends %s", invocation.id(), end);
    if (environment.isDead()) {
      ending.of(invocation, new End(Optional.empty(), Optional.empty()));
    } else {
      idle.push(environment);
      ending.of(invocation, end);
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
