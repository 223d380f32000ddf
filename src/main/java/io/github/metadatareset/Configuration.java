package io.github.metadatareset;

import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ProfilePattern;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// The environment variables that `template.yaml` sets for the function.
record Configuration(
    String requestQueueUrl, String deadLetterQueueUrl, String eventBusName, Limits limits) {

  private static final int MAX_RECEIVE_COUNT = 1000;
  private static final int MAX_CONCURRENT_CALLS = 256;
  private static final int MAX_CALLS_PER_EVENT = 100_000_000;

  /// What PutEvents accepts:
  /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html>.
  private static final String EVENT_BUS =
      "(arn:aws[\\w-]*:events:[a-z]+-[a-z]+-[\\w-]+:[0-9]{12}:event-bus/)?[._A-Za-z0-9-]+";

  private static final int MAX_EVENT_BUS_LENGTH = 1600;

  /// @throws IllegalStateException that names every variable that is missing or wrong
  static Configuration of(Map<String, String> environment) {
    Variable<String> requestQueueUrl = Variable.url(environment, "REQUEST_QUEUE_URL");
    Variable<String> deadLetterQueueUrl = Variable.url(environment, "DEAD_LETTER_QUEUE_URL");
    Variable<String> eventBusName = Variable.eventBus(environment, "EVENT_BUS_NAME");
    Variable<Integer> maxReceiveCount =
        Variable.count(environment, "MAX_RECEIVE_COUNT", MAX_RECEIVE_COUNT);
    Variable<Integer> maxConcurrentCalls =
        Variable.count(environment, "MAX_CONCURRENT_CALLS", MAX_CONCURRENT_CALLS);
    Variable<Integer> maxCallsPerEvent =
        Variable.count(environment, "MAX_CALLS_PER_EVENT", MAX_CALLS_PER_EVENT);
    Variable<ProfilePattern> allowedProfiles =
        Variable.read(
            environment,
            "CONNECTOR_PROFILE_PATTERN",
            "a connector profile name pattern, such as * or prod-*",
            ProfilePattern::new);
    Variable<Optional<ProfilePattern>> excludedProfiles =
        Variable.optional(
            environment,
            "EXCLUDED_PROFILE_PATTERN",
            "nothing, or a connector profile name pattern, such as *-test",
            ProfilePattern::new);
    List<String> problems =
        Stream.of(
                requestQueueUrl,
                deadLetterQueueUrl,
                eventBusName,
                maxReceiveCount,
                maxConcurrentCalls,
                maxCallsPerEvent,
                allowedProfiles,
                excludedProfiles)
            .flatMap(variable -> variable.problem().stream())
            .toList();
    if (!problems.isEmpty()) {
      throw new IllegalStateException(
          "wrong environment variables: " + String.join("; ", problems));
    }
    return new Configuration(
        requestQueueUrl.get(),
        deadLetterQueueUrl.get(),
        eventBusName.get(),
        new Limits(
            maxReceiveCount.get(),
            maxConcurrentCalls.get(),
            maxCallsPerEvent.get(),
            new AllowedProfiles(allowedProfiles.get(), excludedProfiles.get())));
  }

  /// A variable that was read: it has a value, or a problem.
  private record Variable<T>(Optional<T> value, Optional<String> problem) {

    static <T> Variable<T> read(
        Map<String, String> environment,
        String name,
        String expectation,
        Function<String, T> parser) {
      String text = environment.getOrDefault(name, "");
      if (text.isBlank()) {
        return problem("%s is missing; expected %s".formatted(name, expectation));
      }
      try {
        return new Variable<>(Optional.of(parser.apply(text)), Optional.empty());
      } catch (IllegalArgumentException e) {
        return problem("%s is \"%s\"; expected %s".formatted(name, text, expectation));
      }
    }

    /// A variable that may be missing or blank.
    static <T> Variable<Optional<T>> optional(
        Map<String, String> environment,
        String name,
        String expectation,
        Function<String, T> parser) {
      return environment.getOrDefault(name, "").isBlank()
          ? new Variable<>(Optional.of(Optional.empty()), Optional.empty())
          : read(environment, name, expectation, text -> Optional.of(parser.apply(text)));
    }

    static Variable<String> url(Map<String, String> environment, String name) {
      return read(
          environment,
          name,
          "the URL of an SQS queue",
          text -> {
            URI uri = URI.create(text);
            require(uri.getHost() != null && List.of("http", "https").contains(uri.getScheme()));
            return text;
          });
    }

    static Variable<String> eventBus(Map<String, String> environment, String name) {
      return read(
          environment,
          name,
          "the name or the ARN of an EventBridge event bus",
          text -> {
            require(text.length() <= MAX_EVENT_BUS_LENGTH && text.matches(EVENT_BUS));
            return text;
          });
    }

    static Variable<Integer> count(Map<String, String> environment, String name, int max) {
      return read(
          environment,
          name,
          "a whole number from 1 to " + max,
          text -> {
            int count = Integer.parseInt(text);
            require(count >= 1 && count <= max);
            return count;
          });
    }

    T get() {
      return value.orElseThrow();
    }

    private static <T> Variable<T> problem(String problem) {
      return new Variable<>(Optional.empty(), Optional.of(problem));
    }

    private static void require(boolean condition) {
      if (!condition) {
        throw new IllegalArgumentException();
      }
    }
  }
}
