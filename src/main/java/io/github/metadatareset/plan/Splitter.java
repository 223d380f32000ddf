package io.github.metadatareset.plan;

import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.plan.Plan.Impossible;
import io.github.metadatareset.plan.Plan.Parts;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import io.github.metadatareset.request.ResetCall;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Splits a request into smaller ones. A part that cannot be done stands aside, and its siblings go
/// on.
public final class Splitter {

  private final AppFlow appFlow;
  private final Discovery discovery;
  private final ProfilePattern reach;
  private final Versions versions;

  /// @param reach the profiles that patterns and flows may reach
  public Splitter(AppFlow appFlow, Discovery discovery, ProfilePattern reach) {
    this.appFlow = appFlow;
    this.discovery = discovery;
    this.reach = reach;
    this.versions = new Versions(discovery);
  }

  /// @throws RequestFailedException if AppFlow does not answer, or nothing matches a pattern
  public Parts split(Request request) {
    return switch (request) {
      case Request.Several(var requests) -> new Parts(0, requests, List.of());
      case Request.OfFlows(var flows) -> ofFlows(flows);
      case Request.OfConnector ofConnector ->
          switch (ofConnector.connector()) {
            case MatchingProfiles matching -> ofMatching(matching, ofConnector);
            case Connector.Exact _ -> ofExact(ofConnector);
          };
    };
  }

  private Parts ofMatching(MatchingProfiles matching, Request.OfConnector request) {
    List<Request.OfConnector> requests =
        discovery.profiles().stream()
            .filter(profile -> isMeant(profile, matching))
            .map(profile -> new NamedProfile(profile.name(), profile.type()))
            .map(request::withConnector)
            .toList();
    if (requests.isEmpty() && !matching.name().equals(ProfilePattern.ALL)) {
      throw noMatch(matching.name().value(), discovery.profiles().size(), "profiles");
    }
    if (request.entities() instanceof Entities.UsedByFlows) {
      return usedByFlows(requests);
    }
    Gathering parts = new Gathering();
    requests.forEach(parts::add);
    return parts.done();
  }

  private boolean isMeant(Profile profile, MatchingProfiles matching) {
    return reach.matches(profile.name())
        && matching.name().matches(profile.name())
        && (matching.type().isEmpty() || matching.type().equals(profile.type()))
        && (matching.label().isEmpty() || matching.label().equals(profile.label()));
  }

  private Parts ofExact(Request.OfConnector request) {
    return switch (request.entities()) {
      case Entities.UsedByFlows() -> usedByFlows(List.of(request));
      case Entities.Listed(var names) -> {
        Gathering parts = new Gathering();
        names.forEach(name -> parts.add(request.withEntities(new Entities.One(name))));
        yield parts.done();
      }
      case Entities.All(int depth) -> {
        List<Request.OfConnector> complete = versions.complete(request);
        yield complete.size() == 1
            ? all(complete.getFirst(), depth)
            : new Parts(0, List.copyOf(complete), List.of());
      }
      case Entities.Names _, Entities.One _ ->
          new Parts(0, List.copyOf(versions.complete(request)), List.of());
    };
  }

  /// Per profile the names, and the details of what flows use through it.
  private Parts usedByFlows(List<Request.OfConnector> requests) {
    Gathering parts = new Gathering();
    for (Request.OfConnector request : requests) {
      parts.add(request.withEntities(new Entities.Names()));
      if (request.connector() instanceof NamedProfile(var name, _)) {
        discovery.uses().stream()
            .filter(use -> use.profile().equals(name))
            .forEach(use -> parts.add(request, use, versions::complete));
      }
    }
    return parts.done();
  }

  private Parts ofFlows(FlowPattern pattern) {
    List<Flow> flows = discovery.flows(pattern);
    if (flows.isEmpty() && !pattern.equals(FlowPattern.ALL)) {
      throw noMatch(pattern.value(), discovery.flowCount(), "flows");
    }
    Gathering parts = new Gathering();
    flows.stream()
        .flatMap(flow -> flow.uses().stream())
        .filter(use -> reach.matches(use.profile()))
        .forEach(
            use ->
                parts.add(
                    new Request.OfConnector(new NamedProfile(use.profile()), new Entities.Names()),
                    use,
                    request -> versions.complete(request, use)));
    return parts.done();
  }

