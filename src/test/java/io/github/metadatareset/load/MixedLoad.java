package io.github.metadatareset.load;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The load of an ordinary day: mostly requests for single entities, many of them for the same one,
/// the events and requests of `events/`, and some that are refused.
final class MixedLoad {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final int ENTITIES = 200;

  /// The beginning of names that are neither a member of a request nor a profile.
  private static final String REFUSED = "refused-";

  private final RandomGenerator random;
  private final List<String> events = events();
  private final Set<String> missingDeadLetters = new HashSet<>();
  private int refused;

  MixedLoad(RandomGenerator random) {
    this.random = random;
  }

  /// The account that the events name, with more entities.
  static AppFlowAccount account() {
    AppFlowAccount account = AppFlowAccount.sample().addEntity("crm-prod", "Flaky");
    IntStream.range(0, ENTITIES).forEach(i -> account.addEntity("crm-prod", "Entity" + i));
    return account;
  }

  /// AppFlow sometimes throttles a call or resets its connection, and often fails those for one
  /// entity.
  static void addFaults(Faults faults) {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger flaky = new AtomicInteger();
    faults
        .always(
            RESET,
            Fault.error(500, "InternalServerException"),
            call ->
                "Flaky".equals(call.get("connectorEntityName")) && flaky.incrementAndGet() % 4 != 0)
        .always(RESET, Fault.throttled(), _ -> calls.incrementAndGet() % 200 == 0)
        .always(RESET, Fault.connectionReset(), _ -> calls.get() % 300 == 1);
  }

  /// The body of the next message.
  String next() {
    return switch (random.nextInt(20)) {
      case 0 -> refused("{\"connectorProfileName\":\"crm-prod\",\"%s\":1}");
      case 1 -> refused("{\"connectorProfileName\":\"%s\"}");
      case 2, 3, 4 -> events.get(random.nextInt(events.size()));
      case 5, 6, 7, 8 -> entity("Account");
      case 9 -> entity("Flaky");
      default -> entity("Entity" + random.nextInt(ENTITIES));
    };
  }

  /// Records a dead letter.
  void deadLettered(String body) {
    if (body.contains(REFUSED) && !missingDeadLetters.remove(body)) {
      throw new AssertionError("dead-lettered twice: " + body);
    }
  }

  /// The bodies so far that must become dead letters, and did not yet.
  Set<String> missingDeadLetters() {
    return Set.copyOf(missingDeadLetters);
  }

  private String refused(String form) {
    String body = form.formatted(REFUSED + refused++);
    missingDeadLetters.add(body);
    return body;
  }

  private static String entity(String name) {
    return "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":\"%s\"}".formatted(name);
  }

  private static List<String> events() {
    try (Stream<Path> files = Files.list(Path.of("events"))) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(MixedLoad::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
