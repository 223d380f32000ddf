package io.github.metadatareset.local;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The members of a JSON object, read as the types that the caller expects. An absent list or
/// object is read as an empty one.
record JsonMembers(Map<String, Object> all) {

  Set<String> names() {
    return all.keySet();
  }

  String text(String name) {
    return optionalText(name)
        .orElseThrow(() -> new IllegalArgumentException("no \"" + name + "\" in " + all));
  }

  Optional<String> optionalText(String name) {
    return Optional.ofNullable((String) all.get(name));
  }

  Optional<Integer> optionalInteger(String name) {
    return Optional.ofNullable((Integer) all.get(name));
  }

  int integer(String name) {
    return optionalInteger(name)
        .orElseThrow(() -> new IllegalArgumentException("no \"" + name + "\" in " + all));
  }

  boolean has(String name) {
    return all.containsKey(name);
  }

  boolean isFalse(String name) {
    return Boolean.FALSE.equals(all.get(name));
  }

  boolean isObject(String name) {
    return all.get(name) instanceof Map<?, ?>;
  }

  boolean isList(String name) {
    return all.get(name) instanceof List<?>;
  }

  List<String> texts(String name) {
    return list(name).stream().map(String.class::cast).toList();
  }

  JsonMembers object(String name) {
    return of(all.getOrDefault(name, Map.of()));
  }

  List<JsonMembers> objects(String name) {
    return list(name).stream().map(JsonMembers::of).toList();
  }

  private List<?> list(String name) {
    return (List<?>) all.getOrDefault(name, List.of());
  }

  @SuppressWarnings("unchecked") // jackson-jr reads every object as a map with strings as keys
  private static JsonMembers of(Object value) {
    return new JsonMembers((Map<String, Object>) value);
  }
}
