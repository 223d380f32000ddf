package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;

import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication.Field;
import io.github.metadatareset.local.SourceApplication.Listed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Converts an account's profiles, connectors, entities and flows to responses of the AppFlow API.
final class AppFlowResponses {
  private static final String ARN = "arn:aws:appflow:us-east-1:111122223333:";
  private static final double CREATED_AT = 1741598100.0;

  private AppFlowResponses() {}

  static Map<String, Object> profile(Profile profile) {
    String name = profile.name();
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("connectorProfileArn", ARN + "connectorprofile/" + name);
    response.put("connectorProfileName", name);
    response.put("connectorType", profile.type());
    profile.label().ifPresent(label -> response.put("connectorLabel", label));
    response.put("connectionMode", "Public");
    response.put(
        "credentialsArn",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:appflow!111122223333-" + name);
    response.put(
        "connectorProfileProperties", Map.of(propertiesKey(profile.type()), profile.properties()));
    response.put("createdAt", CREATED_AT);
    response.put("lastUpdatedAt", CREATED_AT);
    return response;
  }

  static Map<String, Object> customConnector(Connector connector) {
    return Map.of(
        "connectorConfiguration",
        Map.of(
            "canUseAsSource",
            true,
            "canUseAsDestination",
            false,
            "connectorType",
            "CustomConnector",
            "connectorLabel",
            connector.label(),
            "connectorName",
            connector.label(),
            "connectorVersion",
            "1.0",
            "connectorArn",
            ARN + "connector/" + connector.label(),
            "supportedApiVersions",
            connector.supportedApiVersions(),
            "connectorProvisioningType",
            "LAMBDA"));
  }

  static Map<String, Object> builtInConnector(String type) {
    return Map.of(
        "connectorConfiguration",
        Map.of("connectorType", type, "connectorName", type, "connectorOwner", "AWS"));
  }

  static Map<String, List<Map<String, Object>>> entitiesByGroup(List<Listed> entities) {
    return entities.stream()
        .collect(
            groupingBy(
                listed -> listed.entity().group(),
                LinkedHashMap::new,
                mapping(AppFlowResponses::entity, toList())));
  }

  private static Map<String, Object> entity(Listed listed) {
    return Map.of(
        "name", listed.entity().name(),
        "label", listed.entity().label(),
        "hasNestedEntities", listed.hasNestedEntities());
  }

  static Map<String, Object> field(Field field) {
    Map<String, Object> source = new LinkedHashMap<>();
    source.put("isRetrievable", true);
    source.put("isQueryable", true);
    source.put("isTimestampFieldForIncrementalQueries", false);
    Map<String, Object> destination = new LinkedHashMap<>();
    destination.put("isCreatable", true);
    destination.put("isNullable", true);
    destination.put("isUpsertable", true);
    destination.put("isUpdatable", true);
    destination.put("isDefaultedOnCreate", false);
    destination.put("supportedWriteOperations", List.of("INSERT", "UPSERT", "UPDATE"));
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("identifier", field.identifier());
    response.put("label", field.identifier());
    response.put("isPrimaryKey", false);
    response.put("isDeprecated", false);
    response.put("supportedFieldTypeDetails", Map.of("v1", fieldType(field)));
    response.put("description", field.identifier());
    response.put("sourceProperties", source);
    response.put("destinationProperties", destination);
    field
        .properties()
        .forEach(
            (name, value) ->
                Stream.of(source, destination)
                    .filter(properties -> properties.containsKey(name))
                    .findFirst()
                    .orElse(response)
                    .put(name, value));
    Stream.of(source, destination, response)
        .forEach(members -> members.values().removeIf(Objects::isNull));
    return response;
  }

  private static Map<String, Object> fieldType(Field field) {
    return Map.of(
        "fieldType", field.fieldType(),
        "filterOperators", List.of("PROJECTION", "EQUAL_TO"),
        "supportedValues", field.supportedValues());
  }

  static Map<String, Object> flowSummary(Flow flow, AppFlowAccount account) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("flowArn", ARN + "flow/" + flow.name());
    response.put("flowName", flow.name());
    response.put("flowStatus", flow.status());
    response.put("sourceConnectorType", flow.source().type());
    label(flow.source(), account).ifPresent(label -> response.put("sourceConnectorLabel", label));
    FlowEnd destination = flow.destinations().getFirst();
    response.put("destinationConnectorType", destination.type());
    label(destination, account)
        .ifPresent(label -> response.put("destinationConnectorLabel", label));
    response.put("triggerType", flow.trigger());
    return response;
  }

  private static Optional<String> label(FlowEnd end, AppFlowAccount account) {
    return end.profile().flatMap(account::profile).flatMap(Profile::label);
  }

  static Map<String, Object> flow(Flow flow) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("flowArn", ARN + "flow/" + flow.name());
    response.put("flowName", flow.name());
    response.put("flowStatus", flow.status());
    Map<String, Object> source = flowEnd(flow.source(), "sourceConnectorProperties");
    flow.incrementalField()
        .ifPresent(
            field -> source.put("incrementalPullConfig", Map.of("datetimeTypeFieldName", field)));
    response.put("sourceFlowConfig", source);
    response.put(
        "destinationFlowConfigList",
        flow.destinations().stream()
            .map(end -> flowEnd(end, "destinationConnectorProperties"))
            .toList());
    response.put("triggerConfig", Map.of("triggerType", flow.trigger()));
    response.put("tasks", flow.tasks());
    response.put("schemaVersion", flow.schemaVersion());
    return response;
  }

  /// Only a flow that runs on demand has an execution.
  static Map<String, Object> startedFlow(Flow flow, String clientToken) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("flowArn", ARN + "flow/" + flow.name());
    response.put("flowStatus", flow.status());
    if (flow.trigger().equals("OnDemand")) {
      byte[] seed = (flow.name() + " " + clientToken).getBytes(UTF_8);
      response.put("executionId", UUID.nameUUIDFromBytes(seed).toString());
    }
    return response;
  }

  private static Map<String, Object> flowEnd(FlowEnd end, String propertiesMember) {
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("connectorType", end.type());
    end.apiVersion().ifPresent(version -> response.put("apiVersion", version));
    end.profile().ifPresent(profile -> response.put("connectorProfileName", profile));
    response.put(propertiesMember, Map.of(propertiesKey(end.type()), properties(end)));
    return response;
  }

  private static Map<String, Object> properties(FlowEnd end) {
    Map<String, Object> properties = new LinkedHashMap<>(end.properties());
    end.entity().ifPresent(entity -> properties.put(entityMember(end.type()), entity));
    if (!end.subEntities().isEmpty()) {
      properties.put("customProperties", Map.of("subEntities", jsonArray(end.subEntities())));
    }
    return properties;
  }

  private static String jsonArray(List<String> names) {
    return names.stream().collect(Collectors.joining("\",\"", "[\"", "\"]"));
  }

  /// The member of a connector's properties in which a flow names its entity.
  private static String entityMember(String type) {
    return switch (type) {
      case "SAPOData" -> "objectPath";
      case "CustomConnector" -> "entityName";
      default -> "object";
    };
  }

  /// The member that holds a connector's properties. The API spells three of them differently from
  /// the connector type.
  private static String propertiesKey(String type) {
    return switch (type) {
      case "Servicenow" -> "ServiceNow";
      case "Googleanalytics" -> "GoogleAnalytics";
      case "Infornexus" -> "InforNexus";
      default -> type;
    };
  }
}
