package io.github.metadatareset.local;

import static io.github.metadatareset.local.AppFlowError.validation;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks the inputs of AppFlow's operations against AWS's API model of 2020-08-23. `model.json` is
/// the part of that model that the emulator needs.
final class AppFlowModel {
  private final Map<String, Operation> byUri = new HashMap<>();
  private final JsonMembers shapes;
  private final String signingName;

  private AppFlowModel(JsonMembers model) {
    this.shapes = model.object("shapes");
    this.signingName = model.object("metadata").text("signingName");
    JsonMembers operations = model.object("operations");
    for (String name : operations.names()) {
      JsonMembers operation = operations.object(name);
      Shape input = shape(operation.object("input").text("shape"));
      JsonMembers http = operation.object("http");
      byUri.put(
          http.text("method") + " " + http.text("requestUri"),
          new Operation(name, (Structure) input));
    }
  }

  static AppFlowModel load() {
    try (var json = AppFlowModel.class.getResourceAsStream("/appflow/model.json")) {
      return new AppFlowModel(new JsonMembers(JSON.std.mapFrom(json)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the API model", e);
    }
  }

  String signingName() {
    return signingName;
  }

  Optional<Operation> operation(String methodAndUri) {
    return Optional.ofNullable(byUri.get(methodAndUri));
  }

  /// One operation of the API.
  record Operation(String name, Structure input) {

    /// Checks an input.
    ///
    /// @throws AppFlowError if the model does not allow the input
    void check(Map<String, Object> callInput) {
      input.check("", callInput);
    }
  }

  private sealed interface Shape {
    void check(String path, Object value);
  }

  record Structure(Set<String> required, Map<String, Shape> members) implements Shape {
    @Override
    public void check(String path, Object value) {
      if (!(value instanceof Map<?, ?> map)) {
        throw wrongType(path, "an object");
      }
      for (String name : required) {
        if (!map.containsKey(name)) {
          throw violation(path + name, "Member must not be null");
        }
      }
      map.forEach(
          (name, member) -> member(path + name, members.get(name)).check(path + name, member));
    }

    private static Shape member(String path, Shape shape) {
      return Optional.ofNullable(shape)
          .orElseThrow(() -> validation("Unknown member '" + path + "'"));
    }
  }

  private record StringShape(Bounds length, Optional<Pattern> pattern, Set<String> values)
      implements Shape {
    @Override
    public void check(String path, Object value) {
      if (!(value instanceof String text)) {
        throw wrongType(path, "a string");
      }
      length.check(path, text.codePointCount(0, text.length()), "length");
      if (pattern.isPresent() && !pattern.get().matcher(text).matches()) {
        throw violation(path, "Member must satisfy regular expression pattern: " + pattern.get());
      }
      if (!values.isEmpty() && !values.contains(text)) {
        throw violation(path, "Member must satisfy enum value set: " + values);
      }
    }
  }

  private record IntegerShape(Bounds bounds) implements Shape {
    @Override
    public void check(String path, Object value) {
      if (!(value instanceof Integer number)) {
        throw wrongType(path, "an integer");
      }
      bounds.check(path, number, "value");
    }
  }

  private record ListShape(Bounds length, Shape member) implements Shape {
    @Override
    public void check(String path, Object value) {
      if (!(value instanceof List<?> list)) {
        throw wrongType(path, "a list");
      }
      length.check(path, list.size(), "length");
      list.forEach(element -> member.check(path + ".member", element));
    }
  }

  private record Bounds(int min, int max) {
    void check(String path, int value, String what) {
      if (value < min) {
        throw violation(path, "Member must have " + what + " greater than or equal to " + min);
      }
      if (value > max) {
        throw violation(path, "Member must have " + what + " less than or equal to " + max);
      }
    }
  }

  private Shape shape(String name) {
    JsonMembers shape = shapes.object(name);
    Bounds bounds =
        new Bounds(
            shape.optionalInteger("min").orElse(0),
            shape.optionalInteger("max").orElse(Integer.MAX_VALUE));
    return switch (shape.text("type")) {
      case "structure" -> structure(shape);
      case "string" ->
          new StringShape(
              bounds,
              shape.optionalText("pattern").map(Pattern::compile),
              Set.copyOf(shape.texts("enum")));
      case "integer" -> new IntegerShape(bounds);
      case "list" -> new ListShape(bounds, shape(shape.object("member").text("shape")));
      default -> throw new IllegalStateException("unknown type of shape: " + shape);
    };
  }

  private Structure structure(JsonMembers shape) {
    JsonMembers members = shape.object("members");
    Map<String, Shape> byName = new LinkedHashMap<>();
    members.names().forEach(name -> byName.put(name, shape(members.object(name).text("shape"))));
    return new Structure(Set.copyOf(shape.texts("required")), byName);
  }

  private static AppFlowError violation(String path, String constraint) {
    return validation(
        "1 validation error detected: Value at '%s' failed to satisfy constraint: %s"
            .formatted(path, constraint));
  }

  private static AppFlowError wrongType(String path, String expected) {
    return new AppFlowError(
        400, "SerializationException", "Expected %s at '%s'".formatted(expected, path));
  }
}
