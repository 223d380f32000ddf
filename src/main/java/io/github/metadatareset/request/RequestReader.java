package io.github.metadatareset.request;

import static io.github.metadatareset.request.Member.API_VERSION;
import static io.github.metadatareset.request.Member.CHECK;
import static io.github.metadatareset.request.Member.CONNECTOR_ENTITY_NAME;
import static io.github.metadatareset.request.Member.CONNECTOR_LABEL;
import static io.github.metadatareset.request.Member.CONNECTOR_PROFILE_NAME;
import static io.github.metadatareset.request.Member.CONNECTOR_TYPE;
import static io.github.metadatareset.request.Member.DEPTH;
import static io.github.metadatareset.request.Member.DRY_RUN;
import static io.github.metadatareset.request.Member.ENTITIES;
import static io.github.metadatareset.request.Member.ENTITIES_PATH;
import static io.github.metadatareset.request.Member.FLOW_NAME;
import static io.github.metadatareset.request.Member.REQUESTS;
import static io.github.metadatareset.request.Member.WAIT;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads requests strictly, so that a typo never resets less or more than was meant. The message of
/// a rejection says where the wrong value is, what it is, and what was expected.
public record RequestReader(AllowedProfiles allowedProfiles) {

  /// The most requests in one list, and the most names in `entities`.
  public static final int MAX_LIST = 1000;

  private static final String A_MEMBER =
      "one of the members "
          + Arrays.stream(Member.values()).map(Member::jsonName).sorted().toList();
  private static final String A_REQUEST =
      "an object with connectorProfileName, a connectorType without profile, flowName or requests";
  private static final String A_PROFILE =
      "a connector profile's name, or a pattern of one with * and ?";
  private static final String SOME_ENTITIES =
      "\"USED_BY_FLOWS\", \"ALL\" or a list of 1 to " + MAX_LIST + " entity names";
  private static final String SOME_REQUESTS =
      "a list of 1 to " + MAX_LIST + " requests that have no member requests themselves";

  /// A longer name is not repeated in a message.
  private static final int MAX_MEANT = 64;

  private static final List<Member> FLAGS = List.of(DRY_RUN, WAIT, CHECK);
  private static final String ONE_FLAG = "only one of dryRun, wait and check";
  private static final String NO_CHECK = "no check in a list with dryRun or wait";
  private static final String FLAG_BESIDE_REQUESTS =
      "dryRun and wait only beside the list of requests";
  private static final List<String> ENTITY_KEYWORDS = List.of(Entities.ALL, Entities.USED_BY_FLOWS);
  private static final String DEPTH_ONLY_WITH_ALL =
      "depth only together with \"entities\": \"ALL\"";
  private static final String LABEL_ONLY_WITH_PATTERN =
      "connectorLabel only if connectorProfileName is a pattern";

  /// @throws InvalidJsonException if the value is not a valid request
  public Request read(JsonValue value) {
    Mode mode = mode(value);
    return member(value, REQUESTS)
        .map(list -> several(value, list, mode))
        .orElseGet(() -> single(value));
  }

  /// How a direct invocation executes the request. Only the whole request can say it.
  ///
  /// @throws InvalidJsonException if one of the members that say it is not a boolean, or two are
  ///     true
  public static Mode mode(JsonValue value) {
    List<Member> flags = FLAGS.stream().filter(flag -> isTrue(value, flag)).toList();
    if (flags.size() > 1) {
      throw member(value, flags.getLast()).orElseThrow().refused(ONE_FLAG);
    }
    return flags.contains(DRY_RUN) ? Mode.DRY_RUN : flags.contains(WAIT) ? Mode.WAIT : Mode.DEFAULT;
  }

  private static boolean isTrue(JsonValue value, Member flag) {
    Optional<JsonValue> found = member(value, flag);
    if (found.isEmpty()) {
      return false;
    }
    if (found.get().content() instanceof Boolean isTrue) {
      return isTrue;
    }
    throw found.get().refused("true or false");
  }

  private Request several(JsonValue value, JsonValue list, Mode mode) {
    allowOnly(value, REQUESTS, "no member other than requests");
    checkOnlyWithFlow(value);
    List<JsonValue> elements = list.asList(SOME_REQUESTS);
    if (elements.isEmpty() || elements.size() > MAX_LIST) {
      throw list.refused(SOME_REQUESTS);
    }
    List<Request> requests = elements.stream().map(each -> element(each, mode)).distinct().toList();
    return requests.size() == 1 ? requests.getFirst() : new Request.Several(requests);
  }

