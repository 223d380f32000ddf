package io.github.metadatareset.local;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// A source application, such as Salesforce: its tree of entities and their fields. AppFlow reads
/// it through its cache, so a change here becomes visible there only after the reset that concerns
/// it.
///
/// Safe for use by several threads. Entities are sorted by name.
public final class SourceApplication {

  /// The parent of the top-level entities.
  public static final String ROOT = "";

  /// An entity as ListConnectorEntities returns it.
  public record Entity(String name, String label, String group) {

    /// An entity of the group "Objects", labelled with its own name.
    public static Entity of(String name) {
      return new Entity(name, name, "Objects");
    }
  }

  /// A field of an entity. `supportedValues` is empty, except for a picklist. `properties` are
  /// members of the API's ConnectorEntityField, or of its sourceProperties and
  /// destinationProperties, that differ from those of a usual field, such as `isNullable`; with the
  /// value null they are left out.
  public record Field(
      String identifier,
      String fieldType,
      List<String> supportedValues,
      Map<String, Object> properties) {
    public Field {
      supportedValues = List.copyOf(supportedValues);
      properties = Collections.unmodifiableMap(new LinkedHashMap<>(properties));
    }

    public static Field of(String identifier, String fieldType) {
      return new Field(identifier, fieldType, List.of(), Map.of());
    }

    /// The same field with another property; null leaves it out.
    public Field with(String property, Object value) {
      Map<String, Object> all = new LinkedHashMap<>(properties);
      all.put(property, value);
      return new Field(identifier, fieldType, supportedValues, all);
    }
  }

  /// An entity in a list of entities.
  record Listed(Entity entity, boolean hasNestedEntities) {}

  private static final List<Field> ID_AND_NAME =
      List.of(Field.of("Id", "id"), Field.of("Name", "string"));

  private final Map<String, Map<String, Entity>> byPath = new ConcurrentHashMap<>();
  private final Map<String, List<Field>> fields = new ConcurrentHashMap<>();

  /// Adds an entity with the fields `Id` and `Name` under a parent, or under [#ROOT].
  public SourceApplication add(String parent, Entity entity) {
    return add(parent, entity, ID_AND_NAME);
  }

  public synchronized SourceApplication add(
      String parent, Entity entity, List<Field> entityFields) {
    if (!parent.equals(ROOT) && !has(parent)) {
      throw new IllegalArgumentException("unknown parent " + parent + " for " + entity.name());
    }
    byPath
        .computeIfAbsent(parent, path -> new ConcurrentSkipListMap<>())
        .put(entity.name(), entity);
    fields.putIfAbsent(entity.name(), List.copyOf(entityFields));
    return this;
  }

  /// Removes an entity from all its parents, and every entity below it.
  public synchronized SourceApplication remove(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException("unknown entity " + name);
    }
    var removed = new ArrayDeque<>(List.of(name));
    while (!removed.isEmpty()) {
      String next = removed.poll();
      fields.remove(next);
      byPath.values().forEach(entities -> entities.remove(next));
      Optional.ofNullable(byPath.remove(next)).map(Map::keySet).ifPresent(removed::addAll);
    }
    return this;
  }

  /// Adds a field after the others. Replaces a field with the same identifier.
  public synchronized SourceApplication addField(String entity, Field field) {
    var others = without(entity, field.identifier()).stream();
    fields.put(entity, Stream.concat(others, Stream.of(field)).toList());
    return this;
  }

  public synchronized SourceApplication removeField(String entity, String identifier) {
    fields.put(entity, without(entity, identifier));
    return this;
  }

  public boolean has(String entity) {
    return fields.containsKey(entity);
  }

  /// Whether the entity is a direct child of the parent.
  public boolean has(String parent, String entity) {
    return byPath.getOrDefault(parent, Map.of()).containsKey(entity);
  }

  /// The direct children of a parent, or the top-level entities for [#ROOT].
  public Collection<Entity> entities(String parent) {
    return Collections.unmodifiableCollection(byPath.getOrDefault(parent, Map.of()).values());
  }

  /// The names of all entities on all levels.
  public Set<String> names() {
    return Set.copyOf(fields.keySet());
  }

  /// The fields of an entity, or empty if there is no such entity.
  public Optional<List<Field>> fields(String entity) {
    return Optional.ofNullable(fields.get(entity));
  }

  List<Listed> list(String parent) {
    return entities(parent).stream()
        .map(entity -> new Listed(entity, !entities(entity.name()).isEmpty()))
        .toList();
  }

  private List<Field> without(String entity, String identifier) {
    return fields(entity)
        .orElseThrow(() -> new IllegalArgumentException("unknown entity " + entity))
        .stream()
        .filter(field -> !field.identifier().equals(identifier))
        .toList();
  }
}
