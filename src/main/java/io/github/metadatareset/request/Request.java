package io.github.metadatareset.request;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What should be reset or checked. Two requests for the same call are equal.
public sealed interface Request {

  /// The metadata of one connector, or of every connector profile that matches.
  record OfConnector(
      Connector connector,
      Entities entities,
      Optional<EntitiesPath> entitiesPath,
      Optional<ApiVersion> apiVersion)
      implements Request {

    public OfConnector(Connector connector, Entities entities) {
      this(connector, entities, Optional.empty(), Optional.empty());
    }

    public OfConnector withConnector(Connector other) {
      return new OfConnector(other, entities, entitiesPath, apiVersion);
    }

    public OfConnector withEntities(Entities other) {
      return new OfConnector(connector, other, entitiesPath, apiVersion);
    }

    public OfConnector withEntitiesPath(EntitiesPath other) {
      return new OfConnector(connector, entities, Optional.of(other), apiVersion);
    }

    public OfConnector withApiVersion(ApiVersion other) {
      return new OfConnector(connector, entities, entitiesPath, Optional.of(other));
    }

    /// This request as JSON with a value that AppFlow would refuse: the body of the dead letter for
    /// a sub-request that cannot be made. A very long value is cut.
    public String jsonWith(Member member, String refusedValue) {
      return RequestWriter.write(this, member, refusedValue);
    }

    /// The call for this request, if it needs just one.
    public Optional<ResetCall> call() {
      if (!(connector instanceof Connector.Exact exact)) {
        return Optional.empty();
      }
      return switch (entities) {
        case Entities.Names() ->
            Optional.of(new ResetCall(exact, Optional.empty(), entitiesPath, apiVersion));
        case Entities.One(var name) ->
            Optional.of(new ResetCall(exact, Optional.of(name), entitiesPath, apiVersion));
        case Entities.Listed _, Entities.UsedByFlows _, Entities.All _ -> Optional.empty();
      };
    }
  }

  /// The details of every entity that the matching flows read or write.
  record OfFlows(FlowPattern flowName) implements Request {}

  /// Whether the matching flows still fit what their sources and destinations have.
  record Check(FlowPattern flowName) implements Request {}

  /// Several requests. None of them is a list.
  record Several(List<Request> requests) implements Request {
    public Several {
      requests = List.copyOf(requests);
    }
  }

  /// The members of the request as JSON.
  default Map<String, Object> members() {
    return RequestWriter.members(this);
  }

  /// The request as JSON that [RequestReader] reads back as an equal one.
  default String json() {
    return RequestWriter.write(this);
  }

  /// The connector type of the request, if its provider has shut it down.
  default Optional<ConnectorType> retiredType() {
    return this instanceof OfConnector(Connector.Exact exact, _, _, _)
        ? exact.type().filter(ConnectorType::isRetired)
        : Optional.empty();
  }

  /// Whether it always needs more than one step. Any other request may still need several: one for
  /// each API version, if its API version has to be found.
  default boolean needsSplitting() {
    return switch (this) {
      case OfConnector request -> request.call().isEmpty();
      case Check(var flowName) -> !flowName.isName();
      case OfFlows _, Several _ -> true;
    };
  }
}
