package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.World.Letter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// One run: requests of every kind, whatever may go wrong, and then fair weather until nothing is
/// left to do. Every request that was accepted has then ended in its resets, made after it was
/// sent, or in a dead letter with a true reason; and so do the dead letters that are moved back.
public final class Simulation {

  private static final Pattern RESET = Pattern.compile("\\{\"reset\":([01]),\"queued\":([01]),.*");

  /// Those that say that no delivery will succeed.
  private static final Set<String> PERMANENT =
      Set.of(
          "ResourceNotFoundException", "ValidationException", "ConnectorAuthenticationException");

  private final World world;
  private final SimulatedLambda lambda;
  private final RandomBodies bodies;
  private final List<Accepted> accepted = new ArrayList<>();
  private final Set<String> asked = new LinkedHashSet<>();

  /// A request that was accepted, by the queue or by an invocation.
  ///
  /// @param leaves what it stood for when it was; empty where it has to be refused
  private record Accepted(String body, long at, Optional<Set<Leaf>> leaves) {}

  /// What came of a run.
  ///
  /// @param violation of what must always hold
  /// @param counts how often what happened
  public record Result(Optional<String> violation, Map<String, Long> counts) {}

  private Simulation(World world, FunctionMaker maker) {
    this.world = world;
    this.lambda = new SimulatedLambda(world, maker);
    this.bodies = new RandomBodies(world.random(), world.account());
  }

  public static Result run(long seed, FunctionMaker maker) {
    World world = new World(seed, false);
    new Simulation(world, maker).run();
    return new Result(world.violation(), world.counts());
  }

  /// Everything that happens in the run, a line each.
  public static String notes(long seed, FunctionMaker maker) {
    World world = new World(seed, true);
    new Simulation(world, maker).run();
    return world.notes();
  }

  private void run() {
    for (int i = world.random().nextInt(1, 9); i > 0; i--) {
      String body = bodies.next();
      long at = world.random().nextLong(world.length());
      long spread = world.random().nextBoolean() ? 3_000 : 60_000;
      int copies = world.random().nextInt(4) == 0 ? world.random().nextInt(3, 9) : 1;
      for (int copy = 0; copy < copies; copy++) {
        world.time().after(at + world.random().nextLong(spread), () -> arrives(body));
      }
    }
    world.time().after(world.length(), () -> world.note("the weather is fair"));
    world.time().run();
    check();
    world.note("dead letters are moved back");
    world
        .deadLetters()
        .takeAll()
        .forEach(
            letter -> {
              accept(letter.body);
              world.requests().send(letter.body, letter.attributes);
            });
    world.time().run();
    check();
    onlyTheImpossibleIsLeft();
  }

  private void arrives(String body) {
    world.note("arrives: %s", body);
    switch (world.random().nextInt(6)) {
      case 0 -> invoke(body);
      case 1 -> {
        if (bodies.isJson(body)) {
          accept(body);
          lambda.invokeAsynchronously(body);
        }
      }
      default -> {
        accept(body);
        world.requests().send(body, Map.of());
      }
    }
  }

  /// The caller knows what is accepted: what he is answered.
  private void invoke(String body) {
    long at = world.time().now();
    asked.add(body);
    lambda.invoke(
        body,
        end ->
            end.answer()
                .ifPresent(
                    answer -> {
                      var numbers = RESET.matcher(answer);
                      if (!numbers.matches()) {
                        world.violation("a direct invocation answers %s", answer);
                      } else if (numbers.group(1).equals("1") || numbers.group(2).equals("1")) {
                        accept(body, at);
                      } else if (!leaves(body, at).equals(Optional.of(Set.of()))) {
                        world.violation("nothing was done for %s", body);
                      }
                    }));
  }

  private void accept(String body) {
    accept(body, world.time().now());
  }

  private void accept(String body, long at) {
    world.count("accepted");
    asked.add(body);
    accepted.add(new Accepted(body, at, leaves(body, at)));
  }

  private Optional<Set<Leaf>> leaves(String body, long at) {
    try {
      return Optional.of(world.oracle().leaves(body, at));
    } catch (Oracle.Refused e) {
      return Optional.empty();
    }
  }

