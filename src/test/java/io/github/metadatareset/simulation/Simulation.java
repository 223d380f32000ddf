package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.World.SentDeadLetter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// One run: requests of every kind while faults occur, and then no more faults until nothing is
/// left to do. Each accepted request then has its resets, made after it was sent, or a dead letter
/// with the right reason. So have the dead letters that are moved back to the queue.
public final class Simulation {

  private static final Pattern RESET = Pattern.compile("\\{\"reset\":([01]),\"queued\":([01]),.*");

  /// Error codes of permanent failures.
  private static final Set<String> PERMANENT =
      Set.of(
          "ResourceNotFoundException", "ValidationException", "ConnectorAuthenticationException");

  private final World world;
  private final SimulatedLambda lambda;
  private final RandomBodies bodies;
  private final List<Accepted> accepted = new ArrayList<>();
  private final Set<String> requested = new LinkedHashSet<>();

  /// A request that the queue or an invocation accepted.
  ///
  /// @param entries the entries to reset, as of that time; empty if it has to be refused
  /// @param checks the flows to check
  private record Accepted(
      String body, long at, Optional<Set<CachedEntry>> entries, Set<String> checks) {}

  /// The result of a run.
  ///
  /// @param violation the first violation of what must always hold
  /// @param counts how often each kind of event happened
  public record Result(Optional<String> violation, Map<String, Long> counts) {}

  private Simulation(World world, FunctionFactory factory) {
    this.world = world;
    this.lambda = new SimulatedLambda(world, factory);
    this.bodies = new RandomBodies(world.random(), world.account());
  }

  public static Result run(long seed, FunctionFactory factory) {
    try {
      return runOnce(seed, factory);
    } catch (BlockedInRealTimeException e) {
      // While classes are loaded, a thread may wait for a lock of another run. Now they are loaded.
      return runOnce(seed, factory);
    }
  }

  private static Result runOnce(long seed, FunctionFactory factory) {
    World world = new World(seed, false);
    new Simulation(world, factory).run();
    return new Result(world.violation(), world.counts());
  }

  /// Everything that happens in the run, one event a line.
  public static String notes(long seed, FunctionFactory factory) {
    World world = new World(seed, true);
    new Simulation(world, factory).run();
    return world.notes();
  }

  private void run() {
    for (int i = world.random().nextInt(1, 9); i > 0; i--) {
      String body = bodies.next();
      long at = world.random().nextLong(world.length());
      // Fields are deleted in the meantime, so checks are repeated later too.
      long spread =
          !world.oracle().checks(body, at).isEmpty()
              ? world.length() - at
              : world.random().nextBoolean() ? 3_000 : 60_000;
      int copies = world.random().nextInt(4) == 0 ? world.random().nextInt(3, 9) : 1;
      for (int copy = 0; copy < copies; copy++) {
        world.time().after(at + world.random().nextLong(spread), () -> receive(body));
      }
    }
    world.time().after(world.length(), () -> world.note("no more faults"));
    world.time().run();
    check();
    world.note("dead letters are moved back");
    world
        .deadLetterQueue()
        .takeAll()
        .forEach(
            deadLetter -> {
              accept(deadLetter.body);
              world.requestQueue().send(deadLetter.body, deadLetter.attributes);
            });
    world.time().run();
    check();
    checkThatOnlyImpossibleRequestsAreLeft();
  }

  private void receive(String body) {
    world.note("arrives: %s", body);
    switch (world.random().nextInt(world.oracle().isCheckOfOneFlow(body) ? 3 : 6)) {
      case 0 -> invoke(body);
      case 1 -> {
        if (bodies.isJson(body)) {
          accept(body);
          lambda.invokeAsynchronously(body);
        }
      }
      default -> {
        accept(body);
        world.requestQueue().send(body, Map.of());
      }
    }
  }

  /// The request counts as accepted if the answer says so.
  private void invoke(String body) {
    long at = world.time().now();
    requested.add(body);
    lambda.invoke(
        body,
        end ->
            end.answer()
                .ifPresent(
                    answer -> {
                      var numbers = RESET.matcher(answer);
                      if (world.oracle().isWait(body) || world.oracle().isCheckOfOneFlow(body)) {
                        accept(body, at);
                      } else if (!numbers.matches()) {
                        world.violation("a direct invocation answers %s", answer);
                      } else if (numbers.group(1).equals("1") || numbers.group(2).equals("1")) {
                        accept(body, at);
                      } else if (!entries(body, at).equals(Optional.of(Set.of()))) {
                        world.violation("nothing was done for %s", body);
                      }
                    }));
  }

