package io.github.metadatareset.request;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Arrays;
import java.util.Set;

/// The members of a request, by their names in JSON.
public enum Member {
  CONNECTOR_PROFILE_NAME("connectorProfileName"),
  CONNECTOR_TYPE("connectorType"),
  CONNECTOR_LABEL("connectorLabel"),
  CONNECTOR_ENTITY_NAME("connectorEntityName"),
  ENTITIES_PATH("entitiesPath"),
  API_VERSION("apiVersion"),
  ENTITIES("entities"),
  FLOW_NAME("flowName"),
  REQUESTS("requests"),
  DEPTH("depth");

  private static final Set<String> NAMES =
      Arrays.stream(values()).map(Member::jsonName).collect(toUnmodifiableSet());

  private final String jsonName;

  Member(String jsonName) {
    this.jsonName = jsonName;
  }

  /// The name in JSON.
  public String jsonName() {
    return jsonName;
  }

  /// Whether a request can have a member of that name.
  public static boolean isName(String name) {
    return NAMES.contains(name);
  }
}
