package io.github.metadatareset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ProfilePattern;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigurationTest {

  private static final String REQUESTS =
      "https://sqs.eu-central-1.amazonaws.com/111122223333/requests";
  private static final String DEAD_LETTERS =
      "https://sqs.eu-central-1.amazonaws.com/111122223333/dead-letters";

  private static final String EVENT_BUS = "the name or the ARN of an EventBridge event bus";
  private static final String URL = "the URL of an SQS queue";
  private static final String RECEIVES = "a whole number from 1 to 1000";
  private static final String CALLS = "a whole number from 1 to 256";
  private static final String CALLS_PER_EVENT = "a whole number from 1 to 100000000";
  private static final String PATTERN = "a connector profile name pattern, such as * or prod-*";
  private static final String EXCLUDED =
      "nothing, or a connector profile name pattern, such as *-test";

  private final Map<String, String> environment =
      new HashMap<>(
          Map.of(
              "REQUEST_QUEUE_URL", REQUESTS,
              "DEAD_LETTER_QUEUE_URL", DEAD_LETTERS,
              "EVENT_BUS_NAME", "flow-checks",
              "MAX_RECEIVE_COUNT", "12",
              "MAX_CONCURRENT_CALLS", "8",
              "MAX_CALLS_PER_EVENT", "9000",
              "CONNECTOR_PROFILE_PATTERN", "prod-*"));

  @Test
  void readsWhatTheTemplateSets() {
    assertEquals(
        new Configuration(
            REQUESTS,
            DEAD_LETTERS,
            "flow-checks",
            new Limits(12, 8, 9000, new AllowedProfiles(new ProfilePattern("prod-*")))),
        Configuration.of(environment));
  }

  @ParameterizedTest(name = "\"{0}\"")
  @ValueSource(strings = {"", " "})
  void excludesNothingIfThePatternForItIsBlank(String blank) {
    environment.put("EXCLUDED_PROFILE_PATTERN", blank);

    assertEquals(
        new AllowedProfiles(new ProfilePattern("prod-*")),
        Configuration.of(environment).limits().allowedProfiles());
  }

  @Test
  void readsWhichProfilesAreExcluded() {
    environment.put("EXCLUDED_PROFILE_PATTERN", "prod-legacy-*");

    assertEquals(
        new AllowedProfiles(
            new ProfilePattern("prod-*"), Optional.of(new ProfilePattern("prod-legacy-*"))),
        Configuration.of(environment).limits().allowedProfiles());
  }

  @Test
  void ignoresOtherVariables() {
    environment.put("AWS_REGION", "eu-central-1");

    assertEquals(REQUESTS, Configuration.of(environment).requestQueueUrl());
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource({
    "REQUEST_QUEUE_URL, http://127.0.0.1:9324/000000000000/requests",
    "EVENT_BUS_NAME, default",
    "EVENT_BUS_NAME, Flow_checks.eu-1",
    "EVENT_BUS_NAME, arn:aws:events:eu-central-1:111122223333:event-bus/default",
    "EVENT_BUS_NAME, arn:aws-us-gov:events:us-gov-west-1:111122223333:event-bus/flow-checks",
    "MAX_RECEIVE_COUNT, 1",
    "MAX_RECEIVE_COUNT, 1000",
    "MAX_CONCURRENT_CALLS, 1",
    "MAX_CONCURRENT_CALLS, 256",
    "MAX_CALLS_PER_EVENT, 1",
    "MAX_CALLS_PER_EVENT, 100000000",
    "CONNECTOR_PROFILE_PATTERN, *",
    "CONNECTOR_PROFILE_PATTERN, crm-prod",
    "CONNECTOR_PROFILE_PATTERN, team/crm-?",
  })
  void acceptsAValidValue(String variable, String value) {
    environment.put(variable, value);

    Configuration.of(environment);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "REQUEST_QUEUE_URL, " + URL,
    "DEAD_LETTER_QUEUE_URL, " + URL,
    "EVENT_BUS_NAME, " + EVENT_BUS,
    "MAX_RECEIVE_COUNT, " + RECEIVES,
    "MAX_CONCURRENT_CALLS, " + CALLS,
    "MAX_CALLS_PER_EVENT, " + CALLS_PER_EVENT,
    "CONNECTOR_PROFILE_PATTERN, '" + PATTERN + "'",
  })
  void namesAMissingOrBlankVariable(String variable, String expected) {
    environment.remove(variable);
    assertEquals(
        "wrong environment variables: %s is missing; expected %s".formatted(variable, expected),
        problem());

    environment.put(variable, " ");
    assertEquals(
        "wrong environment variables: %s is missing; expected %s".formatted(variable, expected),
        problem());
  }

  @ParameterizedTest(name = "{0} = {1}")
  @CsvSource({
    "REQUEST_QUEUE_URL, requests, " + URL,
    "REQUEST_QUEUE_URL, arn:aws:sqs:eu-central-1:111122223333:requests, " + URL,
    "REQUEST_QUEUE_URL, ftp://example.com/requests, " + URL,
    "REQUEST_QUEUE_URL, https:///requests, " + URL,
    "REQUEST_QUEUE_URL, https://a queue, " + URL,
    "DEAD_LETTER_QUEUE_URL, dead-letters, " + URL,
    "EVENT_BUS_NAME, flow checks, " + EVENT_BUS,
    "EVENT_BUS_NAME, flow/checks, " + EVENT_BUS,
    "EVENT_BUS_NAME, arn:aws:events:eu-central-1:111122223333:rule/flow-checks, " + EVENT_BUS,
    "EVENT_BUS_NAME, arn:aws:sqs:eu-central-1:111122223333:flow-checks, " + EVENT_BUS,
    "MAX_RECEIVE_COUNT, 0, " + RECEIVES,
    "MAX_RECEIVE_COUNT, -1, " + RECEIVES,
    "MAX_RECEIVE_COUNT, 1001, " + RECEIVES,
    "MAX_RECEIVE_COUNT, 12.0, " + RECEIVES,
    "MAX_RECEIVE_COUNT, twelve, " + RECEIVES,
    "MAX_RECEIVE_COUNT, 99999999999, " + RECEIVES,
    "MAX_CONCURRENT_CALLS, 0, " + CALLS,
    "MAX_CONCURRENT_CALLS, 257, " + CALLS,
    "MAX_CONCURRENT_CALLS, ' 8', " + CALLS,
    "CONNECTOR_PROFILE_PATTERN, prod *, '" + PATTERN + "'",
    "CONNECTOR_PROFILE_PATTERN, 'prod,test', '" + PATTERN + "'",
    "EXCLUDED_PROFILE_PATTERN, 'a b', '" + EXCLUDED + "'",
  })
  void namesAnInvalidVariableItsValueAndWhatIsExpected(
      String variable, String value, String expected) {
    environment.put(variable, value);

    assertEquals(
        "wrong environment variables: %s is \"%s\"; expected %s"
            .formatted(variable, value, expected),
        problem());
  }

  @Test
  void theNameOfAnEventBusHasAtMost1600Characters() {
    environment.put("EVENT_BUS_NAME", "b".repeat(1600));
    Configuration.of(environment);

    environment.put("EVENT_BUS_NAME", "b".repeat(1601));
    assertTrue(problem().endsWith("expected " + EVENT_BUS));
  }

  @Test
  void namesAllProblemsAtOnce() {
    environment.clear();
    environment.put("MAX_RECEIVE_COUNT", "many");
    environment.put("MAX_CONCURRENT_CALLS", "8");

    assertEquals(
        "wrong environment variables: REQUEST_QUEUE_URL is missing; expected "
            + URL
            + "; DEAD_LETTER_QUEUE_URL is missing; expected "
            + URL
            + "; EVENT_BUS_NAME is missing; expected "
            + EVENT_BUS
            + "; MAX_RECEIVE_COUNT is \"many\"; expected "
            + RECEIVES
            + "; MAX_CALLS_PER_EVENT is missing; expected "
            + CALLS_PER_EVENT
            + "; CONNECTOR_PROFILE_PATTERN is missing; expected "
            + PATTERN,
        problem());
  }

  private String problem() {
    return assertThrows(IllegalStateException.class, () -> Configuration.of(environment))
        .getMessage();
  }
}
