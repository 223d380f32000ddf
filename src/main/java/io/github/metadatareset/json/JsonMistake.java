package io.github.metadatareset.json;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What is probably wrong with a text that is not JSON.
final class JsonMistake {

  /// Of a text that begins with `{`.
  private static final Pattern BASE64 = Pattern.compile("\\s*e[wy][A-Za-z0-9+/_-]+={0,2}\\s*");

  private static final Pattern PLACEHOLDER =
      Pattern.compile("\\s*(<[^<>\\s/]+>\\s*|\\$\\.[\\s\\S]*|\\$\\{[\\s\\S]*|\\{[{%][\\s\\S]*)");

  private static final Set<String> CONSTANTS =
      Set.of("NaN", "Infinity", "None", "True", "False", "undefined");

  private static final String NOT_FILLED_IN =
      "a placeholder or a path that was not filled in; in a state machine let the member's name end"
          + " in .$";

  private JsonMistake() {}

  /// @param offset where the parser stopped: at the wrong character, or before or after the wrong
  ///     word
  static Optional<String> of(String text, int offset) {
    String json = text.strip();
    if (text.startsWith("\uFEFF")) {
      return Optional.of("a byte order mark before the JSON");
    }
    if (PLACEHOLDER.matcher(text).matches()) {
      return Optional.of(NOT_FILLED_IN);
    }
    if (BASE64.matcher(text).matches()) {
      return Optional.of("Base64; send the JSON itself");
    }
    if (!json.isEmpty() && "{[\"0123456789".indexOf(json.charAt(0)) < 0) {
      return Optional.of("text that is not JSON at all; send a JSON object");
    }
    int start = offset;
    while (start > 0 && Character.isJavaIdentifierPart(text.charAt(start - 1))) {
      start--;
    }
    int end = offset;
    while (end < text.length() && Character.isJavaIdentifierPart(text.charAt(end))) {
      end++;
    }
    return start < text.length() ? at(text, start, text.substring(start, end)) : Optional.empty();
  }

  private static Optional<String> at(String text, int start, String word) {
    String before = text.substring(0, start).stripTrailing();
    char last = before.isEmpty() ? ' ' : before.charAt(before.length() - 1);
    char found = text.charAt(start);
    if (CONSTANTS.contains(word)) {
      return Optional.of(
          "%s, which JSON does not have; it has null, true and false".formatted(word));
    }
    if (Character.isLetter(found) && (last == '{' || last == ',' || last == ':')) {
      return Optional.of("a name or a text without double quotes");
    }
    return switch (found) {
      case '}', ']' -> closing(last);
      case ',' -> last == ':' ? closing(last) : Optional.empty();
      case '\'', '\u2018', '\u2019', '\u201C', '\u201D' ->
          Optional.of("no double quotes; in Python use json.dumps");
      case '<', '$' -> Optional.of(NOT_FILLED_IN);
      case '{', '%' -> last == '{' ? Optional.of(NOT_FILLED_IN) : Optional.empty();
      case '/', '#' -> Optional.of("a comment, which JSON does not have");
      default -> Optional.empty();
    };
  }

  private static Optional<String> closing(char last) {
    return switch (last) {
      case ',' -> Optional.of("a comma too many before it");
      case ':' ->
          Optional.of(
              "a value is missing before it; a path of the input transformer may not exist");
      default -> Optional.empty();
    };
  }
}
