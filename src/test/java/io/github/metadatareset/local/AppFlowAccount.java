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

/// The data that an [AppFlowEmulator] serves: connector profiles, registered connectors and flows,
/// and the source applications of the profiles. It is read from a JSON file or built in code, and
/// may change while an emulator serves it.
///
/// Safe for use by several threads. All lists are sorted by name.
public final class AppFlowAccount {

  /// The connector types that need no connector profile.
  public static final Set<String> TYPES_WITHOUT_PROFILE =
      Set.of("CustomerProfiles", "EventBridge", "LookoutMetrics", "S3", "Upsolver");

  /// A connector profile: a connection to one source application. `properties` are the properties
  /// of the connector type, such as `instanceUrl`.
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

  /// A flow. `status` and `trigger` are the API's `FlowStatus` and `TriggerType`, `tasks` have the
  /// members of the API's Task, and `incrementalField` is the `datetimeTypeFieldName`.
  public record Flow(
      String name,
      String status,
      String trigger,
      FlowEnd source,
      List<FlowEnd> destinations,
      List<Map<String, Object>> tasks,
      Optional<String> incrementalField,
      int schemaVersion) {

    /// The tasks of a flow that maps all fields.
    public static final List<Map<String, Object>> MAPPING_ALL =
        List.of(Map.of("sourceFields", List.of(), "taskType", "Map_all"));

    public Flow {
      destinations = List.copyOf(destinations);
      tasks = List.copyOf(tasks);
    }

    /// A flow that maps all fields.
    public Flow(
        String name, String status, String trigger, FlowEnd source, List<FlowEnd> destinations) {
      this(name, status, trigger, source, destinations, MAPPING_ALL, Optional.empty(), 1);
    }

    /// An active flow that runs on demand.
    public static Flow active(String name, FlowEnd source, FlowEnd destination) {
      return new Flow(name, "Active", "OnDemand", source, List.of(destination));
    }

    Flow activated() {
      return new Flow(
          name, "Active", trigger, source, destinations, tasks, incrementalField, schemaVersion);
    }

    /// The same flow after its mapping was edited.
    public Flow mappedBy(List<Map<String, Object>> newTasks) {
      return new Flow(
          name,
          status,
          trigger,
          source,
          destinations,
          newTasks,
          incrementalField,
          schemaVersion + 1);
    }
  }

  /// The source or a destination of a flow. `subEntities` are those that newer custom connectors
  /// have in `customProperties`. `properties` are other properties of the connector type, such as
  /// the S3 bucket.
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
  private final Set<String> revokedProfiles = ConcurrentHashMap.newKeySet();
  private final Map<String, SourceApplication> profileApplications = new ConcurrentHashMap<>();
  private final Map<String, SourceApplication> typeApplications = new ConcurrentHashMap<>();

  /// An account without profiles, connectors and flows. The connector types without profiles have
  /// no entities.
  public AppFlowAccount() {
    TYPES_WITHOUT_PROFILE.forEach(type -> typeApplications.put(type, new SourceApplication()));
  }

  /// Reads an account from a file in the form of `src/test/resources/appflow/account.json`.
  public static AppFlowAccount read(Path file) {
    return AccountFile.read(file);
  }

  /// The account to which the events in `events/` refer.
  public static AppFlowAccount sample() {
    return AccountFile.readResource("/appflow/account.json");
  }

  /// An account with Salesforce profiles `profile-000`, `profile-001` ... and the same number of
  /// entities in each: see [GeneratedEntities].
  public static AppFlowAccount generated(int profiles, int entitiesPerProfile) {
    var account = new AppFlowAccount();
    for (int p = 0; p < profiles; p++) {
      String name = "profile-%03d".formatted(p);
      account.addProfile(Profile.of(name, "Salesforce"));
      GeneratedEntities.addTo(account.application(name), entitiesPerProfile);
    }
    return account;
  }

  public AppFlowAccount addProfile(Profile profile) {
    profiles.put(profile.name(), profile);
    profileApplications.putIfAbsent(profile.name(), new SourceApplication());
    return this;
  }

  public AppFlowAccount removeProfile(String name) {
    profiles.remove(name);
    profileApplications.remove(name);
    return this;
  }

  /// Makes the source application refuse the profile's connection.
  public AppFlowAccount revoke(String profile) {
    application(profile);
    revokedProfiles.add(profile);
    return this;
  }

  /// Ends what [#revoke(String)] began: somebody signs in again.
  public AppFlowAccount authorize(String profile) {
    revokedProfiles.remove(profile);
    return this;
  }

  boolean isAuthorized(String profile) {
    return !revokedProfiles.contains(profile);
  }

  public AppFlowAccount addConnector(Connector connector) {
    connectors.put(connector.label(), connector);
    return this;
  }

  /// Adds a flow. Replaces a flow with the same name.
  public AppFlowAccount addFlow(Flow flow) {
    flows.put(flow.name(), flow);
    return this;
  }

  public AppFlowAccount removeFlow(String name) {
    flows.remove(name);
    return this;
  }

  /// The application of a profile, or of a connector type without profiles.
  public SourceApplication application(String profileOrType) {
    return applicationOfProfile(profileOrType)
        .or(() -> applicationOfType(profileOrType))
        .orElseThrow(
            () ->
                new IllegalArgumentException("unknown profile or connector type " + profileOrType));
  }

  public AppFlowAccount addEntity(String profileOrType, String name) {
    return addEntity(profileOrType, SourceApplication.ROOT, name);
  }

  public AppFlowAccount addEntity(String profileOrType, String parent, String name) {
    application(profileOrType).add(parent, Entity.of(name));
    return this;
  }

  public AppFlowAccount removeEntity(String profileOrType, String name) {
    application(profileOrType).remove(name);
    return this;
  }

  /// Adds a field of type `string`.
  public AppFlowAccount addField(String profileOrType, String entity, String identifier) {
    application(profileOrType).addField(entity, Field.of(identifier, "string"));
    return this;
  }

  public AppFlowAccount removeField(String profileOrType, String entity, String identifier) {
    application(profileOrType).removeField(entity, identifier);
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

  Optional<SourceApplication> applicationOfProfile(String name) {
    return Optional.ofNullable(profileApplications.get(name));
  }

  Optional<SourceApplication> applicationOfType(String type) {
    return Optional.ofNullable(typeApplications.get(type));
  }
}
