package io.github.metadatareset.local;

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
import java.util.Optional;
import java.util.stream.Collectors;

/// What lies in an account, in the shapes of the AppFlow API's answers.
final class Answers {
  private static final String ARN = "arn:aws:appflow:us-east-1:111122223333:";
  private static final double LONG_AGO = 1741598100.0;

  private Answers() {}

  static Map<String, Object> profile(Profile profile) {
    String name = profile.name();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("connectorProfileArn", ARN + "connectorprofile/" + name);
    answer.put("connectorProfileName", name);
    answer.put("connectorType", profile.type());
    profile.label().ifPresent(label -> answer.put("connectorLabel", label));
    answer.put("connectionMode", "Public");
    answer.put(
        "credentialsArn",
        "arn:aws:secretsmanager:us-east-1:111122223333:secret:appflow!111122223333-" + name);
    answer.put(
        "connectorProfileProperties", Map.of(propertiesKey(profile.type()), profile.properties()));
    answer.put("createdAt", LONG_AGO);
    answer.put("lastUpdatedAt", LONG_AGO);
    return answer;
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
                mapping(Answers::entity, toList())));
  }

  private static Map<String, Object> entity(Listed listed) {
    return Map.of(
        "name", listed.entity().name(),
        "label", listed.entity().label(),
        "hasNestedEntities", listed.hasNestedEntities());
  }

  static Map<String, Object> field(Field field) {
    return Map.of(
        "identifier",
        field.identifier(),
        "label",
        field.identifier(),
        "isPrimaryKey",
        false,
        "isDeprecated",
        false,
        "supportedFieldTypeDetails",
        Map.of("v1", fieldType(field)),
        "description",
        field.identifier(),
        "sourceProperties",
        Map.of(
            "isRetrievable", true,
            "isQueryable", true,
            "isTimestampFieldForIncrementalQueries", false),
        "destinationProperties",
        Map.of(
            "isCreatable", true,
            "isNullable", true,
            "isUpsertable", true,
            "isUpdatable", true,
            "isDefaultedOnCreate", false,
            "supportedWriteOperations", List.of("INSERT", "UPSERT", "UPDATE")));
  }

  private static Map<String, Object> fieldType(Field field) {
    return Map.of(
        "fieldType", field.fieldType(),
        "filterOperators", List.of("PROJECTION", "EQUAL_TO"),
        "supportedValues", field.supportedValues());
  }

  static Map<String, Object> flowSummary(Flow flow, AppFlowAccount account) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("flowArn", ARN + "flow/" + flow.name());
    answer.put("flowName", flow.name());
    answer.put("flowStatus", flow.status());
    answer.put("sourceConnectorType", flow.source().type());
    label(flow.source(), account).ifPresent(label -> answer.put("sourceConnectorLabel", label));
    FlowEnd destination = flow.destinations().getFirst();
    answer.put("destinationConnectorType", destination.type());
    label(destination, account).ifPresent(label -> answer.put("destinationConnectorLabel", label));
    answer.put("triggerType", flow.trigger());
    return answer;
  }

  private static Optional<String> label(FlowEnd end, AppFlowAccount account) {
    return end.profile().flatMap(account::profile).flatMap(Profile::label);
  }

  static Map<String, Object> flow(Flow flow) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("flowArn", ARN + "flow/" + flow.name());
    answer.put("flowName", flow.name());
    answer.put("flowStatus", flow.status());
    answer.put("sourceFlowConfig", flowEnd(flow.source(), "sourceConnectorProperties"));
    answer.put(
        "destinationFlowConfigList",
        flow.destinations().stream()
            .map(end -> flowEnd(end, "destinationConnectorProperties"))
            .toList());
    answer.put("triggerConfig", Map.of("triggerType", flow.trigger()));
    answer.put("tasks", List.of(Map.of("sourceFields", List.of(), "taskType", "Map_all")));
    return answer;
  }

  private static Map<String, Object> flowEnd(FlowEnd end, String propertiesMember) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("connectorType", end.type());
    end.apiVersion().ifPresent(version -> answer.put("apiVersion", version));
    end.profile().ifPresent(profile -> answer.put("connectorProfileName", profile));
    answer.put(propertiesMember, Map.of(propertiesKey(end.type()), properties(end)));
    return answer;
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

  /// The member that holds a connector's own properties: for three types it is spelt otherwise than
  /// the type.
  private static String propertiesKey(String type) {
    return switch (type) {
      case "Servicenow" -> "ServiceNow";
      case "Googleanalytics" -> "GoogleAnalytics";
      case "Infornexus" -> "InforNexus";
      default -> type;
    };
  }
}