  private Request element(JsonValue value, Mode mode) {
    forbid(value, DRY_RUN, FLAG_BESIDE_REQUESTS);
    forbid(value, WAIT, FLAG_BESIDE_REQUESTS);
    if (isTrue(value, CHECK) && mode != Mode.DEFAULT) {
      throw member(value, CHECK).orElseThrow().refused(NO_CHECK);
    }
    return single(value);
  }

  private Request single(JsonValue value) {
    if (names(value).isEmpty()) {
      throw value.refused(A_REQUEST);
    }
    for (String name : names(value)) {
      if (!Member.isName(name)) {
        forbid(value, name, A_MEMBER + meantBy(name));
      }
    }
    forbid(value, REQUESTS, "no member \"requests\" inside a list of requests");
    Optional<JsonValue> flow = member(value, FLOW_NAME);
    if (flow.isPresent()) {
      allowOnly(value, FLOW_NAME, "no member other than flowName and check");
      FlowPattern flows = name(flow.get(), Limit.FLOW_PATTERN.expectation(), FlowPattern::new);
      return isTrue(value, CHECK) ? new Request.Check(flows) : new Request.OfFlows(flows);
    }
    checkOnlyWithFlow(value);
    Connector connector =
        member(value, CONNECTOR_PROFILE_NAME)
            .map(name -> ofProfiles(value, name))
            .orElseGet(() -> withoutProfile(value));
    Entities entities = entities(value);
    if (entities instanceof Entities.UsedByFlows) {
      forbid(
          value,
          ENTITIES_PATH,
          "no entitiesPath, as \"USED_BY_FLOWS\" means entities of all levels");
      if (connectorType(value).filter(type -> !type.hasProfile()).isPresent()) {
        throw member(value, ENTITIES)
            .orElseThrow()
            .refused("\"ALL\" or a list of entity names, as the connectorType has no profiles");
      }
    }
    return new Request.OfConnector(
        connector,
        entities,
        optional(value, ENTITIES_PATH, Limit.ENTITIES_PATH.expectation(), EntitiesPath::new)
            .filter(path -> !path.value().isEmpty()),
        optional(value, API_VERSION, Limit.API_VERSION.expectation(), ApiVersion::new));
  }

  private Connector ofProfiles(JsonValue value, JsonValue name) {
    if (!name.isText()) {
      throw name.refused(A_PROFILE + Guess.ofName(name.content()));
    }
    if (!new Glob((String) name.content()).hasWildcard()) {
      forbid(value, CONNECTOR_LABEL, LABEL_ONLY_WITH_PATTERN);
      ProfileName profile = name(name, A_PROFILE, ProfileName::new);
      allowedProfiles
          .refusal(profile)
          .ifPresent(
              refusal -> {
                throw name.refused("an allowed profile, as " + refusal);
              });
      return new Connector.NamedProfile(profile, connectorType(value));
    }
    Optional<ConnectorType> type = connectorType(value);
    if (type.filter(t -> !t.hasProfile()).isPresent()) {
      throw refusedType(
          value, "a connectorType that has profiles, as connectorProfileName is a pattern");
    }
    Optional<ConnectorLabel> label =
        optional(value, CONNECTOR_LABEL, Limit.CONNECTOR_LABEL.expectation(), ConnectorLabel::new);
    if (label.isPresent() && type.filter(t -> t != ConnectorType.CUSTOMCONNECTOR).isPresent()) {
      throw refusedType(
          value, "\"CustomConnector\" or no connectorType, as connectorLabel is given");
    }
    return new Connector.MatchingProfiles(name(name, A_PROFILE, ProfilePattern::new), type, label);
  }

  private static InvalidJsonException refusedType(JsonValue value, String expectation) {
    return member(value, CONNECTOR_TYPE).orElseThrow().refused(expectation);
  }

  private static void checkOnlyWithFlow(JsonValue value) {
    if (isTrue(value, CHECK)) {
      throw member(value, CHECK)
          .orElseThrow()
          .refused("check only beside flowName, as it is flows that are checked");
    }
  }

  private static Connector withoutProfile(JsonValue value) {
    Optional<JsonValue> type = member(value, CONNECTOR_TYPE);
    if (type.isEmpty()) {
      throw value.refused(A_REQUEST);
    }
    forbid(value, CONNECTOR_LABEL, LABEL_ONLY_WITH_PATTERN);
    ConnectorType connectorType = name(type.get(), "a connector type", ConnectorType::of);
    if (connectorType.hasProfile()) {
      throw value.refused(
          "a connectorProfileName, as %s has profiles".formatted(connectorType.apiName()));
    }
    return new Connector.WithoutProfile(connectorType);
  }

