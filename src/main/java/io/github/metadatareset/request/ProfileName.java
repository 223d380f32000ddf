package io.github.metadatareset.request;

/// The name of a connector profile.
public record ProfileName(String value) {

  /// @throws IllegalArgumentException with what is expected, if AppFlow would refuse the value
  public ProfileName {
    Limit.CONNECTOR_PROFILE_NAME.check(value);
  }
}
