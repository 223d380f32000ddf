package io.github.metadatareset.simulation;

import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Everything outside of the function in one run, and the record of what happened to it.
final class World {

  /// In what all trouble lies, in milliseconds.
  private static final long LENGTH = 30 * 60_000;

  private final SplittableRandom random;
  private final VirtualTime time;
  private final Settings settings;
  private final Account account;
  private final Oracle oracle;
  private final Weather weather;
  private final SimulatedQueue requests;
  private final SimulatedQueue deadLetters;
  private final Map<Leaf, List<Account.Entity>> cache = new HashMap<>();
  private final Map<Leaf, List<Long>> resets = new LinkedHashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Letter> letters = new LinkedHashMap<>();
  private final Set<String> excused = new HashSet<>();
  private final Optional<StringBuilder> notes;

  /// A dead letter, with the invocation that wrote it.
  record Letter(
      String body, Map<String, String> attributes, Optional<Invocation> from, long sentAt) {}

  World(long seed, boolean noting) {
    this.random = new SplittableRandom(seed);
    this.time = new VirtualTime(random.split());
    this.settings = Settings.random(random);
    this.account = Account.random(random, LENGTH);
    this.oracle = new Oracle(account, settings.allowedProfiles());
    this.weather = new Weather(time, random.split(), LENGTH);
    this.requests = new SimulatedQueue(time, random.split(), "m", settings.clockSkew());
    this.deadLetters = new SimulatedQueue(time, random.split(), "d", settings.clockSkew());
    this.notes = noting ? Optional.of(new StringBuilder()) : Optional.empty();
    note("%s%n%s%n%s", settings, account, weather);
  }

  VirtualTime time() {
    return time;
  }

  RandomGenerator random() {
    return random;
  }

  Settings settings() {
    return settings;
  }

  Account account() {
    return account;
  }

  Oracle oracle() {
    return oracle;
  }

  Weather weather() {
    return weather;
  }

  SimulatedQueue requests() {
    return requests;
  }

  SimulatedQueue deadLetters() {
    return deadLetters;
  }

  /// What an environment's function finds around it.
  Surroundings surroundings(Environment environment) {
    return new Surroundings(
        settings,
        deadline -> new SimulatedAppFlow(this, environment, deadline),
        new SimulatedSqs(this, environment),
        time,
        random.split(),
        new PrintStream(OutputStream.nullOutputStream()));
  }

  /// When trouble ends.
  long length() {
    return LENGTH;
  }

  /// AppFlow resets something now.
  void reset(Leaf leaf) {
    note("reset %s", leaf);
    count("resets");
    resets.computeIfAbsent(leaf, _ -> new ArrayList<>()).add(time.now());
    if (leaf.entity().isEmpty()) {
      cache.remove(leaf);
    }
  }

  /// What AppFlow lists: what it once found, until that is reset.
  List<Account.Entity> cachedEntities(Leaf names) {
    return cache.computeIfAbsent(
        names,
        _ ->
            Optional.ofNullable(account.profiles().get(names.connector()))
                .map(profile -> profile.entities(names.parent(), time.now()))
                .orElse(List.of()));
  }

  Map<Leaf, List<Long>> resets() {
    return resets;
  }

  void enqueue(Invocation from, String body, Map<String, String> attributes) {
    note("%s enqueues %s %s", from.id(), body, attributes);
    count("parts");
    from.works++;
    requests.send(body, attributes);
  }

  void letter(Invocation from, String body, Map<String, String> attributes) {
    note("%s sends dead letter %s %s", from.id(), body, attributes);
    count("letters");
    letter(Optional.of(from), body, attributes);
  }

  void letter(Optional<Invocation> from, String body, Map<String, String> attributes) {
    String id = deadLetters.send(body, attributes).id;
    letters.put(id, new Letter(body, attributes, from, time.now()));
  }

  /// The message may be received too often through no fault of the function.
  void excuse(SimulatedQueue.Delivery delivery) {
    excused.add(delivery.id());
  }

  /// SQS gives up on a message, which the function should have done itself with the reason.
  void redrive(SimulatedQueue.Stored message) {
    note("redrive of %s", message.id);
    count("redriven");
    if (!excused.contains(message.id) && settings.visibilityTimeout() > settings.timeout()) {
      violation("it is left to SQS to give up %s %s", message.id, message.body);
    }
    deadLetters.send(message.body, message.attributes);
  }

  /// Whether an invocation made a dead letter of anything.
  boolean buries(Invocation invocation) {
    return letters.values().stream()
        .anyMatch(letter -> letter.from().filter(invocation::equals).isPresent());
  }

  /// What lies in the dead-letter queue; SQS put there by itself what the function did not.
  List<Letter> letters() {
    return deadLetters.messages().stream()
        .map(
            stored ->
                letters.getOrDefault(
                    stored.id,
                    new Letter(
                        stored.body,
                        stored.attributes,
                        Optional.empty(),
                        stored.sent - settings.clockSkew())))
        .toList();
  }

  void count(String what) {
    counts.merge(what, 1L, Long::sum);
  }

  Map<String, Long> counts() {
    return counts;
  }

  /// Something that must never happen.
  void violation(String format, Object... arguments) {
    String text = format.formatted(arguments);
    note("VIOLATION %s", text);
    violations.add(text);
  }

  Optional<String> violation() {
    return violations.stream().findFirst();
  }

  void note(String format, Object... arguments) {
    notes.ifPresent(
        text ->
            text.append("%9d ".formatted(time.now()))
                .append(format.formatted(arguments))
                .append('\n'));
  }

  String notes() {
    return notes.map(StringBuilder::toString).orElse("");
  }
}
