package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecificationVersion;
import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `request.schema.json` accepts exactly the requests that the reader accepts, here and in the
/// reader's own test.
class RequestSchemaTest {

  private static final RequestSchema SCHEMA = RequestSchema.load();
  private static final RequestReader READER = new RequestReader(AllowedProfiles.ALL);

  @Test
  void isAValidSchema() {
    String edition = SpecificationVersion.DRAFT_2020_12.getDialectId();
    var schemaOfSchemas = RequestSchema.registry().getSchema(SchemaLocation.of(edition));

    assertEquals(edition, SCHEMA.text().get("$schema").textValue());
    assertEquals(List.of(), schemaOfSchemas.validate(SCHEMA.text()));
  }

  @Test
  void hasValidExamples() {
    var examples = SCHEMA.text().get("examples");

    assertTrue(examples.size() > 5);
    examples.forEach(example -> assertBoth(true, example.toString()));
  }

  @ParameterizedTest
  @MethodSource("requestFiles")
  void acceptsTheRequestsInEvents(Path file) throws IOException {
    assertBoth(true, Files.readString(file));
  }

  static Stream<Path> requestFiles() throws IOException {
    try (var files = Files.list(Path.of("events"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("request-"))
          .toList()
          .stream();
    }
  }

  @Test
  void agreesWithTheReader() {
    RandomCases cases = new RandomCases(6_000);
    Map<Boolean, Integer> verdicts = new TreeMap<>(Map.of(true, 0, false, 0));

    cases.check(
        random -> {
          String json = JsonValue.write(new RandomJson(random).any());
          boolean accepted = readerAccepts(json);
          assertEquals(accepted, SCHEMA.accepts(json), () -> "the schema's verdict on " + json);
          verdicts.merge(accepted, 1, Integer::sum);
        });

    assertTrue(verdicts.get(true) > cases.count() / 4, () -> "accepted and refused: " + verdicts);
    assertTrue(verdicts.get(false) > cases.count() / 4, () -> "accepted and refused: " + verdicts);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"connectorProfileName": "%s"}                        | 256
          {"connectorProfileName": "*%s"}                       | 255
          {"connectorProfileName": "*", "connectorLabel": "%s"} | 256
          {"connectorType": "S3", "connectorEntityName": "%s"}  | 1024
          {"connectorType": "S3", "entities": ["%s"]}           | 1024
          {"connectorType": "S3", "entitiesPath": "%s"}         | 256
          {"connectorType": "S3", "apiVersion": "%s"}           | 256
          {"flowName": "%s"}                                    | 256
          {"flowName": "?%s"}                                   | 255
          """)
  void hasTheSameLengthLimits(String request, int max) {
    assertBoth(true, request.formatted("x".repeat(max)));
    assertBoth(false, request.formatted("x".repeat(max + 1)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"connectorType": "S3", "connectorEntityName": "%s"} | 1024
          {"connectorType": "S3", "apiVersion": "%s"}          | 256
          """)
  void countsCodePoints(String request, int max) {
    assertBoth(true, request.formatted("\\ud83d\\ude00".repeat(max)));
    assertBoth(false, request.formatted("\\ud83d\\ude00".repeat(max) + "x"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0", "0.0", "-0.0", "1.0", "5", "0.5e1", "50e-1", "0e999999999"})
  void acceptsADepthInEveryNotation(String depth) {
    assertBoth(true, ofDepth(depth));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "6", "10", "0.5", "1e-400", "1e9", "4294967297", "\"1\""})
  void refusesAnInvalidDepth(String depth) {
    assertBoth(false, ofDepth(depth));
  }

  private static String ofDepth(String depth) {
    return """
    {"connectorProfileName": "crm-prod", "entities": "ALL", "depth": %s}"""
        .formatted(depth);
  }

  private static void assertBoth(boolean accepted, String json) {
    assertEquals(accepted, readerAccepts(json), () -> "the reader's verdict on " + json);
    assertEquals(accepted, SCHEMA.accepts(json), () -> "the schema's verdict on " + json);
  }

  private static boolean readerAccepts(String json) {
    try {
      READER.read(JsonValue.parse(json, ""));
      return true;
    } catch (InvalidJsonException e) {
      return false;
    }
  }
}
