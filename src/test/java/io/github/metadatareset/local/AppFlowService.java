package io.github.metadatareset.local;

import static io.github.metadatareset.local.AppFlowAccount.TYPES_WITHOUT_PROFILE;
import static io.github.metadatareset.local.AppFlowError.notFound;
import static io.github.metadatareset.local.AppFlowError.validation;

import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication.Field;
import io.github.metadatareset.local.SourceApplication.Listed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/// AppFlow's behaviour for valid calls. It answers from two caches: lists of entity names, and
/// details of entities. It fills them from the source application, and a reset removes exactly what
/// it names.
///
/// AWS does not document these points, so they are assumptions: a reset of an entity that the
/// source does not have is a ResourceNotFoundException; so is a reset whose `entitiesPath` is not
/// the entity's parent; a nested entity may be named without its parent; what is cached is answered
/// also if the connection is not authorized, and a reset does not need it.
final class AppFlowService {
  private final AppFlowAccount account;
  private final PageSizes pageSizes;
  private final Map<NamesKey, List<Listed>> cachedNames = new ConcurrentHashMap<>();
  private final Map<DetailsKey, List<Field>> cachedDetails = new ConcurrentHashMap<>();

  AppFlowService(AppFlowAccount account, PageSizes pageSizes) {
    this.account = account;
    this.pageSizes = pageSizes;
  }

  /// The key of a cached list of entity names.
  private record NamesKey(SourceApplication application, String apiVersion, String entitiesPath) {}

  /// The key of the cached details of an entity.
  private record DetailsKey(SourceApplication application, String apiVersion, String entity) {}

  /// The application that a call concerns, and the API version, which may be empty.
  private record Target(SourceApplication application, String apiVersion, boolean isAuthorized) {

    /// The application, if its content may be read.
    SourceApplication readable() {
      if (!isAuthorized) {
        throw new AppFlowError(
            401, "ConnectorAuthenticationException", "The connection is not authorized.");
      }
      return application;
    }
  }

  /// Executes an operation. The input must be valid according to the API model.
  Map<String, Object> call(String operation, Map<String, Object> callInput) {
    var input = new JsonMembers(callInput);
    return switch (operation) {
      case "ResetConnectorMetadataCache" -> resetConnectorMetadataCache(input);
      case "DescribeConnectorProfiles" -> describeConnectorProfiles(input);
      case "DescribeConnector" -> describeConnector(input);
      case "ListConnectorEntities" -> listConnectorEntities(input);
      case "DescribeConnectorEntity" -> describeConnectorEntity(input);
      case "ListFlows" -> listFlows(input);
      case "DescribeFlow" -> describeFlow(input);
      case "StartFlow" -> startFlow(input);
      default ->
          throw new IllegalStateException(
              "the API model has " + operation + ", but this class does not");
    };
  }

  private Map<String, Object> resetConnectorMetadataCache(JsonMembers input) {
    Target target = target(input);
    Optional<String> path = entitiesPath(input, target.application());
    Optional<String> entity = input.optionalText("connectorEntityName");
    if (entity.isPresent()) {
      cachedDetails.remove(details(target, existing(entity.get(), path, target.application())));
    } else {
      cachedNames.remove(names(target, path));
    }
    return Map.of();
  }

  private Map<String, Object> describeConnectorProfiles(JsonMembers input) {
    List<String> names = input.texts("connectorProfileNames");
    Optional<String> type = input.optionalText("connectorType");
    Optional<String> label = input.optionalText("connectorLabel");
    List<Profile> matching =
        account.profiles().stream()
            .filter(profile -> names.isEmpty() || names.contains(profile.name()))
            .filter(profile -> type.isEmpty() || type.get().equals(profile.type()))
            .filter(profile -> label.isEmpty() || label.equals(profile.label()))
            .toList();
    String list = "profiles" + names + type + label;
    Page<Profile> page = Page.of(matching, list, pageSizes.profiles(), input);
    return page.response(
        "connectorProfileDetails", page.items().stream().map(AppFlowResponses::profile).toList());
  }

  private Map<String, Object> describeConnector(JsonMembers input) {
    String type = input.text("connectorType");
    if (!type.equals("CustomConnector")) {
      return AppFlowResponses.builtInConnector(type);
    }
    String label =
        input
            .optionalText("connectorLabel")
            .orElseThrow(() -> validation("connectorLabel is required for CustomConnector."));
    return AppFlowResponses.customConnector(connector(label));
  }

