package io.github.metadatareset.request;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Reads requests strictly: what is not exactly a request is refused with the member, what it holds
/// and what was expected, so that no typo silently does less or more than was meant.
///
/// @param reach the profiles that this deployment may reset (`CONNECTOR_PROFILE_PATTERN`)
public record RequestReader(ProfilePattern reach) {

  /// The most requests in one list, and the most names in `entities`.
  public static final int MAX_LIST = 1000;

  /// The two members whose values come from AppFlow's own lists, which may hold what it refuses.
  public static final String ENTITY = "connectorEntityName";

  public static final String PATH = "entitiesPath";

  private static final String PROFILE = "connectorProfileName";
  private static final String TYPE = "connectorType";
  private static final String LABEL = "connectorLabel";
  private static final String VERSION = "apiVersion";
  private static final String ENTITIES = "entities";
  private static final String FLOW = "flowName";
  private static final String REQUESTS = "requests";
  private static final String DEPTH = "depth";

  /// Every member that a request can have.
  public static final Set<String> MEMBERS =
      Set.of(PROFILE, TYPE, LABEL, ENTITY, PATH, VERSION, ENTITIES, FLOW, REQUESTS, DEPTH);

  static final String USED_BY_FLOWS = "USED_BY_FLOWS";
  static final String ALL = "ALL";

  private static final String A_MEMBER = "one of the members " + MEMBERS.stream().sorted().toList();
  private static final String A_REQUEST =
      "an object with connectorProfileName, a connectorType without profile, flowName or requests";
  private static final String A_PROFILE =
      "a connector profile's name, or a pattern of one with * and ?";
  private static final String SOME_ENTITIES =
      "\"USED_BY_FLOWS\", \"ALL\" or a list of 1 to " + MAX_LIST + " entity names";
  private static final String SOME_REQUESTS =
      "a list of 1 to " + MAX_LIST + " requests, none with requests of its own";

  /// @throws RequestFailedException if the value is no request
  public Request read(JsonValue value) {
    return value.has(REQUESTS) ? several(value) : single(value);
  }

  private Request several(JsonValue value) {
    allowOnly(value, Set.of(REQUESTS), "no other member beside requests");
    JsonValue list = value.member(REQUESTS).orElseThrow();
    List<JsonValue> elements = list.asList(SOME_REQUESTS);
    if (elements.isEmpty() || elements.size() > MAX_LIST) {
      throw list.refused(SOME_REQUESTS);
    }
    List<Request> requests = elements.stream().map(this::single).distinct().toList();
    return requests.size() == 1 ? requests.getFirst() : new Request.Several(requests);
  }

  private Request single(JsonValue value) {
    if (!value.isObject() || value.memberNames().isEmpty()) {
      throw value.refused(A_REQUEST);
    }
    allowOnly(value, MEMBERS, A_MEMBER);
    forbid(value, REQUESTS, "no list inside a list of requests");
    if (value.has(FLOW)) {
      allowOnly(value, Set.of(FLOW), "no other member beside flowName");
      return new Request.OfFlows(
          required(value, FLOW, "a flow's name or pattern", FlowPattern::new));
    }
    Connector connector = value.has(PROFILE) ? ofProfiles(value) : withoutProfile(value);
    Entities entities = entities(value);
    if (entities instanceof Entities.UsedByFlows) {
      forbid(value, PATH, "no entitiesPath: the flows say which entities");
      if (connectorType(value).filter(type -> !type.hasProfile()).isPresent()) {
        throw member(value, ENTITIES).refused("something else for a type without profile");
      }
    }
    return new Request.OfConnector(
        connector,
        entities,
        optional(value, PATH, "a parent entity's name", EntitiesPath::new)
            .filter(path -> !path.value().isEmpty()),
        optional(value, VERSION, "an API version", ApiVersion::new));
  }

