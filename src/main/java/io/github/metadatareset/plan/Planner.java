package io.github.metadatareset.plan;

import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// Plans the requests of one invocation. Safe for use by many threads.
public final class Planner {

  private final Discovery discovery;
  private final ApiVersions versions;
  private final Splitter splitter;

  /// @param concurrency how many flows are described at the same time
  /// @param allowedProfiles the only profiles that requests by pattern or flow reset
  public Planner(AppFlow appFlow, int concurrency, AllowedProfiles allowedProfiles) {
    this.discovery = new Discovery(appFlow, concurrency);
    this.versions = new ApiVersions(discovery);
    this.splitter = new Splitter(appFlow, discovery, versions, allowedProfiles);
  }

  /// Announces requests that will be planned, so that one call looks up to a hundred of their
  /// profiles.
  public void announce(Collection<Request> requests) {
    discovery.announce(profilesToLookUp(requests));
  }

  private static Set<ProfileName> profilesToLookUp(Collection<Request> requests) {
    Set<ProfileName> names = new LinkedHashSet<>();
    for (Request request : requests) {
      if (request instanceof Request.OfConnector ofConnector) {
        ApiVersions.profileToLookUp(ofConnector).ifPresent(names::add);
      }
    }
    return names;
  }

  /// Plans a request, with no more look-ups than a single call needs.
  public Plan plan(Request request) {
    return switch (request) {
      case Request.OfConnector ofConnector when !request.needsSplitting() -> {
        try {
          yield new SubRequests(versions.complete(ofConnector)).plan();
        } catch (RuntimeException e) {
          yield new Plan.Failed(Failure.of(e));
        }
      }
      case Request.Check(var flow) when !request.needsSplitting() -> new Plan.Check(flow.value());
      case Request _ -> new Plan.ToSplit(request);
    };
  }

  /// The API version in which AppFlow describes an entity of a custom connector, where the flow
  /// that uses it names none; empty if it cannot be known, or there are several.
  ///
  /// @throws RequestFailedException (retryable) if AppFlow does not answer
  public Optional<ApiVersion> apiVersion(ProfileName profile, EntityName entity) {
    try {
      List<Request.OfConnector> complete =
          versions.complete(
              new Request.OfConnector(
                  new NamedProfile(profile, ConnectorType.CUSTOMCONNECTOR),
                  new Entities.One(entity)));
      return complete.size() == 1 ? complete.getFirst().apiVersion() : Optional.empty();
    } catch (RequestFailedException e) {
      return switch (e.failure()) {
        case Failure.Permanent _ -> Optional.empty();
        case Failure.Retryable _ -> throw e;
      };
    }
  }

  /// Splits a request that needs several calls.
  ///
  /// @param reset makes a call without which the sub-requests cannot be found
  /// @throws RequestFailedException if AppFlow does not answer, or nothing matches a pattern
  public Plan.Complete split(Request request, Consumer<ResetCall> reset) {
    return subRequests(request, reset).plan();
  }

  /// The same, with what is known about the sub-requests even if there is only one.
  public SubRequests subRequests(Request request, Consumer<ResetCall> reset) {
    return splitter.split(request, reset);
  }
}