  /// Resets the list of names first, as AppFlow answers from the very cache.
  private Parts all(Request.OfConnector request, int depth) {
    ResetCall names = request.withEntities(new Entities.Names()).call().orElseThrow();
    appFlow.reset(names);
    Gathering parts = new Gathering(1);
    for (Entity entity :
        appFlow.entities(names.connector(), names.entitiesPath(), names.apiVersion())) {
      parts.addEntity(request, entity.name());
      boolean itsOwnParent =
          names.entitiesPath().filter(path -> path.value().equals(entity.name())).isPresent();
      if (entity.hasNestedEntities() && !itsOwnParent) {
        parts.addChildren(request, entity.name(), depth + 1);
      }
    }
    return parts.done();
  }

  private static RequestFailedException noMatch(String pattern, int count, String what) {
    return RequestFailedException.permanent(
        "NoMatch", "%s matches none of the %d %s".formatted(pattern, count, what));
  }

  /// The parts so far. What fails for good stands aside; a failure that may pass ends the split.
  private final class Gathering {
    private final int resets;
    private final List<Request> parts = new ArrayList<>();
    private final List<Impossible> impossible = new ArrayList<>();

    Gathering() {
      this(0);
    }

    Gathering(int resets) {
      this.resets = resets;
    }

    void add(Request.OfConnector request) {
      add(request, versions::complete);
    }

    /// An entity that a flow uses.
    void add(Request.OfConnector request, Use use, Completion completion) {
      Request.OfConnector place =
          use.parent().flatMap(EntitiesPath::of).map(request::withEntitiesPath).orElse(request);
      entity(place, use.entity())
          .flatMap(
              entity ->
                  use.parent().map(parent -> below(entity, parent)).orElse(Optional.of(entity)))
          .ifPresent(entity -> add(entity, completion));
    }

    void addEntity(Request.OfConnector request, String name) {
      entity(request, name).ifPresent(parts::add);
    }

    void addChildren(Request.OfConnector request, String parent, int depth) {
      Request.OfConnector deeper =
          request.withEntities(new Entities.All(Math.min(depth, Entities.MAX_DEPTH)));
      below(deeper, parent)
          .ifPresent(
              children -> {
                if (depth > Entities.MAX_DEPTH) {
                  fail(
                      children.json(),
                      "TooDeep",
                      "the entities below %s are nested deeper than %d levels"
                          .formatted(parent, Entities.MAX_DEPTH));
                } else {
                  parts.add(children);
                }
              });
    }

    Parts done() {
      return new Parts(resets, parts, impossible);
    }

    private void add(Request.OfConnector request, Completion completion) {
      try {
        parts.addAll(completion.complete(request));
      } catch (RequestFailedException e) {
        switch (e.failure()) {
          case Failure.Permanent permanent ->
              impossible.add(new Impossible(request.json(), permanent));
          case Failure.Retryable _ -> throw e;
        }
      }
    }

    private Optional<Request.OfConnector> entity(Request.OfConnector request, String name) {
      try {
        return Optional.of(request.withEntities(new Entities.One(new EntityName(name))));
      } catch (IllegalArgumentException e) {
        fail(
            request.withEntities(new Entities.Names()).jsonWith(RequestReader.ENTITY, name),
            "InvalidEntityName",
            "AppFlow cannot be asked for this entity: it takes " + e.getMessage());
        return Optional.empty();
      }
    }

    private Optional<Request.OfConnector> below(Request.OfConnector request, String parent) {
      try {
        if (parent.isEmpty()) {
          throw new IllegalArgumentException("a name, and an empty one for the root");
        }
        return Optional.of(request.withEntitiesPath(new EntitiesPath(parent)));
      } catch (IllegalArgumentException e) {
        fail(
            request.jsonWith(RequestReader.PATH, parent),
            "InvalidEntitiesPath",
            "AppFlow cannot be asked for what is below this parent: it takes " + e.getMessage());
        return Optional.empty();
      }
    }

    private void fail(String body, String code, String message) {
      impossible.add(new Impossible(body, new Failure.Permanent(code, message)));
    }
  }

  @FunctionalInterface
  private interface Completion {
    List<Request.OfConnector> complete(Request.OfConnector request);
  }
}
