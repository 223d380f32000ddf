package io.github.metadatareset.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// A JSON value and where it stands, so that whatever is wrong with it can be named.
///
/// @param pointer its JSON Pointer (RFC 6901) in what arrived, through every wrapper
/// @param content a `Map`, `List`, `String`, `Number`, `Boolean`, or null for JSON's null
public record JsonValue(String pointer, Object content) {

  private static final int MAX_SHOWN = 100;

  /// Room for a request of 1 MiB whose names are all of one letter, and for a batch of 6 MB. What
  /// has more tokens than that is brackets and digits, and takes forty times its size in memory.
  private static final int MAX_TOKENS_OF_A_MESSAGE = 300_000;

  private static final int MAX_TOKENS_OF_AN_EVENT = 1_000_000;

  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /// Reads one JSON text, all of it.
  ///
  /// @throws InvalidJsonException if it is no JSON, has a key twice, nests too deep, or has more
  ///     values than a request could have
  public static JsonValue parse(String text, String pointer) {
    return new JsonValue(pointer, JsonTextReader.read(text, pointer, MAX_TOKENS_OF_A_MESSAGE));
  }

  /// Reads what the function is invoked with, from UTF-8. A byte order mark is skipped.
  ///
  /// @throws InvalidJsonException as above, or if it is not UTF-8
  public static JsonValue parse(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    // Decoding replaces what is not UTF-8.
    int mismatch = Arrays.mismatch(bytes, text.getBytes(StandardCharsets.UTF_8));
    if (mismatch >= 0) {
      throw invalid("", "not UTF-8 at byte " + (mismatch + 1), "JSON in UTF-8");
    }
    String json = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    return new JsonValue("", JsonTextReader.read(json, "", MAX_TOKENS_OF_AN_EVENT));
  }

  /// The JSON of maps, lists, strings, numbers and booleans, on one line, in printable ASCII: so it
  /// is legal in SQS and cannot forge a log line.
  public static String write(Object content) {
    return JsonTextWriter.write(content);
  }

  public boolean isObject() {
    return content instanceof Map;
  }

  public boolean isText() {
    return content instanceof String;
  }

  /// Whether this is an object with that member, be it null.
  public boolean has(String member) {
    return content instanceof Map<?, ?> members && members.containsKey(member);
  }

  /// The member of an object; empty where there is none, or this is no object.
  public Optional<JsonValue> member(String name) {
    return has(name)
        ? Optional.of(new JsonValue(pointerTo(name), ((Map<?, ?>) content).get(name)))
        : Optional.empty();
  }

  /// The text of a member; empty where there is none, or it is no text.
  public Optional<String> text(String member) {
    return member(member).filter(JsonValue::isText).map(value -> (String) value.content);
  }

  public List<String> memberNames() {
    return content instanceof Map<?, ?> members
        ? members.keySet().stream().map(String.class::cast).toList()
        : List.of();
  }

  /// @throws InvalidJsonException if this is no string
  public String asText(String expectation) {
    if (content instanceof String text) {
      return text;
    }
    throw refused(expectation);
  }

  /// The elements of an array, each made when it is asked for: there may be very many.
  ///
  /// @throws InvalidJsonException if this is no array
  public List<JsonValue> asList(String expectation) {
    if (content instanceof List<?> list) {
      return new Elements(pointer, list);
    }
    throw refused(expectation);
  }

  /// A whole number that fits an `int`; `1.0` is one, as in JSON Schema.
  ///
  /// @throws InvalidJsonException if this is anything else
  public int asInt(String expectation) {
    try {
      if (content instanceof Integer number) {
        return number;
      }
      if (content instanceof Number number) {
        return new BigDecimal(number.toString()).intValueExact();
      }
    } catch (ArithmeticException e) {
      // falls through to the refusal
    }
    throw refused(expectation);
  }

  /// Makes a value of a text.
  ///
  /// @throws InvalidJsonException if this is no string, or the value refuses it
  public <T> T as(Function<String, T> constructor) {
    try {
      return constructor.apply(asText("a string"));
    } catch (IllegalArgumentException e) {
      throw refused(e.getMessage());
    }
  }

  /// The refusal of this value: where it stands, what it is (escaped and cut), what was expected.
  public InvalidJsonException refused(String expectation) {
    return invalid(pointer, shown(content), expectation);
  }

  static InvalidJsonException invalid(String pointer, String found, String expectation) {
    String where = pointer.isEmpty() ? "the request" : cut(escaped(pointer));
    return new InvalidJsonException("%s: %s; expected %s".formatted(where, found, expectation));
  }

  /// As JSON, cut.
  static String shown(Object content) {
    return cut(write(content));
  }

  /// Printable ASCII: a member's name may hold anything.
  static String escaped(String text) {
    String json = write(text);
    return json.substring(1, json.length() - 1);
  }

  private static String cut(String text) {
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...";
  }

  private String pointerTo(String member) {
    return pointer + "/" + member.replace("~", "~0").replace("/", "~1");
  }

  private static final class Elements extends AbstractList<JsonValue> {
    private final String pointer;
    private final List<?> contents;

    Elements(String pointer, List<?> contents) {
      this.pointer = pointer;
      this.contents = contents;
    }

    @Override
    public JsonValue get(int index) {
      return new JsonValue(pointer + "/" + index, contents.get(index));
    }

    @Override
    public int size() {
      return contents.size();
    }
  }
}
