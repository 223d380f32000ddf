package io.github.metadatareset.json;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads one JSON text (RFC 8259) within bounds, and knows where it stands in it. With Gson: every
/// parser of Jackson's initialises `BigDecimal`, which takes 30 ms of a cold start on JDK 25. Here
/// only numbers do that which are no `long`.
final class JsonTextReader {

  private static final int MAX_NESTING = 64;
  private static final int MAX_LENGTH_OF_A_NUMBER = 1000;

  private final JsonReader json;
  private final int maxTokens;
  private int tokens;

  /// Of each array that is open its elements so far; of each object the name of the member that is
  /// read, null before the first.
  private final List<Object> open = new ArrayList<>();

  /// The same names come in every record of a batch, and need be there only once.
  private final Map<String, String> names = new HashMap<>();

  JsonTextReader(Reader text, int maxTokens) {
    this.json = new JsonReader(text);
    this.json.setStrictness(Strictness.STRICT);
    this.maxTokens = maxTokens;
  }

  /// @return a `Map`, `List`, `String`, `Boolean`, null, or a number: an `Integer` or a `Long`
  ///     where one can hold it, or else a `BigDecimal`
  /// @throws IOException if there is none, or none within the bounds
  Object value() throws IOException {
    count();
    return switch (json.peek()) {
      case BEGIN_OBJECT -> object();
      case BEGIN_ARRAY -> array();
      case STRING -> json.nextString();
      case NUMBER -> number(json.nextString());
      case BOOLEAN -> json.nextBoolean();
      case NULL -> {
        json.nextNull();
        yield null;
      }
      default -> throw new MalformedJsonException("Expected value");
    };
  }

  /// Whether nothing follows the value.
  boolean isAtItsEnd() throws IOException {
    try {
      return json.peek() == JsonToken.END_DOCUMENT;
    } catch (MalformedJsonException e) {
      return false;
    }
  }

  private Map<String, Object> object() throws IOException {
    Map<String, Object> members = new LinkedHashMap<>();
    json.beginObject();
    begin(null);
    while (json.hasNext()) {
      count();
      String name = name();
      open.set(open.size() - 1, name);
      if (members.containsKey(name)) {
        throw new MalformedJsonException("A second member of this name");
      }
      members.put(name, value());
    }
    json.endObject();
    end();
    return members;
  }

  private List<Object> array() throws IOException {
    List<Object> elements = new ArrayList<>();
    json.beginArray();
    begin(elements);
    while (json.hasNext()) {
      elements.add(value());
    }
    json.endArray();
    end();
    return elements;
  }

  private void begin(Object container) throws IOException {
    if (open.size() == MAX_NESTING) {
      throw new MalformedJsonException("More than " + MAX_NESTING + " levels");
    }
    open.add(container);
  }

  private void end() throws IOException {
    open.removeLast();
    count();
  }

  private void count() throws IOException {
    tokens++;
    if (tokens > maxTokens) {
      throw new MalformedJsonException(
          "More than " + maxTokens + " names, values, and ends of arrays and objects");
    }
  }

  private String name() throws IOException {
    String name = json.nextName();
    String known = names.putIfAbsent(name, name);
    return known == null ? name : known;
  }

  private static Number number(String text) throws IOException {
    if (text.length() > MAX_LENGTH_OF_A_NUMBER) {
      throw new MalformedJsonException("A number of " + text.length() + " characters");
    }
    if (isWhole(text)) {
      try {
        return whole(Long.parseLong(text));
      } catch (NumberFormatException e) {
        // it is too great
      }
    }
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new MalformedJsonException("An exponent out of range", e);
    }
  }

  private static boolean isWhole(String number) {
    return number.indexOf('.') < 0 && number.indexOf('e') < 0 && number.indexOf('E') < 0;
  }

  private static Number whole(long number) {
    if (number == (int) number) {
      return (int) number;
    }
    return number;
  }

  /// The JSON Pointer of what is read.
  String pointer() {
    StringBuilder pointer = new StringBuilder();
    for (Object container : open) {
      if (container instanceof List<?> elements) {
        pointer.append('/').append(elements.size());
      } else if (container instanceof String name) {
        pointer.append('/').append(JsonValue.escapedInPointer(name));
      }
    }
    return pointer.toString();
  }

  /// What is wrong, without that which Gson says to programmers.
  static String problem(IOException problem) {
    return problem
        .getMessage()
        .replaceFirst("(?s) path \\$.*", "")
        .replace(
            "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON",
            "Unexpected text")
        .replace("Unterminated array", "Expected a comma or ]")
        .replace("Unterminated object", "Expected a comma or }")
        .replace("Unescaped control characters (\\u0000-\\u001F)", "Unescaped control characters")
        .replace(" in strict mode", "");
  }
}