  private Connector ofProfiles(JsonValue value) {
    JsonValue name = member(value, PROFILE);
    if (!new Glob(name.asText(A_PROFILE)).hasWildcard()) {
      forbid(value, LABEL, "connectorLabel only beside a pattern");
      ProfileName profile = name.as(A_PROFILE, ProfileName::new);
      if (!reach.matches(profile)) {
        throw name.refused("a profile that CONNECTOR_PROFILE_PATTERN allows: " + reach.value());
      }
      return new Connector.NamedProfile(profile, connectorType(value));
    }
    Optional<ConnectorType> type = connectorType(value);
    if (type.filter(t -> !t.hasProfile()).isPresent()) {
      throw member(value, TYPE).refused("a type that has profiles, as a pattern is given");
    }
    Optional<ConnectorLabel> label =
        optional(value, LABEL, "a connector's label", ConnectorLabel::new);
    if (label.isPresent() && type.filter(t -> t != ConnectorType.CUSTOMCONNECTOR).isPresent()) {
      throw member(value, TYPE).refused("\"CustomConnector\" or nothing beside connectorLabel");
    }
    return new Connector.MatchingProfiles(name.as(A_PROFILE, ProfilePattern::new), type, label);
  }

  private static Connector withoutProfile(JsonValue value) {
    if (!value.has(TYPE)) {
      throw value.refused(A_REQUEST);
    }
    forbid(value, LABEL, "connectorLabel only beside a pattern");
    ConnectorType type = connectorType(value).orElseThrow();
    if (type.hasProfile()) {
      throw value.refused("a connectorProfileName, as %s has profiles".formatted(type.apiName()));
    }
    return new Connector.WithoutProfile(type);
  }

  private static Entities entities(JsonValue value) {
    if (!value.has(ENTITIES)) {
      forbid(value, DEPTH, "depth only beside \"entities\": \"ALL\"");
      return optional(value, ENTITY, "an entity's name", EntityName::new)
          .<Entities>map(Entities.One::new)
          .orElseGet(Entities.Names::new);
    }
    forbid(value, ENTITY, "either connectorEntityName or entities");
    JsonValue entities = member(value, ENTITIES);
    if (ALL.equals(entities.content())) {
      return all(value);
    }
    forbid(value, DEPTH, "depth only beside \"entities\": \"ALL\"");
    return USED_BY_FLOWS.equals(entities.content()) ? new Entities.UsedByFlows() : listed(entities);
  }

  private static Entities all(JsonValue value) {
    String aDepth = "a whole number from 0 to " + Entities.MAX_DEPTH;
    Optional<JsonValue> depth = value.member(DEPTH);
    try {
      return new Entities.All(depth.map(d -> d.asInt(aDepth)).orElse(0));
    } catch (IllegalArgumentException e) {
      throw depth.orElseThrow().refused(aDepth);
    }
  }

  private static Entities listed(JsonValue entities) {
    List<JsonValue> elements = entities.asList(SOME_ENTITIES);
    if (elements.isEmpty() || elements.size() > MAX_LIST) {
      throw entities.refused(SOME_ENTITIES);
    }
    List<EntityName> names =
        elements.stream()
            .map(name -> name.as("an entity's name", EntityName::new))
            .distinct()
            .toList();
    return names.size() == 1 ? new Entities.One(names.getFirst()) : new Entities.Listed(names);
  }

  private static Optional<ConnectorType> connectorType(JsonValue value) {
    return optional(value, TYPE, "a connector type", ConnectorType::of);
  }

  private static <T> T required(
      JsonValue value, String name, String expectation, Function<String, T> constructor) {
    return member(value, name).as(expectation, constructor);
  }

  private static <T> Optional<T> optional(
      JsonValue value, String name, String expectation, Function<String, T> constructor) {
    return value.member(name).map(found -> found.as(expectation, constructor));
  }

  private static JsonValue member(JsonValue value, String name) {
    return value.member(name).orElseThrow();
  }

  private static void allowOnly(JsonValue value, Set<String> allowed, String expectation) {
    value.memberNames().stream()
        .filter(name -> !allowed.contains(name))
        .findFirst()
        .ifPresent(name -> forbid(value, name, expectation));
  }

  private static void forbid(JsonValue value, String name, String expectation) {
    value
        .member(name)
        .ifPresent(
            found -> {
              throw found.refused(expectation);
            });
  }
}
