package io.github.metadatareset.plan;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;

import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.ListedFlow;
import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.ProfileName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Gatherers;

/// Looks up profiles, flows and API versions in AppFlow. Each look-up is made at most once in an
/// invocation, and its result is not kept any longer. Safe for use by many threads.
final class Discovery {

  private final AppFlow appFlow;
  private final int concurrency;
  private final Map<ProfileName, Once<List<Profile>>> named = new ConcurrentHashMap<>();
  private final Once<List<Profile>> profiles;
  private final Once<List<ListedFlow>> listedFlows;
  private final Map<String, Once<Optional<Flow>>> flowsByName = new ConcurrentHashMap<>();
  private final Map<Kind, Once<Map<ProfileName, List<UseInFlow>>>> uses = new ConcurrentHashMap<>();
  private final Map<ConnectorLabel, Once<List<ApiVersion>>> versions = new ConcurrentHashMap<>();

  /// @param concurrency how many flows are described at the same time
  Discovery(AppFlow appFlow, int concurrency) {
    this.appFlow = appFlow;
    this.concurrency = concurrency;
    this.profiles = new Once<>(appFlow::profiles);
    this.listedFlows = new Once<>(appFlow::flows);
  }

  /// An entity that a flow uses.
  record UseInFlow(String flow, Use use) {}

  /// Profiles of the same kind are used by the same listed flows, as far as the list tells.
  private record Kind(Optional<ConnectorType> type, Optional<ConnectorLabel> label) {
    static Kind of(Profile profile) {
      return new Kind(profile.type(), profile.label());
    }
  }

  /// Announces profiles that will be looked up by name: the first look-up then gets up to a hundred
  /// of them in one call.
  void announce(Collection<ProfileName> names) {
    names.stream()
        .gather(Gatherers.windowFixed(AppFlow.MAX_PROFILE_NAMES))
        .forEach(
            window -> {
              Once<List<Profile>> lookUp = new Once<>(() -> appFlow.profiles(window));
              window.forEach(name -> named.put(name, lookUp));
            });
  }

  List<Profile> profiles() {
    return profiles.get();
  }

  /// The profile with this name; empty if there is none.
  Optional<Profile> profile(ProfileName name) {
    return named.getOrDefault(name, profiles).get().stream()
        .filter(profile -> profile.name().equals(name))
        .findFirst();
  }

  List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    return versions
        .computeIfAbsent(label, _ -> new Once<>(() -> appFlow.supportedApiVersions(label)))
        .get();
  }

  /// How many flows there are.
  int flowCount() {
    return listedFlows.get().size();
  }

  /// The names of all flows that are no drafts.
  List<String> completeFlows() {
    return listedFlows.get().stream()
        .filter(flow -> !flow.isDraft())
        .map(ListedFlow::name)
        .toList();
  }

  /// The entities that flows use through the profile.
  List<UseInFlow> uses(NamedProfile profile) {
    return uses(
        profile.type().filter(type -> type != ConnectorType.CUSTOMCONNECTOR).isPresent()
            ? new Profile(profile.name(), profile.type(), Optional.empty())
            : profile(profile.name())
                .orElse(new Profile(profile.name(), Optional.empty(), Optional.empty())));
  }

  /// The entities that flows use through the profile. Only flows whose listed connectors may be the
  /// profile's are described. The list names one destination of a flow, and a flow has only one:
  /// "Amazon AppFlow does not currently support flows to multiple destinations at once"
  /// (https://docs.aws.amazon.com/appflow/1.0/APIReference/API_CreateFlow.html).
  List<UseInFlow> uses(Profile profile) {
    return uses.computeIfAbsent(
            Kind.of(profile), _ -> new Once<>(() -> usesByProfile(flow -> flow.mayUse(profile))))
        .get()
        .getOrDefault(profile.name(), List.of());
  }

  /// Describes together the flows that may use one of the profiles.
  void describeFlows(Collection<Profile> ofProfiles) {
    Collection<Profile> kinds =
        ofProfiles.stream().collect(toMap(Kind::of, profile -> profile, (one, _) -> one)).values();
    flows(flow -> kinds.stream().anyMatch(flow::mayUse));
  }

  private Map<ProfileName, List<UseInFlow>> usesByProfile(Predicate<ListedFlow> condition) {
    return flows(condition).stream()
        .flatMap(flow -> flow.uses().stream().map(use -> new UseInFlow(flow.name(), use)))
        .collect(groupingBy(each -> each.use().profile()));
  }

  /// The flows that match: one DescribeFlow for a name, else one for each flow that matches.
  List<Flow> flows(FlowPattern pattern) {
    if (pattern.isName()) {
      return described(pattern.value()).stream().toList();
    }
    return flows(flow -> pattern.matches(flow.name()));
  }

  private List<Flow> flows(Predicate<ListedFlow> condition) {
    return listedFlows.get().stream()
        .filter(condition)
        .map(ListedFlow::name)
        .gather(Gatherers.mapConcurrent(concurrency, this::described))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Flow> described(String name) {
    return flowsByName.computeIfAbsent(name, _ -> new Once<>(() -> appFlow.flow(name))).get();
  }
}
