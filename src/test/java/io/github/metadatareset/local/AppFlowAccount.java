package io.github.metadatareset.local;

import io.github.metadatareset.local.SourceApplication.Entity;
import io.github.metadatareset.local.SourceApplication.Field;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;

/// What lies at AppFlow (profiles, registered connectors, flows) and at the applications behind it
/// (entities and their fields). Read from a JSON file, or built in code, and changed while an
/// [AppFlowEmulator] serves it.
///
/// Safe for use by many threads. Everything is listed in the order of its names.
public final class AppFlowAccount {

  /// The types that go without a connector profile.
  public static final Set<String> TYPES_WITHOUT_PROFILE =
      Set.of("CustomerProfiles", "EventBridge", "LookoutMetrics", "S3", "Upsolver");

  /// A connector profile: a way into one application. `properties` are those of the connector's
  /// own, for example `instanceUrl`.
  public record Profile(
      String name, String type, Optional<String> label, Map<String, Object> properties) {
    public Profile {
      properties = Map.copyOf(properties);
    }

    public static Profile of(String name, String type) {
      return new Profile(name, type, Optional.empty(), Map.of());
    }

    public static Profile custom(String name, String label) {
      return new Profile(name, "CustomConnector", Optional.of(label), Map.of());
    }
  }

  /// A registered custom connector.
  public record Connector(String label, List<String> supportedApiVersions) {
    public Connector {
      supportedApiVersions = List.copyOf(supportedApiVersions);
    }
  }

  /// A flow. `status` and `trigger` are the API's `FlowStatus` and `TriggerType`.
  public record Flow(
      String name, String status, String trigger, FlowEnd source, List<FlowEnd> destinations) {
    public Flow {
      destinations = List.copyOf(destinations);
    }

    /// An active flow that somebody starts.
    public static Flow active(String name, FlowEnd source, FlowEnd destination) {
      return new Flow(name, "Active", "OnDemand", source, List.of(destination));
    }
  }

  /// What a flow reads from or writes to. `properties` are further members of the connector's own
  /// properties, for example an S3 bucket; `subEntities` is what newer custom connectors keep in
  /// `customProperties`.
  public record FlowEnd(
      String type,
      Optional<String> profile,
      Optional<String> apiVersion,
      Optional<String> entity,
      List<String> subEntities,
      Map<String, Object> properties) {
    public FlowEnd {
      subEntities = List.copyOf(subEntities);
      properties = Map.copyOf(properties);
    }

    public static FlowEnd of(String type, String profile, String entity) {
      return new FlowEnd(
          type, Optional.of(profile), Optional.empty(), Optional.of(entity), List.of(), Map.of());
    }

    public static FlowEnd custom(String profile, String apiVersion, String entity) {
      return new FlowEnd(
          "CustomConnector",
          Optional.of(profile),
          Optional.of(apiVersion),
          Optional.of(entity),
          List.of(),
          Map.of());
    }

    public static FlowEnd s3(String bucket) {
      return new FlowEnd(
          "S3",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Map.of("bucketName", bucket));
    }
  }

  private final Map<String, Profile> profiles = new ConcurrentSkipListMap<>();
  private final Map<String, Connector> connectors = new ConcurrentSkipListMap<>();
  private final Map<String, Flow> flows = new ConcurrentSkipListMap<>();
  private final Map<String, SourceApplication> behindProfiles = new ConcurrentHashMap<>();
  private final Map<String, SourceApplication> behindTypes = new ConcurrentHashMap<>();

  /// An account with no profiles, connectors or flows; the types without profile are there, and
  /// empty.
  public AppFlowAccount() {
    TYPES_WITHOUT_PROFILE.forEach(type -> behindTypes.put(type, new SourceApplication()));
  }

  /// Reads an account from a file in the form of `src/test/resources/appflow/account.json`.
  public static AppFlowAccount read(Path file) {
    return AccountFile.read(file);
  }

  /// The account that the sample events speak of.
  public static AppFlowAccount sample() {
    return AccountFile.readResource("/appflow/account.json");
  }

  /// An account of Salesforce profiles `profile-000`, `profile-001` ... with that many entities
  /// each, of which a tenth stands at the top and every other is one of at most three children of
  /// the one before.
  public static AppFlowAccount generated(int profiles, int entitiesPerProfile) {
    var account = new AppFlowAccount();
    for (int p = 0; p < profiles; p++) {
      String name = "profile-%03d".formatted(p);
      account.addProfile(Profile.of(name, "Salesforce"));
      GeneratedEntities.plant(account.behind(name), entitiesPerProfile);
    }
    return account;
  }

  public AppFlowAccount addProfile(Profile profile) {
    profiles.put(profile.name(), profile);
    behindProfiles.putIfAbsent(profile.name(), new SourceApplication());
    return this;
  }

  public AppFlowAccount removeProfile(String name) {
    profiles.remove(name);
    behindProfiles.remove(name);
    return this;
  }

  public AppFlowAccount addConnector(Connector connector) {
    connectors.put(connector.label(), connector);
    return this;
  }

  /// Adds a flow, or replaces the one of the same name.
  public AppFlowAccount addFlow(Flow flow) {
    flows.put(flow.name(), flow);
    return this;
  }

  public AppFlowAccount removeFlow(String name) {
    flows.remove(name);
    return this;
  }

  /// The application behind a profile, or behind a type that has no profile.
  public SourceApplication behind(String profileOrType) {
    return behindProfile(profileOrType)
        .or(() -> behindType(profileOrType))
        .orElseThrow(() -> new IllegalArgumentException("no profile or type " + profileOrType));
  }

  public AppFlowAccount addEntity(String profileOrType, String name) {
    return addEntity(profileOrType, SourceApplication.ROOT, name);
  }

  public AppFlowAccount addEntity(String profileOrType, String parent, String name) {
    behind(profileOrType).add(parent, Entity.of(name));
    return this;
  }

  public AppFlowAccount removeEntity(String profileOrType, String name) {
    behind(profileOrType).remove(name);
    return this;
  }

  /// Adds a field of type `string`.
  public AppFlowAccount addField(String profileOrType, String entity, String identifier) {
    behind(profileOrType).addField(entity, Field.of(identifier, "string"));
    return this;
  }

  public AppFlowAccount removeField(String profileOrType, String entity, String identifier) {
    behind(profileOrType).removeField(entity, identifier);
    return this;
  }

  public Collection<Profile> profiles() {
    return Collections.unmodifiableCollection(profiles.values());
  }

  public Optional<Profile> profile(String name) {
    return Optional.ofNullable(profiles.get(name));
  }

  public Optional<Connector> connector(String label) {
    return Optional.ofNullable(connectors.get(label));
  }

  public Collection<Flow> flows() {
    return Collections.unmodifiableCollection(flows.values());
  }

  public Optional<Flow> flow(String name) {
    return Optional.ofNullable(flows.get(name));
  }

  Optional<SourceApplication> behindProfile(String name) {
    return Optional.ofNullable(behindProfiles.get(name));
  }

  Optional<SourceApplication> behindType(String type) {
    return Optional.ofNullable(behindTypes.get(type));
  }
}
