package io.github.metadatareset.request;

import java.util.Optional;

/// The parent of a nested entity.
public record EntitiesPath(String value) {

  /// @throws IllegalArgumentException with what is expected, if AppFlow would refuse the value
  public EntitiesPath {
    Limit.ENTITIES_PATH.check(value);
  }

  /// Empty where AppFlow would refuse the value.
  public static Optional<EntitiesPath> of(String value) {
    return Limit.ENTITIES_PATH.allows(value)
        ? Optional.of(new EntitiesPath(value))
        : Optional.empty();
  }
}
