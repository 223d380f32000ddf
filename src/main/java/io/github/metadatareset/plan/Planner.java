package io.github.metadatareset.plan;

import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import java.util.Collection;
import java.util.List;

/// Says whether a request is one call, and which.
public final class Planner {

  private final Versions versions;

  public Planner(Discovery discovery) {
    this.versions = new Versions(discovery);
  }

  /// The profiles whose type or label has to be looked up to plan the requests.
  public static List<ProfileName> toLookUp(Collection<Request> requests) {
    return requests.stream()
        .filter(Request.OfConnector.class::isInstance)
        .map(Request.OfConnector.class::cast)
        .filter(Versions::needsLookUp)
        .map(request -> ((NamedProfile) request.connector()).name())
        .distinct()
        .toList();
  }

  public Plan plan(Request request) {
    if (request.isWide() || !(request instanceof Request.OfConnector narrow)) {
      return new Plan.Split(request);
    }
    try {
      List<Request.OfConnector> complete = versions.complete(narrow);
      return complete.size() == 1
          ? new Plan.Call(complete.getFirst().call().orElseThrow())
          : new Plan.Split(request);
    } catch (RuntimeException e) {
      return new Plan.Unclear(Failure.of(e));
    }
  }
}
