package io.github.metadatareset.plan;

import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.Member;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

/// Splits a request into sub-requests. A sub-request that cannot be made is rejected, without
/// effect on the others.
///
/// @param allowedProfiles the only profiles that requests by pattern or flow reset
record Splitter(
    AppFlow appFlow, Discovery discovery, ApiVersions versions, AllowedProfiles allowedProfiles) {

  private static final int MAX_LABELS = 20;

  /// @param reset makes a call without which the sub-requests cannot be found
  /// @throws RequestFailedException if AppFlow does not answer, or nothing matches a pattern
  SubRequests split(Request request, Consumer<ResetCall> reset) {
    return switch (request) {
      case Request.Several(var requests) -> new SubRequests(requests);
      case Request.OfFlows(var flows) -> ofFlows(flows);
      case Request.Check(var flows) -> checks(flows);
      case Request.OfConnector ofConnector ->
          switch (ofConnector.connector()) {
            case MatchingProfiles matching -> ofMatching(matching, ofConnector);
            case Connector.Exact _ -> ofExact(ofConnector, reset);
          };
    };
  }

  private SubRequests ofMatching(MatchingProfiles matching, Request.OfConnector request) {
    List<Profile> profiles =
        discovery.profiles().stream().filter(profile -> matches(profile, matching)).toList();
    if (profiles.isEmpty() && !matching.equals(new MatchingProfiles(ProfilePattern.ALL))) {
      throw noMatch(
          description(matching),
          discovery.profiles().size(),
          "profiles" + matching.label().map(this::labels).orElse(""));
    }
    if (request.entities() instanceof Entities.UsedByFlows) {
      discovery.describeFlows(profiles);
    }
    Collector collector = new Collector();
    for (Profile profile : profiles) {
      Request.OfConnector ofProfile =
          request.withConnector(new NamedProfile(profile.name(), profile.type()));
      Optional<String> reasonToSkip = versions.reasonToSkip(request, profile);
      if (reasonToSkip.isPresent()) {
        collector.skip(reasonToSkip.get());
      } else if (request.entities() instanceof Entities.UsedByFlows) {
        collector.addUsedByFlows(ofProfile);
      } else {
        collector.add(ofProfile);
      }
    }
    return collector.subRequests();
  }

  private static String description(MatchingProfiles matching) {
    return matching.name().value()
        + matching.type().map(type -> " with connectorType " + type.apiName()).orElse("")
        + matching.label().map(label -> " with connectorLabel " + label.value()).orElse("");
  }

  /// Which labels there are, and whether a built-in connector was meant.
  private String labels(ConnectorLabel missing) {
    List<String> labels =
        discovery.profiles().stream()
            .filter(profile -> allowedProfiles.contains(profile.name()))
            .flatMap(profile -> profile.label().stream())
            .map(ConnectorLabel::value)
            .distinct()
            .sorted()
            .limit(MAX_LABELS)
            .toList();
    return ConnectorType.ofEvent(missing.value())
            .map(type -> "; %s is a connectorType, and no label".formatted(type.apiName()))
            .orElse("")
        + (labels.isEmpty() ? "" : "; the labels of the profiles are " + labels);
  }

  private boolean matches(Profile profile, MatchingProfiles matching) {
    return allowedProfiles.contains(profile.name())
        && matching.name().matches(profile.name())
        && (matching.type().isEmpty() || matching.type().equals(profile.type()))
        && (matching.label().isEmpty() || matching.label().equals(profile.label()));
  }

  private SubRequests ofExact(Request.OfConnector request, Consumer<ResetCall> reset) {
    return switch (request.entities()) {
      case Entities.UsedByFlows() -> {
        Collector collector = new Collector();
        collector.addUsedByFlows(request);
        yield collector.subRequests();
      }
      case Entities.Listed(var names) -> {
        Collector collector = new Collector();
        names.forEach(name -> collector.add(request.withEntities(new Entities.One(name))));
        yield collector.subRequests();
      }
      case Entities.All(int depth) -> {
        List<Request.OfConnector> complete = versions.complete(request);
        yield complete.size() == 1
            ? all(complete.getFirst(), depth, reset)
            : new SubRequests(complete);
      }
      case Entities.Names _, Entities.One _ -> new SubRequests(versions.complete(request));
    };
  }

  private SubRequests ofFlows(FlowPattern pattern) {
    List<Flow> flows = discovery.flows(pattern);
    if (flows.isEmpty() && !pattern.equals(FlowPattern.ALL)) {
      throw noMatch(pattern.value(), discovery.flowCount(), "flows");
    }
    Collector collector = new Collector();
    for (Flow flow : flows) {
      flow.uses().stream()
          .filter(use -> allowedProfiles.contains(use.profile()))
          .forEach(
              use ->
                  collector.addUse(
                      new Request.OfConnector(
                          new NamedProfile(use.profile()), new Entities.Names()),
                      flow.name(),
                      use,
                      request -> versions.complete(request, use)));
    }
    return collector.subRequests();
  }

  /// A draft has not been run yet, and its mapping may not be complete.
  private SubRequests checks(FlowPattern pattern) {
    List<String> flows = discovery.completeFlows();
    List<Request> checks =
        flows.stream()
            .filter(pattern::matches)
            .map(flow -> (Request) new Request.Check(new FlowPattern(flow)))
            .toList();
    if (checks.isEmpty() && !pattern.equals(FlowPattern.ALL)) {
      throw noMatch(pattern.value(), flows.size(), "flows that are no drafts");
    }
    return new SubRequests(checks);
  }

  /// Resets the list of names first: AppFlow answers ListConnectorEntities from the same cache.
  private SubRequests all(Request.OfConnector request, int depth, Consumer<ResetCall> reset) {
    ResetCall names = request.withEntities(new Entities.Names()).call().orElseThrow();
    reset.accept(names);
    Collector collector = new Collector(1);
    for (Entity entity :
        appFlow.entities(names.connector(), names.entitiesPath(), names.apiVersion())) {
      collector.addEntity(request, entity.name());
      boolean isItsOwnParent =
          names.entitiesPath().filter(path -> path.value().equals(entity.name())).isPresent();
      if (entity.hasNestedEntities() && !isItsOwnParent) {
        collector.addChildren(request, entity.name(), depth + 1);
      }
    }
    return collector.subRequests();
  }

  private static RequestFailedException noMatch(String pattern, int count, String what) {
    return RequestFailedException.permanent(
        RequestFailedException.NO_MATCH,
        "%s matches none of the %d %s".formatted(pattern, count, what));
  }

  /// Collects the sub-requests. A permanent failure rejects one of them; a retryable failure ends
  /// the split.
  private final class Collector {
    private final int resets;
    private final List<Request> requests = new ArrayList<>();
    private final List<SubRequests.Rejected> rejected = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<String, Set<String>> flows = new HashMap<>();

    Collector() {
      this(0);
    }

    /// @param resets how many calls were already made
    Collector(int resets) {
      this.resets = resets;
    }

    SubRequests subRequests() {
      return new SubRequests(resets, requests, rejected, skipped, flows);
    }

    void skip(String reason) {
      skipped.add(reason);
    }

    /// Adds the names of a profile, and the details of the entities that flows use through it.
    void addUsedByFlows(Request.OfConnector request) {
      add(request.withEntities(new Entities.Names()));
      if (request.connector() instanceof NamedProfile profile) {
        discovery
            .uses(profile)
            .forEach(each -> addUse(request, each.flow(), each.use(), versions::complete));
      }
    }

    /// Adds a request that names no API version yet.
    void add(Request.OfConnector request) {
      add(request, versions::complete);
    }

    /// Adds an entity that a flow uses, or rejects it for the flow.
    void addUse(
        Request.OfConnector request,
        String flow,
        Use use,
        Function<Request.OfConnector, List<Request.OfConnector>> complete) {
      int added = requests.size();
      int failed = rejected.size();
      Request.OfConnector place =
          use.parent().flatMap(EntitiesPath::of).map(request::withEntitiesPath).orElse(request);
      ofEntity(place, use.entity())
          .flatMap(
              entity ->
                  use.parent().map(parent -> below(entity, parent)).orElse(Optional.of(entity)))
          .ifPresent(entity -> add(entity, complete));
      Stream.concat(
              requests.subList(added, requests.size()).stream().map(Request::json),
              rejected.subList(failed, rejected.size()).stream().map(SubRequests.Rejected::body))
          .forEach(body -> flows.computeIfAbsent(body, _ -> new HashSet<>()).add(flow));
    }

    /// Adds an entity that AppFlow listed.
    void addEntity(Request.OfConnector request, String name) {
      ofEntity(request, name).ifPresent(requests::add);
    }

    /// Adds everything below an entity.
    void addChildren(Request.OfConnector request, String parent, int depth) {
      Request.OfConnector deeper =
          request.withEntities(new Entities.All(Math.min(depth, Entities.MAX_DEPTH)));
      below(deeper, parent)
          .ifPresent(
              children -> {
                if (depth > Entities.MAX_DEPTH) {
                  reject(
                      children.json(),
                      "TooDeep",
                      "the entities below %s are nested deeper than %d levels; replay this dead letter to go on from there"
                          .formatted(parent, Entities.MAX_DEPTH));
                } else {
                  requests.add(children);
                }
              });
    }

    private void add(
        Request.OfConnector request,
        Function<Request.OfConnector, List<Request.OfConnector>> complete) {
      try {
        requests.addAll(complete.apply(request));
      } catch (RequestFailedException e) {
        switch (e.failure()) {
          case Failure.Permanent permanent ->
              rejected.add(new SubRequests.Rejected(request.json(), permanent));
          case Failure.Retryable _ -> throw e;
        }
      }
    }

    private Optional<Request.OfConnector> ofEntity(Request.OfConnector request, String name) {
      try {
        return Optional.of(request.withEntities(new Entities.One(new EntityName(name))));
      } catch (IllegalArgumentException e) {
        reject(
            request.withEntities(new Entities.Names()).jsonWith(Member.CONNECTOR_ENTITY_NAME, name),
            "InvalidEntityName",
            "AppFlow does not accept the name of this entity; expected " + e.getMessage());
        return Optional.empty();
      }
    }

    private Optional<Request.OfConnector> below(Request.OfConnector request, String parent) {
      try {
        if (parent.isEmpty()) {
          throw new IllegalArgumentException("a name that is not empty");
        }
        return Optional.of(request.withEntitiesPath(new EntitiesPath(parent)));
      } catch (IllegalArgumentException e) {
        reject(
            request.jsonWith(Member.ENTITIES_PATH, parent),
            "InvalidEntitiesPath",
            "AppFlow does not accept the name of this parent entity; expected " + e.getMessage());
        return Optional.empty();
      }
    }

    private void reject(String body, String code, String message) {
      rejected.add(new SubRequests.Rejected(body, new Failure.Permanent(code, message)));
    }
  }
}
