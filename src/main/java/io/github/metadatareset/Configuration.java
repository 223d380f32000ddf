package io.github.metadatareset;

import io.github.metadatareset.request.ProfilePattern;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What `template.yaml` sets in the function's environment.
///
/// @param maxReceiveCount the `maxReceiveCount` of the request queue's redrive policy
/// @param maxConcurrentCalls how many calls of AppFlow are under way at the same time
/// @param maxCallsPerEvent how many calls one event may come to, through all of its parts
/// @param reach the profiles that patterns and events reach, and that may be named
record Configuration(
    String requestQueueUrl,
    String deadLetterQueueUrl,
    int maxReceiveCount,
    int maxConcurrentCalls,
    int maxCallsPerEvent,
    ProfilePattern reach) {

  private static final int MAX_RECEIVE_COUNT = 1000;
  private static final int MAX_CONCURRENT_CALLS = 256;
  private static final int MAX_CALLS_PER_EVENT = 100_000_000;

  /// @throws IllegalStateException that names every variable that is missing or wrong
  static Configuration of(Map<String, String> environment) {
    Variables variables = new Variables(environment);
    String requests =
        variables.read("REQUEST_QUEUE_URL", "the URL of an SQS queue", Configuration::url);
    String deadLetters =
        variables.read("DEAD_LETTER_QUEUE_URL", "the URL of an SQS queue", Configuration::url);
    Integer receives = variables.readCount("MAX_RECEIVE_COUNT", MAX_RECEIVE_COUNT);
    Integer calls = variables.readCount("MAX_CONCURRENT_CALLS", MAX_CONCURRENT_CALLS);
    Integer callsPerEvent = variables.readCount("MAX_CALLS_PER_EVENT", MAX_CALLS_PER_EVENT);
    ProfilePattern reach =
        variables.read(
            "CONNECTOR_PROFILE_PATTERN",
            "a connector profile name pattern, such as * or prod-*",
            ProfilePattern::new);
    variables.check();
    return new Configuration(requests, deadLetters, receives, calls, callsPerEvent, reach);
  }

  private static String url(String text) {
    URI uri = URI.create(text);
    if (uri.getHost() == null || uri.getScheme() == null || !uri.getScheme().matches("https?")) {
      throw new IllegalArgumentException("no URL");
    }
    return text;
  }

  /// Reads one variable after the other, and says in the end what was wrong with all of them.
  private static final class Variables {
    private final Map<String, String> environment;
    private final List<String> problems = new ArrayList<>();

    Variables(Map<String, String> environment) {
      this.environment = environment;
    }

    /// Null after a problem: [#check()] then throws.
    <T> T read(String name, String expectation, Function<String, T> parser) {
      Optional<String> value = Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank());
      if (value.isEmpty()) {
        problems.add("%s is missing; expected %s".formatted(name, expectation));
        return null;
      }
      try {
        return parser.apply(value.get());
      } catch (IllegalArgumentException e) {
        problems.add("%s is \"%s\"; expected %s".formatted(name, value.get(), expectation));
        return null;
      }
    }

    Integer readCount(String name, int max) {
      return read(
          name,
          "a whole number from 1 to " + max,
          text -> {
            int count = Integer.parseInt(text);
            if (count < 1 || count > max) {
              throw new IllegalArgumentException("out of range");
            }
            return count;
          });
    }

    void check() {
      if (!problems.isEmpty()) {
        throw new IllegalStateException("environment: " + String.join("; ", problems));
      }
    }
  }
}
