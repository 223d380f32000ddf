package io.github.metadatareset.plan;

import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The port to Amazon AppFlow: the operations that this function uses. Each method returns all
/// pages, and throws [RequestFailedException] where AppFlow does not answer as documented.
public interface AppFlow {

  /// The most names that [#profiles(Collection)] takes.
  int MAX_PROFILE_NAMES = 100;

  /// Makes the call of ResetConnectorMetadataCache.
  void reset(ResetCall call);

  /// All connector profiles of the account and region (DescribeConnectorProfiles).
  List<Profile> profiles();

  /// Those of the named profiles that exist (DescribeConnectorProfiles).
  List<Profile> profiles(Collection<ProfileName> names);

  /// The API versions that a custom connector supports (DescribeConnector).
  List<ApiVersion> supportedApiVersions(ConnectorLabel label);

  /// The entities of every group, from AppFlow's cache (ListConnectorEntities).
  ///
  /// @param parent whose nested entities are listed; empty for the root
  List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion);

  /// All flows that are neither deprecated nor deleted, without what they read and write
  /// (ListFlows).
  List<ListedFlow> flows();

  /// What a flow reads and writes through connector profiles (DescribeFlow); empty if there is no
  /// such flow, or it is deprecated or deleted.
  Optional<Flow> flow(String name);

  /// The fields that a flow uses, and its tasks (DescribeFlow); empty as above.
  Optional<FlowMapping> mapping(String flowName);

  /// The fields of an entity, from AppFlow's cache (DescribeConnectorEntity). There is no way to
  /// name the parent of a nested entity.
  List<Field> fields(Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion);

  /// A connector profile.
  ///
  /// @param type empty for a type that is newer than this function
  /// @param label of the custom connector, if the profile belongs to one
  record Profile(ProfileName name, Optional<ConnectorType> type, Optional<ConnectorLabel> label) {

    boolean isOf(ConnectorType other) {
      return type.equals(Optional.of(other));
    }
  }

  /// An entity as AppFlow lists it.
  record Entity(String name, boolean hasNestedEntities) {}

  /// A flow as AppFlow lists it.
  ///
  /// @param isDraft whether it is not complete
  /// @param connectors of its source and its destination
  record ListedFlow(String name, boolean isDraft, List<ListedConnector> connectors) {
    public ListedFlow {
      connectors = List.copyOf(connectors);
    }

    /// Whether the flow can use the profile. If not, it need not be described.
    boolean mayUse(Profile profile) {
      return connectors.stream().anyMatch(connector -> connector.mayBeOf(profile));
    }
  }

  /// The connector of a flow's source or destination, as AppFlow lists it.
  ///
  /// @param type empty if it is not listed, or is newer than this function
  /// @param label of a custom connector; empty if it is not listed
  record ListedConnector(Optional<ConnectorType> type, Optional<ConnectorLabel> label) {

    private boolean mayBeOf(Profile profile) {
      return mayBeEqual(type, profile.type())
          && (!profile.isOf(ConnectorType.CUSTOMCONNECTOR) || mayBeEqual(label, profile.label()));
    }

    private static <T> boolean mayBeEqual(Optional<T> one, Optional<T> other) {
      return one.isEmpty() || other.isEmpty() || one.equals(other);
    }
  }

  /// A flow, and the entities that it reads and writes.
  record Flow(String name, List<Use> uses) {
    public Flow {
      uses = List.copyOf(uses);
    }
  }

  /// An entity that a flow reads or writes.
  ///
  /// @param parent the entity it is nested below
  /// @param apiVersion that the flow uses, if it names one
  record Use(
      ProfileName profile,
      String entity,
      Optional<String> parent,
      Optional<ApiVersion> apiVersion) {}

  /// A field of an entity, as AppFlow describes it to the connection's user. What AppFlow does not
  /// say is empty
  /// (https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ConnectorEntityField.html).
  ///
  /// @param parent the identifier of the field that it is nested in
  /// @param hasDefault whether it has a default value
  record Field(
      String identifier,
      Optional<String> parent,
      Optional<String> type,
      boolean isDeprecated,
      boolean hasDefault,
      SourceProperties source,
      DestinationProperties destination) {}

  /// What a flow that reads a field can do with it.
  record SourceProperties(
      Optional<Boolean> isRetrievable, Optional<Boolean> isTimestampFieldForIncrementalQueries) {}

  /// What a flow that writes a field can do with it.
  record DestinationProperties(
      Optional<Boolean> isCreatable,
      Optional<Boolean> isNullable,
      Optional<Boolean> isDefaultedOnCreate) {}
}