  private Map<String, Object> listConnectorEntities(JsonMembers input) {
    Target target = target(input);
    NamesKey names = names(target, entitiesPath(input, target.application()));
    List<Listed> all =
        cachedNames.computeIfAbsent(names, key -> target.readable().list(key.entitiesPath()));
    String list = "entities" + input.optionalText("connectorProfileName") + names.entitiesPath();
    Page<Listed> page = Page.of(all, list, pageSizes.entities(), input);
    return page.response("connectorEntityMap", AppFlowResponses.entitiesByGroup(page.items()));
  }

  private Map<String, Object> describeConnectorEntity(JsonMembers input) {
    Target target = target(input);
    List<Field> fields =
        cachedDetails.computeIfAbsent(
            details(target, input.text("connectorEntityName")),
            key ->
                target.readable().fields(key.entity()).orElseThrow(() -> noEntity(key.entity())));
    return Map.of("connectorEntityFields", fields.stream().map(AppFlowResponses::field).toList());
  }

  private Map<String, Object> listFlows(JsonMembers input) {
    var page = Page.of(List.copyOf(account.flows()), "flows", pageSizes.flows(), input);
    var flows =
        page.items().stream().map(flow -> AppFlowResponses.flowSummary(flow, account)).toList();
    return page.response("flows", flows);
  }

  private Map<String, Object> describeFlow(JsonMembers input) {
    return AppFlowResponses.flow(flow(input));
  }

  /// Nothing runs. A call with the `clientToken` of an earlier one is the same start
  /// (https://docs.aws.amazon.com/appflow/1.0/APIReference/API_StartFlow.html).
  private Map<String, Object> startFlow(JsonMembers input) {
    Flow started = flow(input).activated();
    account.addFlow(started);
    String token = input.optionalText("clientToken").orElse(UUID.randomUUID().toString());
    return AppFlowResponses.startedFlow(started, token);
  }

  private Flow flow(JsonMembers input) {
    String name = input.text("flowName");
    return account.flow(name).orElseThrow(() -> notFound("The flow " + name + " does not exist."));
  }

  private Target target(JsonMembers input) {
    String apiVersion = input.optionalText("apiVersion").orElse("");
    Optional<String> type = input.optionalText("connectorType");
    Optional<String> name = input.optionalText("connectorProfileName");
    if (name.isEmpty()) {
      return new Target(withoutProfile(type), apiVersion, true);
    }
    Profile profile = profile(name.get());
    if (type.isPresent() && !type.get().equals(profile.type())) {
      throw validation("The profile %s is of type %s.".formatted(name.get(), profile.type()));
    }
    profile.label().ifPresent(label -> checkVersion(apiVersion, connector(label)));
    return new Target(
        account.application(name.get()), apiVersion, account.isAuthorized(name.get()));
  }

  private SourceApplication withoutProfile(Optional<String> type) {
    return type.flatMap(account::applicationOfType)
        .orElseThrow(
            () ->
                validation(
                    "connectorProfileName is required, except for a connectorType of "
                        + TYPES_WITHOUT_PROFILE));
  }

  private Profile profile(String name) {
    return account
        .profile(name)
        .orElseThrow(() -> notFound("The connector profile " + name + " does not exist."));
  }

  private Connector connector(String label) {
    return account
        .connector(label)
        .orElseThrow(() -> notFound("The connector " + label + " is not registered."));
  }

  private static void checkVersion(String apiVersion, Connector connector) {
    if (!connector.supportedApiVersions().contains(apiVersion)) {
      throw validation(
          "The connector %s needs an apiVersion of %s."
              .formatted(connector.label(), connector.supportedApiVersions()));
    }
  }

  private static Optional<String> entitiesPath(JsonMembers input, SourceApplication application) {
    Optional<String> path = input.optionalText("entitiesPath").filter(given -> !given.isEmpty());
    path.filter(parent -> !application.has(parent))
        .ifPresent(
            parent -> {
              throw noEntity(parent);
            });
    return path;
  }

  private static String existing(
      String entity, Optional<String> path, SourceApplication application) {
    boolean exists =
        path.map(parent -> application.has(parent, entity)).orElse(application.has(entity));
    if (!exists) {
      throw noEntity(entity);
    }
    return entity;
  }

  private static AppFlowError noEntity(String name) {
    return notFound("The entity " + name + " does not exist.");
  }

  private static NamesKey names(Target target, Optional<String> path) {
    return new NamesKey(
        target.application(), target.apiVersion(), path.orElse(SourceApplication.ROOT));
  }

  private static DetailsKey details(Target target, String entity) {
    return new DetailsKey(target.application(), target.apiVersion(), entity);
  }
}
