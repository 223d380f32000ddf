package io.github.metadatareset;

import io.github.metadatareset.request.ProfilePattern;

/// The configuration that the template gives by default.
final class OrdinaryConfiguration {

  static final int MAX_RECEIVE_COUNT = 12;
  static final int MAX_CALLS_PER_EVENT = 10_000_000;

  static final Configuration CONFIGURATION =
      new Configuration(
          "http://q", "http://dlq", MAX_RECEIVE_COUNT, 8, MAX_CALLS_PER_EVENT, ProfilePattern.ALL);

  private OrdinaryConfiguration() {}
}
