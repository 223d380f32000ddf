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

/// Everything outside of the function in one run, and a record of what happened.
final class World {

  /// After this time no fault occurs, in milliseconds.
  private static final long LENGTH = 30 * 60_000;

  private final SplittableRandom random;
  private final VirtualTime time;
  private final Settings settings;
  private final Account account;
  private final Oracle oracle;
  private final FaultSchedule faults;
  private final SimulatedQueue requestQueue;
  private final SimulatedQueue deadLetterQueue;
  private final Map<CachedEntry, List<Account.Entity>> cache = new HashMap<>();
  private final Map<CachedEntry, Boolean> fieldIsGone = new HashMap<>();
  private final Map<CachedEntry, List<Long>> resets = new LinkedHashMap<>();
  private final Map<String, List<Long>> checks = new HashMap<>();
  private final Map<String, List<Long>> reports = new HashMap<>();
  private final Map<String, Long> counts = new LinkedHashMap<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, SentDeadLetter> sentDeadLetters = new LinkedHashMap<>();
  private final Set<String> redriveAllowed = new HashSet<>();
  private final Optional<StringBuilder> notes;

  /// A dead letter.
  ///
  /// @param from the invocation that sent it; empty if SQS or Lambda did
  record SentDeadLetter(
      String body, Map<String, String> attributes, Optional<Invocation> from, long sentAt) {}

  World(long seed, boolean noting) {
    this.random = new SplittableRandom(seed);
    this.time = new VirtualTime(random.split());
    this.settings = Settings.random(random);
    this.account = Account.random(random, LENGTH);
    this.oracle = new Oracle(account, settings.allowedProfiles(), settings.excludedProfiles());
    this.faults = new FaultSchedule(time, random.split(), LENGTH);
    this.requestQueue = new SimulatedQueue(time, random.split(), "m", settings.clockSkew());
    this.deadLetterQueue = new SimulatedQueue(time, random.split(), "d", settings.clockSkew());
    this.notes = noting ? Optional.of(new StringBuilder()) : Optional.empty();
    note("%s%n%s%n%s", settings, account, faults);
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

  FaultSchedule faults() {
    return faults;
  }

  SimulatedQueue requestQueue() {
    return requestQueue;
  }

  SimulatedQueue deadLetterQueue() {
    return deadLetterQueue;
  }

  /// The services of the function in one environment.
  Dependencies dependencies(Environment environment) {
    return new Dependencies(
        settings,
        deadline -> new SimulatedAppFlow(this, environment, deadline),
        new SimulatedSqs(this, environment),
        new SimulatedReports(this, environment),
        time,
        random.split(),
        new PrintStream(OutputStream.nullOutputStream()));
  }

  /// The time after which no fault occurs.
  long length() {
    return LENGTH;
  }

  /// AppFlow resets the entry now.
  void reset(CachedEntry entry) {
    note("reset %s", entry);
    count("resets");
    resets.computeIfAbsent(entry, _ -> new ArrayList<>()).add(time.now());
    cache.remove(entry);
    fieldIsGone.remove(entry);
  }

  /// Whether AppFlow describes the entity without the field that all flows use: as at the first
  /// description, until its details are reset.
  boolean fieldIsGone(CachedEntry details) {
    return fieldIsGone.computeIfAbsent(
        details, _ -> account.profiles().get(details.connector()).fieldGoneSince() <= time.now());
  }

  /// A check gets the flow's mapping now.
  void checks(String flow) {
    count("checks");
    checks.computeIfAbsent(flow, _ -> new ArrayList<>()).add(time.now());
  }

  boolean isCheckedSince(String flow, long at) {
    return checks.getOrDefault(flow, List.of()).stream().anyMatch(time -> time >= at);
  }

  /// A report is published now.
  void report(Invocation from, String flow) {
    note("%s reports %s", from.id(), flow);
    count("reports");
    reports.computeIfAbsent(flow, _ -> new ArrayList<>()).add(time.now());
    if (!oracle.isBrokenWithin(flow, from.begin(), time.now())) {
      violation("%s reports %s, which is not broken", from.id(), flow);
    }
  }

  boolean isReportedSince(String flow, long at) {
    return reports.getOrDefault(flow, List.of()).stream().anyMatch(time -> time >= at);
  }

  /// The entities that AppFlow lists: those of the first listing, until the names are reset.
  List<Account.Entity> cachedEntities(CachedEntry names) {
    return cache.computeIfAbsent(
        names,
        _ ->
            Optional.ofNullable(account.profiles().get(names.connector()))
                .map(profile -> profile.entities(names.parent(), time.now()))
                .orElse(List.of()));
  }

  Map<CachedEntry, List<Long>> resets() {
    return resets;
  }

  void enqueue(Invocation from, String body, Map<String, String> attributes) {
    note("%s enqueues %s %s", from.id(), body, attributes);
    count("sub-requests");
    from.executions++;
    requestQueue.send(body, attributes);
  }

  void deadLetter(Invocation from, String body, Map<String, String> attributes) {
    note("%s sends dead letter %s %s", from.id(), body, attributes);
    count("dead letters");
    deadLetter(Optional.of(from), body, attributes);
  }

  void deadLetter(Optional<Invocation> from, String body, Map<String, String> attributes) {
    String id = deadLetterQueue.send(body, attributes).id;
    sentDeadLetters.put(id, new SentDeadLetter(body, attributes, from, time.now()));
  }

  /// SQS may move the message to the dead-letter queue: it is not the function's fault.
  void allowRedrive(SimulatedQueue.Delivery delivery) {
    redriveAllowed.add(delivery.id());
  }

  /// SQS moves a message to the dead-letter queue. The function should have sent a dead letter with
  /// the reason.
  void redrive(SimulatedQueue.Stored message) {
    note("redrive of %s", message.id);
    count("redriven");
    if (!redriveAllowed.contains(message.id) && settings.visibilityTimeout() > settings.timeout()) {
      violation(
          "SQS moved %s %s to the dead-letter queue, not the function", message.id, message.body);
    }
    deadLetterQueue.send(message.body, message.attributes);
  }

  /// Whether the invocation sent a dead letter.
  boolean sentDeadLetter(Invocation invocation) {
    return sentDeadLetters.values().stream()
        .anyMatch(each -> each.from().filter(invocation::equals).isPresent());
  }

  /// The messages in the dead-letter queue. SQS moved there those that the function did not send.
  List<SentDeadLetter> sentDeadLetters() {
    return deadLetterQueue.messages().stream()
        .map(
            stored ->
                sentDeadLetters.getOrDefault(
                    stored.id,
                    new SentDeadLetter(
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

  /// Records something that must never happen.
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
