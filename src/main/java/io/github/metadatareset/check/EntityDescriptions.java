package io.github.metadatareset.check;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.Once;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// Describes the sources and destinations of flows, from a cache that was reset just before. In one
/// invocation each entity is reset and described once, for all flows that use it. Safe for use by
/// many threads.
public final class EntityDescriptions {

  private final AppFlow appFlow;
  private final Planner planner;
  private final AllowedProfiles allowed;
  private final Map<Entity, Once<Description>> known = new ConcurrentHashMap<>();

  /// @param planner of the same invocation, which finds out API versions
  /// @param allowed the only profiles that are described
  public EntityDescriptions(AppFlow appFlow, Planner planner, AllowedProfiles allowed) {
    this.appFlow = appFlow;
    this.planner = planner;
    this.allowed = allowed;
  }

  /// @param reset makes the call for an entity that was not reset yet
  /// @throws RequestFailedException (retryable) if AppFlow does not answer
  public Description of(End end, Consumer<ResetCall> reset) {
    if (end.profile().isEmpty()) {
      return new Description.None(
          end.connectorType() + " has no connector profile: AppFlow does not describe its fields");
    }
    Optional<String> refusal = allowed.refusal(end.profile().get());
    if (refusal.isPresent()) {
      return new Description.NotAllowed("the connector profile is not allowed: " + refusal.get());
    }
    if (end.entity().isEmpty()) {
      return new Description.None("the flow names no entity of " + end.connectorType());
    }
    Entity entity = new Entity(end.profile().get(), end.entity().get(), Optional.empty());
    if (end.hasNestedEntities()) {
      return new Description.NotComparable(
          entity, "the flow uses nested entities, which AppFlow does not describe");
    }
    EntityName name;
    try {
      name = new EntityName(entity.name());
    } catch (IllegalArgumentException e) {
      return new Description.NotComparable(entity, "expected " + e.getMessage());
    }
    // AppFlow needs a version only for custom connectors, and a built-in one's reset has none.
    Optional<ApiVersion> version =
        end.needsApiVersion()
            ? end.apiVersion().or(() -> planner.apiVersion(entity.profile(), name))
            : Optional.empty();
    if (end.needsApiVersion() && version.isEmpty()) {
      return new Description.NotComparable(
          entity, "no API version is known: the flow names none, and there is not just one");
    }
    Entity inVersion = new Entity(entity.profile(), entity.name(), version);
    return known
        .computeIfAbsent(inVersion, _ -> new Once<>(() -> resetAndDescribe(inVersion, name, reset)))
        .get();
  }

  private Description resetAndDescribe(Entity entity, EntityName name, Consumer<ResetCall> reset) {
    NamedProfile profile = new NamedProfile(entity.profile());
    try {
      reset.accept(
          new ResetCall(profile, Optional.of(name), Optional.empty(), entity.apiVersion()));
    } catch (RequestFailedException e) {
      // A permanent failure says nothing that the description does not say better.
      if (e.failure() instanceof Failure.Retryable) {
        throw e;
      }
    }
    Description first = describe(entity, profile, name);
    // The connection's token may just have been renewed. Only a second refusal is a finding.
    return first instanceof Description.NotAuthorized ? describe(entity, profile, name) : first;
  }

  private Description describe(Entity entity, NamedProfile profile, EntityName name) {
    try {
      List<Field> fields = appFlow.fields(profile, name, entity.apiVersion());
      return fields.isEmpty()
          ? new Description.NotComparable(entity, "AppFlow describes the entity without fields")
          : new Description.Described(entity, fields);
    } catch (RequestFailedException e) {
      return switch (e.failure()) {
        case Failure.Retryable _ -> throw e;
        case Failure.Permanent(var code, var message, _) ->
            switch (code) {
              case "ResourceNotFoundException" -> new Description.NotFound(entity);
              case "ConnectorAuthenticationException" -> new Description.NotAuthorized(entity);
              default ->
                  new Description.NotComparable(
                      entity, "%s: %s".formatted(code, FlowReport.cut(message)));
            };
      };
    }
  }
}
