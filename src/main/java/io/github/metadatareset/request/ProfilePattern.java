package io.github.metadatareset.request;

/// A connector profile name, or a pattern that connector profile names match.
public record ProfilePattern(String value) {

  /// Every profile.
  public static final ProfilePattern ALL = new ProfilePattern("*");

  /// @throws IllegalArgumentException with what is expected, if no name could match
  public ProfilePattern {
    Limit.CONNECTOR_PROFILE_PATTERN.check(value);
  }

  public boolean matches(ProfileName name) {
    return new Glob(value).matches(name.value());
  }
}
