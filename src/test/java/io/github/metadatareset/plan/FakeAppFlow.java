package io.github.metadatareset.plan;

import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// A fake AppFlow. It holds what a test adds, records the calls, and fails as the test says.
public final class FakeAppFlow implements AppFlow {

  private final List<Profile> profiles = new ArrayList<>();
  private final Map<ConnectorLabel, List<ApiVersion>> versions = new LinkedHashMap<>();
  private final Map<String, List<Entity>> entities = new LinkedHashMap<>();
  private List<Entity> everywhere = List.of();
  private final Map<String, Flow> flows = new LinkedHashMap<>();
  private final Map<String, FlowMapping> mappings = new LinkedHashMap<>();
  private final List<String> drafts = new ArrayList<>();
  private final Map<String, List<Field>> fields = new LinkedHashMap<>();
  private final Map<String, Failure> failures = new LinkedHashMap<>();
  private final List<ResetCall> resets = Collections.synchronizedList(new ArrayList<>());
  private final List<String> lookups = Collections.synchronizedList(new ArrayList<>());
  private Function<ResetCall, Optional<Failure>> resetFailure = _ -> Optional.empty();

  public FakeAppFlow profile(String name, ConnectorType type) {
    profiles.add(new Profile(new ProfileName(name), Optional.of(type), Optional.empty()));
    return this;
  }

  /// A profile of a type that is newer than the function.
  public FakeAppFlow profileOfUnknownType(String name) {
    profiles.add(new Profile(new ProfileName(name), Optional.empty(), Optional.empty()));
    return this;
  }

  /// A profile of a custom connector. It replaces one that has the same name.
  public FakeAppFlow customProfile(String name, String label) {
    profiles.removeIf(profile -> profile.name().value().equals(name));
    profiles.add(
        new Profile(
            new ProfileName(name),
            Optional.of(ConnectorType.CUSTOMCONNECTOR),
            Optional.of(new ConnectorLabel(label))));
    return this;
  }

  public FakeAppFlow connector(String label, String... supportedApiVersions) {
    versions.put(
        new ConnectorLabel(label),
        List.of(supportedApiVersions).stream().map(ApiVersion::new).toList());
    return this;
  }

  /// @param at a profile's name or a type, and `/parent` for nested entities
  public FakeAppFlow entities(String at, Entity... listed) {
    entities.put(at, List.of(listed));
    return this;
  }

  /// Lists these entities below every other parent, like a connector that ignores entitiesPath.
  public FakeAppFlow entitiesEverywhere(Entity... listed) {
    everywhere = List.of(listed);
    return this;
  }

  public FakeAppFlow withFlow(String name, Use... uses) {
    flows.put(name, new Flow(name, List.of(uses)));
    return this;
  }

  public FakeAppFlow withMapping(FlowMapping mapping) {
    mappings.put(mapping.flowName(), mapping);
    return this;
  }

  public FakeAppFlow withDraft(String name) {
    drafts.add(name);
    return this;
  }

  /// @param at a profile's name, `/` and an entity's
  public FakeAppFlow fields(String at, Field... described) {
    fields.put(at, List.of(described));
    return this;
  }

  /// Every call of the operation fails from now on.
  public FakeAppFlow failing(String operation, Failure failure) {
    failures.put(operation, failure);
    return this;
  }

  public FakeAppFlow resetsFailing(Function<ResetCall, Optional<Failure>> failure) {
    resetFailure = failure;
    return this;
  }

  /// The resets that were accepted.
  public List<ResetCall> resets() {
    return List.copyOf(resets);
  }

  /// The calls that read, such as `DescribeFlow crm-to-lake`.
  public List<String> lookups() {
    return List.copyOf(lookups);
  }

  public static Entity leaf(String name) {
    return new Entity(name, false);
  }

  public static Entity parent(String name) {
    return new Entity(name, true);
  }

  public static Use use(String profile, String entity) {
    return new Use(new ProfileName(profile), entity, Optional.empty(), Optional.empty());
  }

  public static Use use(String profile, String entity, String apiVersion) {
    return new Use(
        new ProfileName(profile),
        entity,
        Optional.empty(),
        Optional.of(new ApiVersion(apiVersion)));
  }

  public static Use nestedUse(String profile, String parent, String entity, String apiVersion) {
    return new Use(
        new ProfileName(profile),
        entity,
        Optional.of(parent),
        Optional.of(new ApiVersion(apiVersion)));
  }

  @Override
  public void reset(ResetCall call) {
    failIfConfigured("ResetConnectorMetadataCache");
    resetFailure
        .apply(call)
        .ifPresent(
            failure -> {
              throw new RequestFailedException(failure);
            });
    resets.add(call);
  }

  @Override
  public List<Profile> profiles() {
    lookUp("DescribeConnectorProfiles", "");
    return List.copyOf(profiles);
  }

  @Override
  public List<Profile> profiles(Collection<ProfileName> names) {
    lookUp("DescribeConnectorProfiles", " " + names.size());
    return profiles.stream().filter(profile -> names.contains(profile.name())).toList();
  }

  @Override
  public List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    lookUp("DescribeConnector", " " + label.value());
    return versions.getOrDefault(label, List.of());
  }

  @Override
  public List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion) {
    String at = at(connector) + parent.map(path -> "/" + path.value()).orElse("");
    lookUp("ListConnectorEntities", " " + at);
    return entities.getOrDefault(at, everywhere);
  }

  @Override
  public List<ListedFlow> flows() {
    lookUp("ListFlows", "");
    return Stream.concat(
            flows.values().stream()
                .map(
                    flow ->
                        new ListedFlow(
                            flow.name(), false, flow.uses().stream().map(this::listed).toList())),
            Stream.concat(
                mappings.keySet().stream().map(name -> new ListedFlow(name, false, List.of())),
                drafts.stream().map(name -> new ListedFlow(name, true, List.of()))))
        .toList();
  }

  private ListedConnector listed(Use use) {
    return profiles.stream()
        .filter(profile -> profile.name().equals(use.profile()))
        .findFirst()
        .map(profile -> new ListedConnector(profile.type(), profile.label()))
        .orElse(new ListedConnector(Optional.empty(), Optional.empty()));
  }

  @Override
  public Optional<Flow> flow(String name) {
    lookUp("DescribeFlow", " " + name);
    return Optional.ofNullable(flows.get(name));
  }

  @Override
  public Optional<FlowMapping> mapping(String flowName) {
    lookUp("DescribeFlow", " " + flowName);
    return Optional.ofNullable(mappings.get(flowName));
  }

  @Override
  public List<Field> fields(
      Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion) {
    String at = at(connector) + "/" + entity.value();
    lookUp("DescribeConnectorEntity", " " + at + apiVersion.map(v -> " " + v.value()).orElse(""));
    return Optional.ofNullable(fields.get(at))
        .orElseThrow(
            () ->
                RequestFailedException.permanent(
                    "ResourceNotFoundException", "The entity does not exist."));
  }

  private static String at(Connector.Exact connector) {
    return switch (connector) {
      case Connector.NamedProfile(var name, _) -> name.value();
      case Connector.WithoutProfile(var type) -> type.apiName();
    };
  }

  private void lookUp(String operation, String subject) {
    lookups.add(operation + subject);
    failIfConfigured(operation);
  }

  private void failIfConfigured(String operation) {
    Failure failure = failures.get(operation);
    if (failure != null) {
      throw new RequestFailedException(failure);
    }
  }
}
