package io.github.metadatareset.request;

import java.util.Optional;

/// The connector whose metadata a request is for.
public sealed interface Connector {

  /// A connector that a single call can name.
  sealed interface Exact extends Connector {
    Optional<ConnectorType> type();
  }

  /// A connector profile by its name; `type` is the profile's, if it is known.
  record NamedProfile(ProfileName name, Optional<ConnectorType> type) implements Exact {
    public NamedProfile(ProfileName name) {
      this(name, Optional.empty());
    }

    public NamedProfile(ProfileName name, ConnectorType type) {
      this(name, Optional.of(type));
    }
  }

  /// A connector that has no profile, such as Amazon S3.
  record WithoutProfile(ConnectorType connectorType) implements Exact {
    public WithoutProfile {
      if (connectorType.hasProfile()) {
        throw new IllegalArgumentException("a type without profile");
      }
    }

    @Override
    public Optional<ConnectorType> type() {
      return Optional.of(connectorType);
    }
  }

  /// Every profile whose name matches, narrowed to a type or to the custom connectors of a label.
  record MatchingProfiles(
      ProfilePattern name, Optional<ConnectorType> type, Optional<ConnectorLabel> label)
      implements Connector {
    public MatchingProfiles(ProfilePattern name) {
      this(name, Optional.empty(), Optional.empty());
    }
  }
}