  private void accept(String body) {
    accept(body, world.time().now());
  }

  private void accept(String body, long at) {
    world.count("accepted");
    requested.add(body);
    accepted.add(new Accepted(body, at, entries(body, at), world.oracle().checks(body, at)));
  }

  private Optional<Set<CachedEntry>> entries(String body, long at) {
    try {
      return Optional.of(world.oracle().entries(body, at));
    } catch (Oracle.Refused e) {
      return Optional.empty();
    }
  }

  private void check() {
    if (!world.requestQueue().isEmpty()) {
      world.violation("still queued: %s", world.requestQueue().messages());
    }
    List<SentDeadLetter> deadLetters = world.sentDeadLetters();
    Set<CachedEntry> wanted = wanted();
    deadLetters.forEach(deadLetter -> checkReason(deadLetter, wanted));
    Map<CachedEntry, Long> deadLettered = new HashMap<>();
    for (SentDeadLetter deadLetter : deadLetters) {
      entries(deadLetter.body(), deadLetter.sentAt())
          .orElse(Set.of())
          .forEach(
              entry -> deadLettered.merge(asInDeadLetter(entry), deadLetter.sentAt(), Math::max));
    }
    for (Accepted request : accepted) {
      request
          .entries()
          .ifPresentOrElse(
              entries ->
                  entries.stream()
                      .filter(
                          entry ->
                              !isReset(entry, request)
                                  && !isDeadLettered(entry, request, deadLettered))
                      .forEach(
                          entry -> world.violation("%s is lost; it is part of %s", entry, request)),
              () -> {
                if (deadLetters.stream()
                    .noneMatch(deadLetter -> isDeadLetterOf(request, deadLetter))) {
                  world.violation("lost without a dead letter: %s", request);
                }
              });
    }
    accepted.forEach(request -> checkThatFlowsWereChecked(request, deadLetters));
    checkThatEveryResetWasRequested(wanted);
    accepted.clear();
  }

  /// A flow that was broken all the time has a report. Any other was looked at.
  private void checkThatFlowsWereChecked(Accepted request, List<SentDeadLetter> deadLetters) {
    for (String flow : request.checks()) {
      boolean isDone =
          world.oracle().isBrokenThroughout(flow, request.at(), world.time().now())
              ? world.isReportedSince(flow, request.at())
              : world.isCheckedSince(flow, request.at());
      if (!isDone && deadLetters.stream().noneMatch(each -> isForCheck(flow, request, each))) {
        world.violation("the check of %s is lost; it is part of %s", flow, request);
      }
    }
  }

  private boolean isForCheck(String flow, Accepted request, SentDeadLetter deadLetter) {
    return deadLetter.sentAt() >= request.at()
        && world.oracle().checks(deadLetter.body(), deadLetter.sentAt()).contains(flow);
  }

  private boolean isReset(CachedEntry entry, Accepted request) {
    return world.resets().getOrDefault(entry, List.of()).stream()
        .anyMatch(at -> at >= request.at());
  }

  private boolean isDeadLettered(
      CachedEntry entry, Accepted request, Map<CachedEntry, Long> deadLettered) {
    return deadLettered.getOrDefault(asInDeadLetter(entry), -1L) >= request.at()
        || isKnownNow(entry, request);
  }

  /// A dead letter for an entity with an invalid name has no version.
  private CachedEntry asInDeadLetter(CachedEntry entry) {
    return world.oracle().isPossible(entry)
        ? entry
        : new CachedEntry(entry.connector(), entry.parent(), entry.entity(), "");
  }

  /// A pattern that matched nothing may match something now.
  private boolean isKnownNow(CachedEntry entry, Accepted request) {
    return entry.version().equals(CachedEntry.UNKNOWN)
        && !entries(request.body(), world.time().now()).orElse(Set.of()).contains(entry);
  }

  private static boolean isDeadLetterOf(Accepted request, SentDeadLetter deadLetter) {
    return deadLetter.body().equals(request.body()) && deadLetter.sentAt() >= request.at();
  }

