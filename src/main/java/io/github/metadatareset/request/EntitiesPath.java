package io.github.metadatareset.request;

/// The parent of a nested entity.
public record EntitiesPath(String value) {

  /// @throws IllegalArgumentException with what is expected, where AppFlow would refuse the value
  public EntitiesPath {
    Limit.ENTITIES_PATH.check(value);
  }
}
