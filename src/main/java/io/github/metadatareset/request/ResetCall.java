package io.github.metadatareset.request;

import java.util.Optional;

/// One call of `ResetConnectorMetadataCache`, member by member. Without an entity it resets the
/// list of entity names (of the root, or below `entitiesPath`) and no details.
public record ResetCall(
    Connector.Exact connector,
    Optional<EntityName> connectorEntityName,
    Optional<EntitiesPath> entitiesPath,
    Optional<ApiVersion> apiVersion) {

  /// The request that is exactly this call.
  public Request.OfConnector request() {
    Entities entities =
        connectorEntityName.<Entities>map(Entities.One::new).orElseGet(Entities.Names::new);
    return new Request.OfConnector(connector, entities, entitiesPath, apiVersion);
  }
}
