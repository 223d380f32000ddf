package io.github.metadatareset.request;

import static java.util.stream.Collectors.toUnmodifiableSet;

import java.util.Arrays;
import java.util.Optional;
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
  CHECK("check"),
  REQUESTS("requests"),
  DEPTH("depth"),
  DRY_RUN("dryRun"),
  WAIT("wait");

  private static final Set<String> NAMES =
      Arrays.stream(values()).map(Member::jsonName).collect(toUnmodifiableSet());

  /// They say what is done with a request, and nothing about what it is for.
  private static final Set<String> FLAGS = Set.of(CHECK.jsonName, DRY_RUN.jsonName, WAIT.jsonName);

  /// What AWS adds to the input of an execution that another execution starts
  /// (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-nested-workflows.html).
  private static final String STARTED_BY_EXECUTION = "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID";

  private final String jsonName;

  Member(String jsonName) {
    this.jsonName = jsonName;
  }

  /// The name in JSON.
  public String jsonName() {
    return jsonName;
  }

  /// Whether a request can have a member of that name.
  static boolean isName(String name) {
    return NAMES.contains(name);
  }

  /// Whether an object with a member of that name is a request.
  public static boolean isOfRequest(String name) {
    return isName(name) && !isFlag(name);
  }

  /// Whether a member of that name only says what is done with a request.
  public static boolean isFlag(String name) {
    return FLAGS.contains(name);
  }

  /// Whether a member of that name is not the sender's and means nothing: tracers add members that
  /// begin with `_`.
  static boolean isIgnored(String name) {
    return name.startsWith("_") || name.equals(STARTED_BY_EXECUTION);
  }

  /// The member that a sender probably meant by another name.
  public static Optional<Member> nearest(String name) {
    return Guess.nearest(name, Arrays.asList(values()), Member::jsonName);
  }
}
