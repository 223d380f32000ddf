package io.github.metadatareset.local;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/// What one source application holds at this moment: its tree of entities and the fields of each.
/// AppFlow sees it only through its cache, so what changes here shows there after the right reset.
///
/// Safe for use by many threads. Entities are listed in the order of their names.
public final class SourceApplication {

  /// The `entitiesPath` of the entities that stand at the top.
  public static final String ROOT = "";

  /// One entity as ListConnectorEntities shows it.
  public record Entity(String name, String label, String group) {

    /// An entity of the group "Objects", labelled with its own name.
    public static Entity of(String name) {
      return new Entity(name, name, "Objects");
    }
  }

  /// One field of an entity; `supportedValues` is empty except for picklists.
  public record Field(String identifier, String fieldType, List<String> supportedValues) {
    public Field {
      supportedValues = List.copyOf(supportedValues);
    }

    public static Field of(String identifier, String fieldType) {
      return new Field(identifier, fieldType, List.of());
    }
  }

  /// An entity as it stands in a list at one moment.
  record Listed(Entity entity, boolean hasNestedEntities) {}

  private static final List<Field> ID_AND_NAME =
      List.of(Field.of("Id", "id"), Field.of("Name", "string"));

  private final Map<String, Map<String, Entity>> byPath = new ConcurrentHashMap<>();
  private final Map<String, List<Field>> fields = new ConcurrentHashMap<>();

  /// Adds an entity with the fields `Id` and `Name` under a parent, or at the top under [#ROOT].
  public SourceApplication add(String parent, Entity entity) {
    return add(parent, entity, ID_AND_NAME);
  }

  public synchronized SourceApplication add(String parent, Entity entity, List<Field> itsFields) {
    if (!parent.equals(ROOT) && !has(parent)) {
      throw new IllegalArgumentException("no parent " + parent + " for " + entity.name());
    }
    byPath
        .computeIfAbsent(parent, path -> new ConcurrentSkipListMap<>())
        .put(entity.name(), entity);
    fields.putIfAbsent(entity.name(), List.copyOf(itsFields));
    return this;
  }

  /// Removes an entity wherever it stands, and all that is nested in it.
  public synchronized SourceApplication remove(String name) {
    if (!has(name)) {
      throw new IllegalArgumentException("no entity " + name);
    }
    var gone = new ArrayDeque<>(List.of(name));
    while (!gone.isEmpty()) {
      String next = gone.poll();
      fields.remove(next);
      byPath.values().forEach(entities -> entities.remove(next));
      Optional.ofNullable(byPath.remove(next)).map(Map::keySet).ifPresent(gone::addAll);
    }
    return this;
  }

  /// Adds a field after the others, or replaces the one of the same identifier.
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

  /// Whether the entity stands directly under that parent.
  public boolean has(String parent, String entity) {
    return byPath.getOrDefault(parent, Map.of()).containsKey(entity);
  }

  /// The entities directly under a parent, or at the top under [#ROOT].
  public Collection<Entity> entities(String parent) {
    return Collections.unmodifiableCollection(byPath.getOrDefault(parent, Map.of()).values());
  }

  /// The names of all entities, nested ones too.
  public Set<String> names() {
    return Set.copyOf(fields.keySet());
  }

  /// The fields of an entity; empty if there is no such entity.
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
        .orElseThrow(() -> new IllegalArgumentException("no entity " + entity))
        .stream()
        .filter(field -> !field.identifier().equals(identifier))
        .toList();
  }
}
