package io.github.metadatareset.json;

import com.fasterxml.jackson.core.ErrorReportConfiguration;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads one JSON text (RFC 8259) within limits, and says where and why it cannot. With
/// jackson-core, because its messages can be shown as they are and it has the limits. The first
/// invocation after a restore takes no longer than with Gson; a start without SnapStart takes at
/// most 40 ms more (src/benchmark/README.md).
final class JsonTextReader {

  private static final String JSON = "JSON (RFC 8259)";

  private static final int MAX_NESTING = 64;
  private static final int MAX_LENGTH_OF_A_NUMBER = 1000;
  private static final int MAX_TOKEN_IN_ERROR = 20;
  private static final int EXCERPT = 20;

  private final String text;
  private final String pointer;
  private final JsonParser json;

  private JsonTextReader(String text, String pointer, int maxTokens) throws IOException {
    this.text = text;
    this.pointer = pointer;
    this.json = factory(maxTokens).createParser(new StringReader(text));
  }

  /// One for each text, because a factory keeps the names that it has read. Within a text equal
  /// names are one string. A message says where an array or object began only if the source is
  /// included; that of a `StringReader` is shown without its content.
  private static JsonFactory factory(int maxTokens) {
    return new JsonFactoryBuilder()
        .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
        .enable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
        .streamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(MAX_NESTING)
                .maxNameLength(Integer.MAX_VALUE)
                .maxNumberLength(Integer.MAX_VALUE)
                .maxTokenCount(maxTokens)
                .build())
        .errorReportConfiguration(
            ErrorReportConfiguration.builder().maxErrorTokenLength(MAX_TOKEN_IN_ERROR).build())
        .build();
  }

  /// @param maxTokens the most names, values, and ends of arrays and objects
  /// @return a `Map`, `List`, `String`, `Boolean`, null, or a number: an `Integer` or a `Long`
  ///     where one can hold it, or else a `BigDecimal`
  /// @throws InvalidJsonException if the text is anything but one value within the limits
  static Object read(String text, String pointer, int maxTokens) {
    try {
      return new JsonTextReader(text, pointer, maxTokens).onlyValue();
    } catch (IOException e) {
      throw new UncheckedIOException("reading a string failed", e);
    }
  }

  private Object onlyValue() throws IOException {
    try {
      if (json.nextToken() == null) {
        throw invalid("no JSON value", json.currentLocation(), "", JSON);
      }
      Object value = value();
      if (json.nextToken() != null) {
        throw invalid(
            "a second JSON value",
            json.currentTokenLocation(),
            "",
            "one JSON value, such as {\"requests\": [...]} for several requests");
      }
      return value;
    } catch (StreamConstraintsException e) {
      throw overLimit(e.getOriginalMessage());
    } catch (JsonProcessingException e) {
      String reason =
          JsonMistake.of(text, (int) e.getLocation().getCharOffset())
              .orElseGet(e::getOriginalMessage);
      throw invalid("not JSON", e.getLocation(), ": " + reason, JSON);
    }
  }

  private Object value() throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalStateException("no value: " + json.currentToken());
    };
  }

  private Map<String, Object> object() throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (members.containsKey(name)) {
        throw invalid(
            "the key %s twice".formatted(JsonValue.shown(name)),
            json.currentTokenLocation(),
            "",
            "JSON with each key once");
      }
      json.nextToken();
      members.put(name, value());
    }
    return members;
  }

  private List<Object> array() throws IOException {
    List<Object> elements = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value());
    }
    return elements;
  }

  private Number number() throws IOException {
    if (json.getTextLength() > MAX_LENGTH_OF_A_NUMBER) {
      throw overLimit("number of more than %d characters".formatted(MAX_LENGTH_OF_A_NUMBER));
    }
    try {
      return switch (json.getNumberType()) {
        case INT, LONG -> json.getNumberValue();
        default -> json.getDecimalValue();
      };
    } catch (NumberFormatException e) {
      throw overLimit("exponent beyond %d".formatted(Integer.MAX_VALUE));
    }
  }

  private InvalidJsonException overLimit(String limit) {
    return invalid("over a limit", json.currentLocation(), ": " + limit, "JSON within the limits");
  }

  private InvalidJsonException invalid(
      String problem, JsonLocation place, String reason, String expectation) {
    int offset = (int) place.getCharOffset();
    String excerpt =
        text.substring(Math.max(0, offset - EXCERPT), Math.min(text.length(), offset + EXCERPT));
    return JsonValue.invalid(
        pointer + json.getParsingContext().pathAsPointer(),
        "%s at line %d, column %d, near %s%s"
            .formatted(
                problem,
                place.getLineNr(),
                place.getColumnNr(),
                JsonValue.write(excerpt),
                JsonValue.escaped(reason)),
        expectation);
  }
}