  private void check() {
    if (!world.requests().isEmpty()) {
      world.violation("still queued: %s", world.requests().messages());
    }
    List<Letter> letters = world.letters();
    letters.forEach(this::itsReasonIsTrue);
    Map<Leaf, Long> buried = new HashMap<>();
    for (Letter letter : letters) {
      leaves(letter.body(), letter.sentAt())
          .orElse(Set.of())
          .forEach(leaf -> buried.merge(asWritten(leaf), letter.sentAt(), Math::max));
    }
    for (Accepted request : accepted) {
      request
          .leaves()
          .ifPresentOrElse(
              leaves ->
                  leaves.stream()
                      .filter(leaf -> !isFresh(leaf, request) && !isBuried(leaf, request, buried))
                      .forEach(leaf -> world.violation("%s is lost of %s", leaf, request)),
              () -> {
                if (letters.stream().noneMatch(letter -> isThatOf(request, letter))) {
                  world.violation("lost without a word: %s", request);
                }
              });
    }
    nothingIsResetThatNobodyAskedFor();
    accepted.clear();
  }

  private boolean isFresh(Leaf leaf, Accepted request) {
    return world.resets().getOrDefault(leaf, List.of()).stream().anyMatch(at -> at >= request.at());
  }

  private boolean isBuried(Leaf leaf, Accepted request, Map<Leaf, Long> buried) {
    return buried.getOrDefault(asWritten(leaf), -1L) >= request.at()
        || isNoLongerUnclear(leaf, request);
  }

  /// The letter for an entity of a name that cannot be asked for says no version.
  private Leaf asWritten(Leaf leaf) {
    return world.oracle().isPossible(leaf)
        ? leaf
        : new Leaf(leaf.connector(), leaf.parent(), leaf.entity(), "");
  }

  /// A pattern that matched nothing may match something by now.
  private boolean isNoLongerUnclear(Leaf leaf, Accepted request) {
    return leaf.version().equals(Leaf.UNCLEAR)
        && !leaves(request.body(), world.time().now()).orElse(Set.of()).contains(leaf);
  }

  private static boolean isThatOf(Accepted request, Letter letter) {
    return letter.body().equals(request.body()) && letter.sentAt() >= request.at();
  }

  private void nothingIsResetThatNobodyAskedFor() {
    Set<Leaf> wanted = new LinkedHashSet<>();
    asked.forEach(body -> leaves(body, world.time().now()).ifPresent(wanted::addAll));
    world.resets().keySet().stream()
        .filter(leaf -> !wanted.contains(leaf))
        .forEach(leaf -> world.violation("nobody asked for %s", leaf));
  }

  /// SQS gives none, and Lambda the exception that the function ended with.
  private void itsReasonIsTrue(Letter letter) {
    letter
        .from()
        .ifPresent(
            invocation -> {
              String code = letter.attributes().getOrDefault("ErrorCode", "");
              if (!isTrue(code, letter, invocation)) {
                world.violation(
                    "%s is no true reason of %s %s", code, letter.body(), letter.attributes());
              }
            });
  }

  private boolean isTrue(String code, Letter letter, Invocation invocation) {
    int receives = Integer.parseInt(letter.attributes().getOrDefault("ReceiveCount", "0"));
    boolean last = receives >= world.settings().maxReceiveCount();
    return switch (code) {
      case "InvalidRequest" ->
          world.oracle().isRefused(letter.body()) || holdsTheImpossible(letter, letter.sentAt());
      case "NoMatch", "NoApiVersion", "InvalidEntityName", "InvalidEntitiesPath" ->
          holdsTheImpossible(letter, letter.sentAt())
              || holdsTheImpossible(letter, invocation.begin());
      case "TooManyCalls" ->
          // That requests mean the same is known when each has been looked at, not before.
          (leaves(letter.body(), letter.sentAt()).orElse(Set.of()).size() > 1
                  || world.oracle().requests(letter.body()) > 1)
              && world.settings().maxCallsPerEvent() < 100;
      case "OutOfTime" -> last && letter.sentAt() >= invocation.deadline();
      case "DeadLetterNotAccepted", "InvalidResponse" -> last && !invocation.troubles.isEmpty();
      default -> invocation.troubles.contains(code) && (last || PERMANENT.contains(code));
    };
  }

  /// As things were at that time.
  private boolean holdsTheImpossible(Letter letter, long at) {
    return leaves(letter.body(), at).orElse(Set.of()).stream()
        .anyMatch(leaf -> !world.oracle().isPossible(leaf));
  }

  /// The weather is fair, so that what comes back as a dead letter once more can never be done.
  private void onlyTheImpossibleIsLeft() {
    for (Letter letter : world.letters()) {
      String code = letter.attributes().getOrDefault("ErrorCode", "");
      if (!holdsTheImpossible(letter, letter.sentAt())
          && !world.oracle().isRefused(letter.body())
          && !Set.of("TooManyCalls", "ConnectorAuthenticationException").contains(code)) {
        world.violation("%s could be done, and is a dead letter again", letter);
      }
    }
  }
}
