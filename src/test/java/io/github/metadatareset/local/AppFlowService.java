package io.github.metadatareset.local;

import static io.github.metadatareset.local.AppFlowAccount.TYPES_WITHOUT_PROFILE;
import static io.github.metadatareset.local.AppFlowError.notFound;
import static io.github.metadatareset.local.AppFlowError.validation;

import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication.Field;
import io.github.metadatareset.local.SourceApplication.Listed;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// What AppFlow does with a well-formed call: it answers from its caches of entity names and of
/// entity details, fills them from the source application when they have nothing, and forgets
/// exactly what a reset names.
///
/// Assumed, as no documentation says so: a reset of an entity that the source does not have is a
/// ResourceNotFoundException, and so is one whose `entitiesPath` is not the entity's parent; a
/// nested entity may be named without its parent.
final class AppFlowService {
  private final AppFlowAccount account;
  private final PageSizes pageSizes;
  private final Map<Names, List<Listed>> cachedNames = new ConcurrentHashMap<>();
  private final Map<Details, List<Field>> cachedDetails = new ConcurrentHashMap<>();

  AppFlowService(AppFlowAccount account, PageSizes pageSizes) {
    this.account = account;
    this.pageSizes = pageSizes;
  }

  /// One list of entity names that AppFlow caches.
  private record Names(SourceApplication application, String apiVersion, String entitiesPath) {}

  /// The details of one entity that AppFlow caches.
  private record Details(SourceApplication application, String apiVersion, String entity) {}

  /// Where a call goes: to an application, by a version of its API (empty where none is named).
  private record Target(SourceApplication application, String apiVersion) {}

  /// Carries out an operation whose input the model allows.
  Map<String, Object> call(String operation, Map<String, Object> itsInput) {
    var input = new JsonMembers(itsInput);
    return switch (operation) {
      case "ResetConnectorMetadataCache" -> resetConnectorMetadataCache(input);
      case "DescribeConnectorProfiles" -> describeConnectorProfiles(input);
      case "DescribeConnector" -> describeConnector(input);
      case "ListConnectorEntities" -> listConnectorEntities(input);
      case "DescribeConnectorEntity" -> describeConnectorEntity(input);
      case "ListFlows" -> listFlows(input);
      case "DescribeFlow" -> describeFlow(input);
      default ->
          throw new IllegalStateException("the model has " + operation + ", the service not");
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
    return page.answer(
        "connectorProfileDetails", page.items().stream().map(Answers::profile).toList());
  }

  private Map<String, Object> describeConnector(JsonMembers input) {
    String type = input.text("connectorType");
    if (!type.equals("CustomConnector")) {
      return Answers.builtInConnector(type);
    }
    String label =
        input
            .optionalText("connectorLabel")
            .orElseThrow(() -> validation("connectorLabel is required for CustomConnector."));
    return Answers.customConnector(connector(label));
  }

  private Map<String, Object> listConnectorEntities(JsonMembers input) {
    Target target = target(input);
    Names names = names(target, entitiesPath(input, target.application()));
    List<Listed> all =
        cachedNames.computeIfAbsent(names, read -> read.application().list(read.entitiesPath()));
    String list = "entities" + input.optionalText("connectorProfileName") + names.entitiesPath();
    Page<Listed> page = Page.of(all, list, pageSizes.entities(), input);
    return page.answer("connectorEntityMap", Answers.entitiesByGroup(page.items()));
  }

  private Map<String, Object> describeConnectorEntity(JsonMembers input) {
    Target target = target(input);
    List<Field> fields =
        cachedDetails.computeIfAbsent(
            details(target, input.text("connectorEntityName")),
            read ->
                read.application()
                    .fields(read.entity())
                    .orElseThrow(() -> noEntity(read.entity())));
    return Map.of("connectorEntityFields", fields.stream().map(Answers::field).toList());
  }

  private Map<String, Object> listFlows(JsonMembers input) {
    var page = Page.of(List.copyOf(account.flows()), "flows", pageSizes.flows(), input);
    var flows = page.items().stream().map(flow -> Answers.flowSummary(flow, account)).toList();
    return page.answer("flows", flows);
  }

  private Map<String, Object> describeFlow(JsonMembers input) {
    String name = input.text("flowName");
    return account
        .flow(name)
        .map(Answers::flow)
        .orElseThrow(() -> notFound("The flow " + name + " does not exist."));
  }

  private Target target(JsonMembers input) {
    String apiVersion = input.optionalText("apiVersion").orElse("");
    Optional<String> type = input.optionalText("connectorType");
    Optional<String> name = input.optionalText("connectorProfileName");
    if (name.isEmpty()) {
      return new Target(withoutProfile(type), apiVersion);
    }
    Profile profile = profile(name.get());
    if (type.isPresent() && !type.get().equals(profile.type())) {
      throw validation("The profile %s is of type %s.".formatted(name.get(), profile.type()));
    }
    profile.label().ifPresent(label -> checkVersion(apiVersion, connector(label)));
    return new Target(account.behind(name.get()), apiVersion);
  }

  private SourceApplication withoutProfile(Optional<String> type) {
    return type.flatMap(account::behindType)
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

  private static Names names(Target target, Optional<String> path) {
    return new Names(
        target.application(), target.apiVersion(), path.orElse(SourceApplication.ROOT));
  }

  private static Details details(Target target, String entity) {
    return new Details(target.application(), target.apiVersion(), entity);
  }
}
