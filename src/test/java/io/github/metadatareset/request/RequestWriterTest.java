package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestWriterTest {

  private static final RequestReader READER = new RequestReader(AllowedProfiles.ALL);

  @Test
  void aWrittenRequestIsReadAsTheSame() {
    new RandomCases(5_000)
        .check(
            random -> {
              Request request = new RandomRequests(random).any();
              assertEquals(request, read(request.json()));
            });
  }

  @Test
  void aReadRequestIsWrittenInAsciiAndReadAsTheSame() {
    RandomCases cases = new RandomCases(5_000);
    int[] accepted = {0};

    cases.check(
        random ->
            accepted(JsonValue.write(new RandomJson(random).any()))
                .ifPresent(
                    request -> {
                      accepted[0]++;
                      assertTrue(request.json().matches("[ -~]+"), request::json);
                      assertEquals(request, read(request.json()));
                    }));

    assertTrue(accepted[0] > cases.count() / 4, () -> accepted[0] + " of the cases were requests");
  }

  @ParameterizedTest
  @MethodSource
  void everyCodePointOfANameIsReadAsTheSame(Limit limit, Function<String, Request> requestOf) {
    int[] taken = {0};
    IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .mapToObj(Character::toString)
        .filter(c -> limit.allows("ab" + c))
        .gather(Gatherers.windowFixed(200))
        .forEach(
            characters -> {
              Request request = requestOf.apply("ab" + String.join("", characters));
              assertTrue(request.json().matches("[ -~]+"), request::json);
              assertEquals(request, read(request.json()));
              taken[0] += characters.size();
            });

    assertTrue(taken[0] > 60, () -> taken[0] + " code points");
  }

  static Stream<Arguments> everyCodePointOfANameIsReadAsTheSame() {
    Request.OfConnector names =
        new Request.OfConnector(
            new Connector.NamedProfile(new ProfileName("crm")), new Entities.Names());
    return Stream.of(
        requests(
            Limit.CONNECTOR_PROFILE_NAME,
            name -> names.withConnector(new Connector.NamedProfile(new ProfileName(name)))),
        requests(
            Limit.CONNECTOR_PROFILE_PATTERN,
            name ->
                names.withConnector(
                    new Connector.MatchingProfiles(new ProfilePattern("*" + name)))),
        requests(
            Limit.CONNECTOR_LABEL,
            name ->
                names.withConnector(
                    new Connector.MatchingProfiles(
                        ProfilePattern.ALL,
                        Optional.empty(),
                        Optional.of(new ConnectorLabel(name))))),
        requests(
            Limit.ENTITY_NAME, name -> names.withEntities(new Entities.One(new EntityName(name)))),
        requests(Limit.ENTITIES_PATH, name -> names.withEntitiesPath(new EntitiesPath(name))),
        requests(Limit.API_VERSION, name -> names.withApiVersion(new ApiVersion(name))),
        requests(Limit.FLOW_PATTERN, name -> new Request.OfFlows(new FlowPattern(name))));
  }

  private static Arguments requests(Limit limit, Function<String, Request> requestOf) {
    return Arguments.of(limit, requestOf);
  }

  /// Any other exception would fail the whole batch.
  @Test
  void theReaderThrowsNoOtherException() {
    new RandomCases(5_000)
        .check(
            random -> {
              RandomTexts texts = new RandomTexts(random);
              String json = JsonValue.write(new RandomJson(random).any());
              String text =
                  switch (random.nextInt(4)) {
                    case 0 -> json;
                    case 1 -> texts.unusual() + texts.unusual();
                    case 2 -> json.replaceFirst("[0-9]+", "1e" + random.nextLong());
                    default -> texts.corrupted(json);
                  };
              accepted(text);
              acceptedBytes(text.getBytes(StandardCharsets.UTF_8));
              acceptedBytes(text.getBytes(StandardCharsets.UTF_16BE));
              acceptedBytes(text.getBytes(StandardCharsets.ISO_8859_1));
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"connectorProfileName\":\"crm-prod\"}",
        "{\"connectorProfileName\":\"crm-prod\",\"connectorType\":\"Salesforce\"}",
        "{\"connectorProfileName\":\"*\",\"connectorType\":\"CustomConnector\","
            + "\"connectorLabel\":\"Erp\"}",
        "{\"connectorType\":\"S3\",\"connectorEntityName\":\"example-in\"}",
        "{\"connectorProfileName\":\"a\",\"entities\":\"USED_BY_FLOWS\",\"apiVersion\":\"v1\"}",
        "{\"connectorProfileName\":\"a\",\"entities\":\"ALL\",\"depth\":2,\"entitiesPath\":\"E\"}",
        "{\"connectorProfileName\":\"a\",\"entities\":[\"E\",\"caf\\u00E9\"]}",
        "{\"flowName\":\"crm-*\"}",
        "{\"requests\":[{\"flowName\":\"f1\"},{\"flowName\":\"f2\"}]}"
      })
  void membersAreInTheOrderOfTheApiWithoutDefaults(String json) {
    assertEquals(json, read(json).json());
  }

  @Test
  void anInvalidValueIsWrittenForADeadLetter() {
    var request =
        (Request.OfConnector) read("{\"connectorProfileName\":\"a\",\"entities\":\"ALL\"}");

    assertEquals(
        "{\"connectorProfileName\":\"a\",\"entities\":\"ALL\",\"entitiesPath\":\"a;b\"}",
        request.jsonWith(Member.ENTITIES_PATH, "a;b"));
  }

  private static Request read(String json) {
    return READER.read(JsonValue.parse(json, ""));
  }

  private static Optional<Request> accepted(String json) {
    try {
      return Optional.of(read(json));
    } catch (InvalidJsonException e) {
      return Optional.empty();
    }
  }

  private static Optional<Request> acceptedBytes(byte[] json) {
    try {
      return Optional.of(READER.read(JsonValue.parse(json)));
    } catch (InvalidJsonException e) {
      return Optional.empty();
    }
  }
}
