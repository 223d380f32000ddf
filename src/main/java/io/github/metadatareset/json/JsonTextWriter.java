package io.github.metadatareset.json;

import java.util.HexFormat;
import java.util.Map;

/// Writes JSON on one line, in printable ASCII. Gson's own writer lets other characters stand, and
/// takes 5 ms of a cold start to be initialised.
final class JsonTextWriter {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final StringBuilder text = new StringBuilder();

  private JsonTextWriter() {}

  static String write(Object content) {
    JsonTextWriter writer = new JsonTextWriter();
    writer.value(content);
    return writer.text.toString();
  }

  private void value(Object content) {
    if (content instanceof Map<?, ?> members) {
      object(members);
    } else if (content instanceof Iterable<?> elements) {
      array(elements);
    } else if (content == null || content instanceof Number || content instanceof Boolean) {
      text.append(content);
    } else {
      string(content.toString());
    }
  }

  private void object(Map<?, ?> members) {
    text.append('{');
    String before = "";
    for (Map.Entry<?, ?> member : members.entrySet()) {
      text.append(before);
      string(member.getKey().toString());
      text.append(':');
      value(member.getValue());
      before = ",";
    }
    text.append('}');
  }

  private void array(Iterable<?> elements) {
    text.append('[');
    String before = "";
    for (Object element : elements) {
      text.append(before);
      value(element);
      before = ",";
    }
    text.append(']');
  }

  private void string(String string) {
    text.append('"');
    int written = 0;
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c < ' ' || c > '~' || c == '"' || c == '\\') {
        text.append(string, written, i);
        escaped(c);
        written = i + 1;
      }
    }
    text.append(string, written, string.length()).append('"');
  }

  private void escaped(char c) {
    text.append('\\');
    switch (c) {
      case '"', '\\' -> text.append(c);
      case '\b' -> text.append('b');
      case '\t' -> text.append('t');
      case '\n' -> text.append('n');
      case '\f' -> text.append('f');
      case '\r' -> text.append('r');
      default -> text.append('u').append(HEX.toHexDigits(c));
    }
  }
}