  /// What all requests so far need.
  private Set<CachedEntry> wanted() {
    Set<CachedEntry> wanted = new LinkedHashSet<>();
    requested.forEach(body -> entries(body, world.time().now()).ifPresent(wanted::addAll));
    return wanted;
  }

  private void checkThatEveryResetWasRequested(Set<CachedEntry> wanted) {
    world.resets().keySet().stream()
        .filter(entry -> !wanted.contains(entry))
        .filter(entry -> requested.stream().noneMatch(body -> isResetByChecks(body, entry)))
        .forEach(entry -> world.violation("no request needs the reset of %s", entry));
  }

  private boolean isResetByChecks(String body, CachedEntry entry) {
    return world.oracle().isResetByChecks(body, entry, world.time().now());
  }

  /// Only for dead letters of the function: SQS gives no reason, and Lambda gives the exception.
  private void checkReason(SentDeadLetter deadLetter, Set<CachedEntry> wanted) {
    deadLetter
        .from()
        .ifPresent(
            invocation -> {
              String code = deadLetter.attributes().getOrDefault("ErrorCode", "");
              if (!isRightReason(code, deadLetter, invocation)
                  || code.equals("NoApiVersion") && isForNobody(deadLetter, wanted)) {
                world.violation(
                    "%s is the wrong reason for %s %s",
                    code, deadLetter.body(), deadLetter.attributes());
              }
            });
  }

  /// Whether only a pattern found the profile: then it had to be skipped.
  private boolean isForNobody(SentDeadLetter deadLetter, Set<CachedEntry> wanted) {
    return entries(deadLetter.body(), deadLetter.sentAt()).orElse(Set.of()).stream()
        .noneMatch(wanted::contains);
  }

  private boolean isRightReason(String code, SentDeadLetter deadLetter, Invocation invocation) {
    int receives = Integer.parseInt(deadLetter.attributes().getOrDefault("ReceiveCount", "0"));
    boolean isLastReceive = receives >= world.settings().maxReceiveCount();
    return switch (code) {
      case "InvalidRequest" ->
          world.oracle().isRefused(deadLetter.body())
              || isImpossible(deadLetter, deadLetter.sentAt());
      case "NoMatch", "NoApiVersion", "InvalidEntityName", "InvalidEntitiesPath" ->
          isImpossible(deadLetter, deadLetter.sentAt())
              || isImpossible(deadLetter, invocation.begin());
      case "TooManyCalls" ->
          // Requests count one by one until each has been looked up, even if they are the same.
          (entries(deadLetter.body(), deadLetter.sentAt()).orElse(Set.of()).size() > 1
                  || world.oracle().requests(deadLetter.body()) > 1
                  || world.oracle().checks(deadLetter.body(), deadLetter.sentAt()).size() > 1)
              && world.settings().maxCallsPerEvent() < 100;
      case "OutOfTime" -> isLastReceive && deadLetter.sentAt() >= invocation.deadline();
      case "DeadLetterNotAccepted" ->
          isLastReceive
              && (!invocation.errorCodes.isEmpty() || deadLetter.sentAt() >= invocation.deadline());
      case "InvalidResponse" -> isLastReceive && !invocation.errorCodes.isEmpty();
      default ->
          invocation.errorCodes.contains(code)
              && (isLastReceive
                  || PERMANENT.contains(code)
                      // What AppFlow refuses for good is what a check reports.
                      && !world.oracle().isCheckOfOneFlow(deadLetter.body()));
    };
  }

  /// Whether AppFlow can never accept one of its resets, as of that time.
  private boolean isImpossible(SentDeadLetter deadLetter, long at) {
    return entries(deadLetter.body(), at).orElse(Set.of()).stream()
        .anyMatch(entry -> !world.oracle().isPossible(entry));
  }

  /// No faults occur any more, so a request that is dead-lettered again can never be completed.
  private void checkThatOnlyImpossibleRequestsAreLeft() {
    for (SentDeadLetter deadLetter : world.sentDeadLetters()) {
      String code = deadLetter.attributes().getOrDefault("ErrorCode", "");
      if (!isImpossible(deadLetter, deadLetter.sentAt())
          && !world.oracle().isRefused(deadLetter.body())
          && !Set.of("TooManyCalls", "ConnectorAuthenticationException").contains(code)) {
        world.violation("%s could be completed, and is a dead letter again", deadLetter);
      }
    }
  }
}
