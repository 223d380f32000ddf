package io.github.metadatareset.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A standard SQS queue: at-least-once delivery, in no order.
final class SimulatedQueue {

  private final VirtualTime time;
  private final RandomGenerator random;
  private final String name;
  private final long skew;
  private final Map<String, Stored> messages = new LinkedHashMap<>();
  private Runnable listener = () -> {};
  private int numbers;

  SimulatedQueue(VirtualTime time, RandomGenerator random, String name, long skew) {
    this.time = time;
    this.random = random;
    this.name = name;
    this.skew = skew;
  }

  /// A message that is in a queue.
  static final class Stored {
    final String id;
    final String body;
    final Map<String, String> attributes;
    final long sent;
    long firstReceived = -1;
    int receives;
    long visibleAt;
    String receipt = "";

    private Stored(String id, String body, Map<String, String> attributes, long sent) {
      this.id = id;
      this.body = body;
      this.attributes = attributes;
      this.sent = sent;
    }
  }

  /// One receive of a message.
  ///
  /// @param sent by SQS's clock, like `firstReceived`
  record Delivery(
      String id,
      String body,
      Map<String, String> attributes,
      String receipt,
      int receives,
      long sent,
      long firstReceived) {}

  /// @param whenVisible runs whenever there may be a message to receive
  void listen(Runnable whenVisible) {
    listener = whenVisible;
  }

  Stored send(String body, Map<String, String> attributes) {
    Stored message = new Stored(name + ++numbers, body, attributes, time.now() + skew);
    messages.put(message.id, message);
    show(message, 0);
    return message;
  }

  /// Up to `max` visible messages. One that was received too often goes to `redrive` instead.
  List<Delivery> receive(
      int max, long visibilityTimeout, int maxReceives, Consumer<Stored> redrive) {
    List<Delivery> received = new ArrayList<>();
    List<Stored> visible = new ArrayList<>(visible());
    while (!visible.isEmpty() && received.size() < max) {
      Stored message = visible.remove(random.nextInt(visible.size()));
      if (message.receives >= maxReceives) {
        messages.remove(message.id);
        redrive.accept(message);
      } else {
        received.add(receive(message, visibilityTimeout));
      }
    }
    return received;
  }

  /// Delivers the same message again, as at-least-once delivery allows.
  Optional<Delivery> redeliver(Delivery delivery, long visibilityTimeout) {
    return Optional.ofNullable(messages.get(delivery.id()))
        .map(message -> receive(message, visibilityTimeout));
  }

  private Delivery receive(Stored message, long visibilityTimeout) {
    if (message.firstReceived < 0) {
      message.firstReceived = time.now() + skew;
    }
    message.receives++;
    message.receipt = message.id + "#" + message.receives;
    show(message, visibilityTimeout);
    return new Delivery(
        message.id,
        message.body,
        message.attributes,
        message.receipt,
        message.receives,
        message.sent,
        message.firstReceived);
  }

  /// With a receipt that is not the latest one SQS may delete nothing.
  void delete(Delivery delivery) {
    Stored message = messages.get(delivery.id());
    if (message != null && (isCurrent(message, delivery.receipt()) || random.nextBoolean())) {
      messages.remove(delivery.id());
    }
  }

  /// @return whether there is such a message in flight
  boolean changeVisibility(String receipt, long timeout) {
    Optional<Stored> message =
        messages.values().stream()
            .filter(stored -> isCurrent(stored, receipt) && stored.visibleAt > time.now())
            .findFirst();
    message.ifPresent(stored -> show(stored, timeout));
    return message.isPresent();
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  List<Stored> messages() {
    return List.copyOf(messages.values());
  }

  List<Stored> takeAll() {
    List<Stored> all = messages();
    messages.clear();
    return all;
  }

  private List<Stored> visible() {
    return messages.values().stream().filter(message -> message.visibleAt <= time.now()).toList();
  }

  private void show(Stored message, long delay) {
    message.visibleAt = time.now() + delay;
    time.after(delay + random.nextInt(1500), () -> listener.run());
  }

  private static boolean isCurrent(Stored message, String receipt) {
    return message.receipt.equals(receipt);
  }
}
