package io.github.metadatareset.request;

import java.util.Optional;

/// The connector profiles that this deployment may reset.
///
/// @param pattern that they match (`CONNECTOR_PROFILE_PATTERN`)
/// @param excluded pattern that they do not match (`EXCLUDED_PROFILE_PATTERN`)
public record AllowedProfiles(ProfilePattern pattern, Optional<ProfilePattern> excluded) {

  /// Every profile.
  public static final AllowedProfiles ALL = new AllowedProfiles(ProfilePattern.ALL);

  /// Nothing is excluded.
  public AllowedProfiles(ProfilePattern pattern) {
    this(pattern, Optional.empty());
  }

  public boolean contains(ProfileName name) {
    return refusal(name).isEmpty();
  }

  /// Which environment variable refuses the profile, and its value; empty if the profile is
  /// allowed.
  public Optional<String> refusal(ProfileName name) {
    return pattern.matches(name)
        ? excluded.filter(other -> other.matches(name)).map(AllowedProfiles::exclusion)
        : Optional.of(limit());
  }

  /// The environment variables and their values.
  public String description() {
    return limit() + excluded.map(other -> " and " + exclusion(other)).orElse("");
  }

  private String limit() {
    return "CONNECTOR_PROFILE_PATTERN is " + pattern.value();
  }

  private static String exclusion(ProfilePattern excluded) {
    return "EXCLUDED_PROFILE_PATTERN is " + excluded.value();
  }
}
