package io.github.metadatareset.check;

import io.github.metadatareset.plan.AppFlow.Field;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The fields of an entity, found by the name that a flow uses. People write `id` for `Id`, so a
/// name that is not found exactly is looked for in another case. How AppFlow names a nested field
/// is not documented: by its identifier alone, or after that of its parent.
final class EntityFields {

  private final List<Field> all;
  private final Map<String, Field> exact = new HashMap<>();
  private final Map<String, Field> inAnyCase = new HashMap<>();

  EntityFields(List<Field> all) {
    this.all = all;
    for (Field field : all) {
      add(field.identifier(), field);
      field
          .parent()
          .ifPresent(
              parent -> {
                add(parent + "." + field.identifier(), field);
                add(parent + "/" + field.identifier(), field);
              });
    }
  }

  private void add(String name, Field field) {
    exact.putIfAbsent(name, field);
    inAnyCase.putIfAbsent(FieldUse.lowerCase(name), field);
  }

  Optional<Field> find(String name) {
    return Optional.ofNullable(exact.get(name))
        .or(() -> Optional.ofNullable(inAnyCase.get(FieldUse.lowerCase(name))));
  }

  List<Field> all() {
    return all;
  }

  /// Whether a name may be that of a nested field, which the description may not contain.
  static boolean mayBeNested(String name) {
    return name.chars().anyMatch(character -> "./[{".indexOf(character) >= 0);
  }
}
