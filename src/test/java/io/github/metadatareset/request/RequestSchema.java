package io.github.metadatareset.request;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;

/// `request.schema.json` and a validator for it.
///
/// The validator reads integers modulo 2^64, so 1e400 is 0. Only the reader is tested with larger
/// numbers.
public record RequestSchema(JsonNode text, Schema schema) {

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  public static RequestSchema load() {
    try (InputStream json = RequestReader.class.getResourceAsStream("/request.schema.json")) {
      JsonNode text = MAPPER.readTree(json);
      return new RequestSchema(text, registry().getSchema(text));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  public boolean accepts(String json) {
    try {
      return schema.validate(MAPPER.readTree(json)).isEmpty();
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  /// In JSON Schema 1.0 is an integer. This validator needs an option for it.
  static SchemaRegistry registry() {
    return SchemaRegistry.withDefaultDialect(
        SpecificationVersion.DRAFT_2020_12,
        builder ->
            builder.schemaRegistryConfig(
                SchemaRegistryConfig.builder().losslessNarrowing(true).build()));
  }
}
