package io.github.metadatareset.check;

/// What a check can find. The constants are ordered, worst first.
public enum FindingKind {
  CONNECTION_NOT_AUTHORIZED(
      Severity.BREAKING,
      "entity {entity} cannot be read: the connection of profile {profile} is not authorized",
      "Sign in again: reconnect the connector profile in AppFlow, or renew its credentials."),
  ENTITY_NOT_FOUND(
      Severity.BREAKING,
      "entity {entity} of profile {profile} was not found",
      "Check that the connector profile exists and that its user can see the entity. If the entity"
          + " was deleted or renamed, build the flow for another one."),
  /// The source may have hidden the field instead of deleting it: an application describes only
  /// what the connection's user may see.
  FIELD_NOT_VISIBLE(
      Severity.BREAKING,
      "field {field} of {entity} is not visible to the connection of profile {profile}",
      "If the field still exists, give the connection's user access to it. If it was deleted or"
          + " renamed, edit the flow's mapping."),
  FIELDS_NOT_READABLE(
      Severity.RISKY,
      "most fields of {entity} cannot be read through profile {profile}: permissions?",
      "Check the permissions of the connection's user. If the fields were really deleted, edit the"
          + " flow's mapping."),
  TYPE_CHANGED(
      Severity.RISKY,
      "field {field} of {entity} has another type than the flow was built for",
      "Check that the destination accepts the new type, and save the flow's mapping again."),
  REQUIRED_FIELD_NOT_MAPPED(
      Severity.RISKY,
      "field {field} of {entity} is required, and the flow does not map it",
      "Map a source field to it, or give it a default value in the destination."),
  FIELD_NOT_RETRIEVABLE(
      Severity.RISKY,
      "field {field} of {entity} cannot be retrieved",
      "Remove the field from the flow's mapping, or make it readable in the source."),
  TIMESTAMP_NOT_USABLE(
      Severity.RISKY,
      "field {field} of {entity} cannot be used to find new records",
      "Choose another timestamp field for the incremental transfer."),
  FIELD_DEPRECATED(
      Severity.RISKY,
      "field {field} of {entity} is deprecated",
      "Map the field that replaces it before the application removes it.");

  private final Severity severity;
  private final String sentence;
  private final String nextStep;

  FindingKind(Severity severity, String sentence, String nextStep) {
    this.severity = severity;
    this.sentence = sentence;
    this.nextStep = nextStep;
  }

  public Severity severity() {
    return severity;
  }

  /// What a person should do.
  public String nextStep() {
    return nextStep;
  }

  /// What was found, in words.
  String sentence(String profile, String entity, String field) {
    return sentence
        .replace("{profile}", profile)
        .replace("{entity}", entity)
        .replace("{field}", field);
  }
}
