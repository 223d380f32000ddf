package io.github.metadatareset.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/// Writes JSON on one line, in printable ASCII.
final class JsonTextWriter {

  private static final JsonFactory FACTORY = new JsonFactory();

  private JsonTextWriter() {}

  static String write(Object content) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(text)) {
      json.setHighestNonEscapedChar('~');
      write(json, content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing a string failed", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, Object content) throws IOException {
    switch (content) {
      case null -> json.writeNull();
      case Map<?, ?> members -> {
        json.writeStartObject();
        for (Map.Entry<?, ?> member : members.entrySet()) {
          json.writeFieldName(member.getKey().toString());
          write(json, member.getValue());
        }
        json.writeEndObject();
      }
      case Iterable<?> elements -> {
        json.writeStartArray();
        for (Object element : elements) {
          write(json, element);
        }
        json.writeEndArray();
      }
      case Number number -> json.writeNumber(number.toString());
      case Boolean bool -> json.writeBoolean(bool);
      default -> json.writeString(content.toString());
    }
  }
}
