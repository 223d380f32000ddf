package io.github.metadatareset.plan;

import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// Amazon AppFlow, as far as this function asks anything of it. Every method answers with all
/// pages, and throws [RequestFailedException] where AppFlow does not answer as it should.
public interface AppFlow {

  /// The most names that [#profiles(Collection)] takes.
  int MAX_PROFILE_NAMES = 100;

  /// Makes the call (ResetConnectorMetadataCache).
  void reset(ResetCall call);

  /// All connector profiles of the account and region (DescribeConnectorProfiles).
  List<Profile> profiles();

  /// Those of the named profiles that exist (DescribeConnectorProfiles).
  List<Profile> profiles(Collection<ProfileName> names);

  /// The versions of its application's API that a custom connector supports (DescribeConnector).
  List<ApiVersion> supportedApiVersions(ConnectorLabel label);

  /// The entities of every group, from AppFlow's cache (ListConnectorEntities).
  ///
  /// @param parent where the entities are nested below one
  List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion);

  /// The names of all flows that are neither deprecated nor deleted (ListFlows).
  List<String> flowNames();

  /// What a flow reads and writes through connector profiles (DescribeFlow); empty where there is
  /// no such flow, or it is deprecated or deleted.
  Optional<Flow> flow(String name);

  /// A connector profile.
  ///
  /// @param type empty for one that is newer than this function
  /// @param label the custom connector that the profile is of
  record Profile(ProfileName name, Optional<ConnectorType> type, Optional<ConnectorLabel> label) {

    boolean isOf(ConnectorType other) {
      return type.equals(Optional.of(other));
    }
  }

  /// An entity as AppFlow lists it.
  record Entity(String name, boolean hasNestedEntities) {}

  /// A flow's name and the entities it uses.
  record Flow(String name, List<Use> uses) {
    public Flow {
      uses = List.copyOf(uses);
    }
  }

  /// An entity that a flow reads or writes.
  ///
  /// @param parent the entity it is nested below
  /// @param apiVersion the version that the flow speaks, where it says one
  record Use(
      ProfileName profile,
      String entity,
      Optional<String> parent,
      Optional<ApiVersion> apiVersion) {}
}
