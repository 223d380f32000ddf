package io.github.metadatareset.check;

import io.github.metadatareset.plan.AppFlow.DestinationProperties;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.AppFlow.SourceProperties;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.FlowMapping.Task;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ProfileName;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Flows, tasks and fields in few words.
public final class TestFlow {

  public static final End S3 = end("S3", "", "", "");

  private TestFlow() {}

  public static FlowMapping flow(End source, End destination, Task... tasks) {
    return flow(source, List.of(destination), tasks);
  }

  static FlowMapping flow(End source, List<End> destinations, Task... tasks) {
    return new FlowMapping(
        "nightly",
        "arn:aws:appflow:us-east-1:111122223333:flow/nightly",
        Optional.of(3L),
        source,
        destinations,
        List.of(tasks),
        Optional.empty());
  }

  public static FlowMapping named(String name, FlowMapping flow) {
    return new FlowMapping(
        name,
        flow.flowArn(),
        flow.schemaVersion(),
        flow.source(),
        flow.destinations(),
        flow.tasks(),
        flow.incrementalField());
  }

  static FlowMapping incrementalBy(String field, FlowMapping flow) {
    return new FlowMapping(
        flow.flowName(),
        flow.flowArn(),
        flow.schemaVersion(),
        flow.source(),
        flow.destinations(),
        flow.tasks(),
        Optional.of(field));
  }

  static FlowMapping withSchemaVersion(long version, FlowMapping flow) {
    return new FlowMapping(
        flow.flowName(),
        flow.flowArn(),
        Optional.of(version),
        flow.source(),
        flow.destinations(),
        flow.tasks(),
        flow.incrementalField());
  }

  public static End salesforce(String entity) {
    return end("Salesforce", "crm", entity, "");
  }

  static End custom(String entity, String apiVersion) {
    return end("CustomConnector", "erp", entity, apiVersion);
  }

  static End writing(String operation, End end, String... idFieldNames) {
    return new End(
        end.connectorType(),
        end.profile(),
        end.entity(),
        false,
        end.apiVersion(),
        List.of(idFieldNames),
        Optional.of(operation));
  }

  private static End end(String type, String profile, String entity, String apiVersion) {
    return new End(
        type,
        given(profile).map(ProfileName::new),
        given(entity),
        false,
        given(apiVersion).map(ApiVersion::new),
        List.of(),
        Optional.empty());
  }

  static Task projection(String... fields) {
    return task("Filter", "PROJECTION", "", "", fields);
  }

  static Task filter(String operator, String field) {
    return task("Filter", operator, "", "", field);
  }

  /// @param type that the flow was built for; may be empty
  public static Task map(String from, String to, String type) {
    return task("Map", "NO_OP", to, type, from);
  }

  static Task mapWithoutDestination(String from) {
    return task("Map", "NO_OP", "", "string", from);
  }

  /// In real flows it names no source field, or one empty one.
  static Task mapAll(String... sourceFields) {
    return task("Map_all", "NO_OP", "", "", sourceFields);
  }

  static Task task(
      String type, String operator, String destination, String dataType, String... fields) {
    return new Task(type, given(operator), List.of(fields), given(destination), given(dataType));
  }

  private static Optional<String> given(String value) {
    return Optional.of(value).filter(text -> !text.isEmpty());
  }

  /// Fields as `Name type`, and after that what AppFlow says about them: `deprecated`, `required`,
  /// `defaulted`, `retrievable`, `hidden` (not retrievable), `timestamp`, `noTimestamp`,
  /// `in:PARENT`.
  public static List<Field> fields(String... lines) {
    return Arrays.stream(lines).map(TestFlow::field).toList();
  }

  private static Field field(String line) {
    List<String> words = List.of(line.split(" "));
    boolean isRequired = words.contains("required");
    return new Field(
        words.getFirst(),
        words.stream()
            .filter(word -> word.startsWith("in:"))
            .map(word -> word.substring("in:".length()))
            .findFirst(),
        Optional.of(words.get(1)),
        words.contains("deprecated"),
        words.contains("defaulted"),
        new SourceProperties(
            said(words, "retrievable", "hidden"), said(words, "timestamp", "noTimestamp")),
        new DestinationProperties(
            isRequired ? Optional.of(true) : Optional.empty(),
            isRequired ? Optional.of(false) : Optional.empty(),
            isRequired ? Optional.of(false) : Optional.empty()));
  }

  private static Optional<Boolean> said(List<String> words, String yes, String no) {
    if (words.contains(yes)) {
      return Optional.of(true);
    }
    return words.contains(no) ? Optional.of(false) : Optional.empty();
  }

  /// What a check of the flow finds if its entities have these fields now.
  public static FlowReport check(FlowMapping flow, Map<String, List<Field>> fieldsByEntity) {
    return check(
        flow,
        end ->
            end.entity().isEmpty()
                ? new Description.None(end.connectorType() + " has no fields")
                : described(end, fieldsByEntity));
  }

  private static Description described(End end, Map<String, List<Field>> fieldsByEntity) {
    return Optional.ofNullable(fieldsByEntity.get(end.entity().orElseThrow()))
        .<Description>map(fields -> new Description.Described(entity(end), fields))
        .orElseGet(() -> new Description.NotFound(entity(end)));
  }

  static FlowReport check(FlowMapping flow, Function<End, Description> descriptions) {
    return FlowCheck.report(flow, descriptions, "test-1", Instant.parse("2026-01-02T03:04:05Z"));
  }

  static Entity entity(End end) {
    return new Entity(end.profile().orElseThrow(), end.entity().orElseThrow(), end.apiVersion());
  }
}
