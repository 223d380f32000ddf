package io.github.metadatareset.plan;

import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.plan.Discovery.UseInFlow;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Finds the API version that AppFlow requires for a custom connector. The connector profile does
/// not contain it.
final class ApiVersions {

  private final Discovery discovery;

  ApiVersions(Discovery discovery) {
    this.discovery = discovery;
  }

  /// The request's profile, if it has to be looked up: before its version is known, or to know
  /// which flows may use it.
  static Optional<ProfileName> profileToLookUp(Request.OfConnector request) {
    return (request.apiVersion().isEmpty() || request.entities() instanceof Entities.UsedByFlows)
            && mayBeCustom(request)
            && request.connector() instanceof NamedProfile(var name, _)
        ? Optional.of(name)
        : Optional.empty();
  }

  /// Whether the type of the request's profile has to be looked up before its version is known.
  static boolean needsLookUp(Request.OfConnector request) {
    return request.apiVersion().isEmpty() && mayBeCustom(request);
  }

  private static boolean mayBeCustom(Request.OfConnector request) {
    return request.connector() instanceof NamedProfile(_, var type)
        && type.filter(known -> known != ConnectorType.CUSTOMCONNECTOR).isEmpty();
  }

  /// The request with its connector type and API version, once for each version. A request for a
  /// profile that does not exist is returned unchanged: AppFlow's error for the call is the reason
  /// to report.
  ///
  /// @throws RequestFailedException if the version cannot be determined
  List<Request.OfConnector> complete(Request.OfConnector request) {
    return profileOf(request)
        .map(profile -> complete(withType(request, profile), profile))
        .orElse(List.of(request));
  }

  /// The same for an entity that a flow uses. The flow may say which version it uses.
  List<Request.OfConnector> complete(Request.OfConnector request, Use use) {
    return profileOf(request)
        .map(
            profile ->
                profile.isOf(ConnectorType.CUSTOMCONNECTOR) && use.apiVersion().isPresent()
                    ? List.of(withType(request, profile).withApiVersion(use.apiVersion().get()))
                    : complete(withType(request, profile), profile))
        .orElse(List.of(request));
  }

  /// Why nothing can be reset for a profile that a pattern matches, if no flow uses it and its API
  /// version cannot be known. Nobody misses it, and nobody could replay its dead letters.
  ///
  /// @throws RequestFailedException (retryable) if AppFlow does not answer
  Optional<String> reasonToSkip(Request.OfConnector request, Profile profile) {
    if (request.apiVersion().isPresent()
        || !profile.isOf(ConnectorType.CUSTOMCONNECTOR)
        || profile.label().isEmpty()) {
      return Optional.empty();
    }
    try {
      List<ApiVersion> supported = discovery.supportedApiVersions(profile.label().get());
      return supported.size() != 1 && discovery.uses(profile).isEmpty()
          ? Optional.of(
              "no flow uses profile %s, and connector %s supports the API versions %s"
                  .formatted(
                      profile.name().value(),
                      profile.label().get().value(),
                      supported.stream().map(ApiVersion::value).toList()))
          : Optional.empty();
    } catch (RequestFailedException e) {
      return switch (e.failure()) {
        // The profile's own sub-request is rejected with this failure.
        case Failure.Permanent _ -> Optional.empty();
        case Failure.Retryable _ -> throw e;
      };
    }
  }

  private Optional<Profile> profileOf(Request.OfConnector request) {
    return needsLookUp(request) && request.connector() instanceof NamedProfile(var name, _)
        ? discovery.profile(name)
        : Optional.empty();
  }

  private static Request.OfConnector withType(Request.OfConnector request, Profile profile) {
    return request.connector() instanceof NamedProfile(var name, var type) && type.isEmpty()
        ? request.withConnector(new NamedProfile(name, profile.type()))
        : request;
  }

  private List<Request.OfConnector> complete(Request.OfConnector request, Profile profile) {
    if (!profile.isOf(ConnectorType.CUSTOMCONNECTOR) || profile.label().isEmpty()) {
      return List.of(request);
    }
    if (request.entities() instanceof Entities.Listed) {
      // Each entity may have other versions. They are found when the list is split.
      return List.of(request);
    }
    ConnectorLabel label = profile.label().get();
    List<ApiVersion> supported = discovery.supportedApiVersions(label);
    List<ApiVersion> versions = supported.size() == 1 ? supported : inFlows(request, profile);
    if (versions.isEmpty()) {
      throw RequestFailedException.permanent(
          "NoApiVersion",
          "connector %s supports the API versions %s, and no flow of profile %s says which one; expected apiVersion with one of them"
              .formatted(
                  label.value(),
                  supported.stream().map(ApiVersion::value).toList(),
                  profile.name().value()));
    }
    return versions.stream().map(request::withApiVersion).toList();
  }

  /// The versions of the flows that use the entity, else of those that use the profile.
  private List<ApiVersion> inFlows(Request.OfConnector request, Profile profile) {
    List<ApiVersion> ofEntity =
        request.entities() instanceof Entities.One(var entity)
            ? inFlows(profile, use -> use.entity().equals(entity.value()))
            : List.of();
    return ofEntity.isEmpty() ? inFlows(profile, _ -> true) : ofEntity;
  }

  private List<ApiVersion> inFlows(Profile profile, Predicate<Use> condition) {
    return discovery.uses(profile).stream()
        .map(UseInFlow::use)
        .filter(condition)
        .map(Use::apiVersion)
        .flatMap(Optional::stream)
        .distinct()
        .sorted(Comparator.comparing(ApiVersion::value))
        .toList();
  }
}
