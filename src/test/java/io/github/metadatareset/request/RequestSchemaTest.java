package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import io.github.metadatareset.RandomCases;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `request.schema.json` describes for editors and other tools what the reader reads: the two
/// agree.
class RequestSchemaTest {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();
  private static final JsonNode TEXT = read();
  private static final Schema SCHEMA = registry().getSchema(TEXT);
  private static final RequestReader READER = new RequestReader(ProfilePattern.ALL);

  @Test
  void itIsAValidSchemaOfTheEditionThatItNames() {
    String edition = SpecificationVersion.DRAFT_2020_12.getDialectId();
    Schema schemaOfSchemas = registry().getSchema(SchemaLocation.of(edition));

    assertEquals(edition, TEXT.get("$schema").textValue());
    assertEquals("[]", schemaOfSchemas.validate(TEXT).toString());
  }

  @Test
  void itsExamplesAreRequests() {
    assertTrue(TEXT.get("examples").size() > 5);
    TEXT.get("examples").forEach(example -> assertBoth(true, example.toString()));
  }

  @ParameterizedTest
  @MethodSource("requestFiles")
  void theRequestsAmongTheEventsKeepToIt(Path file) throws IOException {
    assertBoth(true, Files.readString(file));
  }

  @Test
  void itAgreesWithTheReaderOnEveryValue() {
    int cases = 6_000;
    Map<Boolean, Integer> verdicts = new TreeMap<>();

    new RandomCases(cases)
        .check(
            random -> {
              String json = JsonValue.write(new RandomJson(random).any());
              boolean accepted = readerAccepts(json);
              assertEquals(accepted, schemaAccepts(json), () -> "the schema's verdict on " + json);
              verdicts.merge(accepted, 1, Integer::sum);
            });

    assertTrue(verdicts.get(true) > cases / 4, () -> "accepted and refused: " + verdicts);
    assertTrue(verdicts.get(false) > cases / 4, () -> "accepted and refused: " + verdicts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-0", "0.0", "-0.0", "1.0", "10", "1e1", "100e-1", "0e999999999"})
  void aWholeDepthIsOneHoweverItIsWritten(String depth) {
    assertBoth(true, ofDepth(depth));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "11", "0.5", "1e-400", "1e9", "4294967297", "\"1\""})
  void anyOtherDepthIsNone(String depth) {
    assertBoth(false, ofDepth(depth));
  }

  private static String ofDepth(String depth) {
    return """
        {"connectorProfileName": "crm-prod", "entities": "ALL", "depth": %s}"""
        .formatted(depth);
  }

  private static void assertBoth(boolean accepted, String json) {
    assertEquals(accepted, readerAccepts(json), () -> "the reader's verdict on " + json);
    assertEquals(accepted, schemaAccepts(json), () -> "the schema's verdict on " + json);
  }

  private static boolean readerAccepts(String json) {
    try {
      READER.read(JsonValue.parse(json, ""));
      return true;
    } catch (RequestFailedException e) {
      return false;
    }
  }

  private static boolean schemaAccepts(String json) {
    try {
      return SCHEMA.validate(MAPPER.readTree(json)).isEmpty();
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  private static Stream<Path> requestFiles() throws IOException {
    return Files.list(Path.of("events"))
        .filter(file -> file.getFileName().toString().startsWith("request-"));
  }

  /// In JSON Schema 1.0 is an integer.
  private static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder.schemaRegistryConfig(
                SchemaRegistryConfig.builder().losslessNarrowing(true).build()));
  }

  private static JsonNode read() {
    try (InputStream json = RequestReader.class.getResourceAsStream("/request.schema.json")) {
      return MAPPER.readTree(json);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
