package io.github.metadatareset.request;

/// The version of an application's API that a connector uses.
public record ApiVersion(String value) {

  /// @throws IllegalArgumentException with what is expected, if AppFlow would refuse the value
  public ApiVersion {
    Limit.API_VERSION.check(value);
  }
}
