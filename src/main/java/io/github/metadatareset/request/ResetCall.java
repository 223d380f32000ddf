package io.github.metadatareset.request;

import java.util.Optional;

/// One call of `ResetConnectorMetadataCache`, member by member. Without an entity it resets the
/// list of entity names (of the root, or below `entitiesPath`) and no details.
public record ResetCall(
    Connector.Exact connector,
    Optional<EntityName> connectorEntityName,
    Optional<EntitiesPath> entitiesPath,
    Optional<ApiVersion> apiVersion) {

  /// The same call without the type of its profile, which AppFlow knows: two calls for which this
  /// is equal are the same.
  public ResetCall withoutProfileType() {
    return connector instanceof Connector.NamedProfile(var name, _)
        ? new ResetCall(
            new Connector.NamedProfile(name), connectorEntityName, entitiesPath, apiVersion)
        : this;
  }

  /// The request that is exactly this call.
  public Request.OfConnector request() {
    Entities entities =
        connectorEntityName.<Entities>map(Entities.One::new).orElseGet(Entities.Names::new);
    return new Request.OfConnector(connector, entities, entitiesPath, apiVersion);
  }
}