  private static Entities entities(JsonValue value) {
    Optional<JsonValue> entities = member(value, ENTITIES);
    if (entities.isEmpty()) {
      forbid(value, DEPTH, DEPTH_ONLY_WITH_ALL);
      return member(value, CONNECTOR_ENTITY_NAME)
          .<Entities>map(name -> new Entities.One(entityName(name)))
          .orElseGet(Entities.Names::new);
    }
    forbid(value, CONNECTOR_ENTITY_NAME, "either connectorEntityName or entities, not both");
    Object content = entities.get().content();
    if (Entities.ALL.equals(content)) {
      return all(value);
    }
    forbid(value, DEPTH, DEPTH_ONLY_WITH_ALL);
    return Entities.USED_BY_FLOWS.equals(content)
        ? new Entities.UsedByFlows()
        : listed(entities.get());
  }

  private static Entities all(JsonValue value) {
    String aDepth = "a whole number from 0 to " + Entities.MAX_DEPTH;
    Optional<JsonValue> depth = member(value, DEPTH);
    try {
      return new Entities.All(depth.map(d -> d.asInt(aDepth)).orElse(0));
    } catch (IllegalArgumentException e) {
      throw depth.orElseThrow().refused(aDepth);
    }
  }

  private static Entities listed(JsonValue entities) {
    if (entities.isText()) {
      throw entities.refused(SOME_ENTITIES + meantByEntities((String) entities.content()));
    }
    List<JsonValue> elements = entities.asList(SOME_ENTITIES);
    if (elements.isEmpty() || elements.size() > MAX_LIST) {
      throw entities.refused(SOME_ENTITIES);
    }
    List<EntityName> names = elements.stream().map(RequestReader::entityName).distinct().toList();
    return names.size() == 1 ? new Entities.One(names.getFirst()) : new Entities.Listed(names);
  }

  private static EntityName entityName(JsonValue name) {
    if (name.content() instanceof String text) {
      if (ENTITY_KEYWORDS.contains(text)) {
        throw name.refused(
            Limit.ENTITY_NAME.expectation()
                + Guess.didYouMean("\"entities\": \"%s\"".formatted(text)));
      }
      if (text.contains("*")) {
        throw name.refused(
            Limit.ENTITY_NAME.expectation()
                + ". Entity names are no patterns; for all of them use \"entities\": \"ALL\"");
      }
    }
    return name(name, Limit.ENTITY_NAME.expectation(), EntityName::new);
  }

  private static String meantBy(String name) {
    return Member.nearest(name).map(Member::jsonName).map(Guess::didYouMean).orElse("");
  }

  private static String meantByEntities(String text) {
    String advice = Guess.ofName(text);
    if (!advice.isEmpty() || text.isEmpty() || text.length() > MAX_MEANT) {
      return advice;
    }
    Optional<String> keyword =
        text.equals("*")
            ? Optional.of(Entities.ALL)
            : Guess.nearest(text, ENTITY_KEYWORDS, each -> each);
    return Guess.didYouMean(
        JsonValue.write(keyword.<Object>map(each -> each).orElse(List.of(text.split(" *, *")))));
  }

  private static Optional<ConnectorType> connectorType(JsonValue value) {
    return optional(value, CONNECTOR_TYPE, "a connector type", ConnectorType::of);
  }

  private static <T> Optional<T> optional(
      JsonValue value, Member member, String expectation, Function<String, T> constructor) {
    return member(value, member).map(found -> name(found, expectation, constructor));
  }

  private static <T> T name(JsonValue value, String expectation, Function<String, T> constructor) {
    if (!value.isText()) {
      throw value.refused(expectation + Guess.ofName(value.content()));
    }
    try {
      return constructor.apply((String) value.content());
    } catch (IllegalArgumentException e) {
      throw value.refused(e.getMessage() + Guess.ofName(value.content()));
    }
  }

  private static Optional<JsonValue> member(JsonValue value, Member member) {
    return value.member(member.jsonName());
  }

  /// The members that the sender wrote to say what the request is for.
  private static List<String> names(JsonValue value) {
    List<String> names = new ArrayList<>();
    for (String name : value.memberNames()) {
      if (!Member.isIgnored(name) && !Member.isFlag(name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static void allowOnly(JsonValue value, Member allowed, String expectation) {
    for (String name : names(value)) {
      if (!name.equals(allowed.jsonName())) {
        forbid(value, name, expectation);
      }
    }
  }

  private static void forbid(JsonValue value, Member member, String expectation) {
    forbid(value, member.jsonName(), expectation);
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
