package io.github.metadatareset.request;

/// The name of an entity of a source or destination application.
public record EntityName(String value) {

  /// @throws IllegalArgumentException with what is expected, if AppFlow would refuse the value
  public EntityName {
    Limit.ENTITY_NAME.check(value);
  }
}
