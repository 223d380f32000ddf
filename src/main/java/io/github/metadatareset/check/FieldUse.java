package io.github.metadatareset.check;

import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.FlowMapping.Task;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// A field that a flow uses, in one task or setting.
///
/// @param task as a report names it
/// @param declaredType the type that the flow was built for
record FieldUse(String field, Purpose purpose, String task, Optional<String> declaredType) {

  enum Purpose {
    READ,
    FILTERED,
    TIMESTAMP,
    WRITTEN
  }

  private static final String MAP = "Map";
  private static final String MAP_ALL = "Map_all";
  private static final String FILTER = "Filter";

  /// A Filter with this operator does not filter records. It lists the fields to read.
  private static final String PROJECTION = "PROJECTION";

  /// What a Map does with a field that it does not change.
  private static final String NO_OP = "NO_OP";

  /// The fields that the flow reads. `Map_all` names none: its `sourceFields` are empty names.
  ///
  /// @param areDestinationsAllowed whether the names of tasks may tell the fields of destinations
  static List<FieldUse> ofSource(FlowMapping flow, boolean areDestinationsAllowed) {
    Set<String> temporary = temporaryFields(flow);
    List<FieldUse> uses = new ArrayList<>();
    for (Task task : flow.tasks()) {
      if (task.type().equals(MAP_ALL)) {
        continue;
      }
      String name = areDestinationsAllowed || !task.type().equals(MAP) ? name(task) : MAP;
      for (String field : task.sourceFields()) {
        if (!field.isBlank() && !temporary.contains(lowerCase(field))) {
          uses.add(new FieldUse(field, purpose(task), name, declaredType(task)));
        }
      }
    }
    flow.incrementalField()
        .filter(field -> !field.isBlank())
        .ifPresent(
            field ->
                uses.add(
                    new FieldUse(
                        field, Purpose.TIMESTAMP, "incremental transfer", Optional.empty())));
    return uses;
  }

  /// The fields that the flow writes to its only destination.
  static List<FieldUse> ofDestination(FlowMapping flow, End destination) {
    List<FieldUse> uses = new ArrayList<>();
    for (Task task : flow.tasks()) {
      if (task.type().equals(MAP)) {
        task.destinationField()
            .filter(field -> !field.isBlank())
            .ifPresent(field -> uses.add(written(field, name(task))));
      }
    }
    for (String field : destination.idFieldNames()) {
      if (!field.isBlank()) {
        uses.add(written(field, "ID field of the destination"));
      }
    }
    return uses;
  }

  /// Whether the tasks name every field that is written. `Map_all` names none, and a Map without
  /// destination field may write any.
  static boolean namesAllWrittenFields(FlowMapping flow) {
    return flow.tasks().stream()
        .noneMatch(
            task ->
                task.type().equals(MAP_ALL)
                    || task.type().equals(MAP)
                        && task.destinationField().filter(field -> !field.isBlank()).isEmpty());
  }

  static boolean readsAllFields(FlowMapping flow) {
    return flow.tasks().stream().anyMatch(task -> task.type().equals(MAP_ALL));
  }

  static String lowerCase(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// The fields that tasks such as Merge and Arithmetic make for a later Map. A Map makes none: it
  /// writes to the destination. A task that changes a field of the source makes none either: the
  /// field must exist.
  private static Set<String> temporaryFields(FlowMapping flow) {
    Set<String> temporary = new HashSet<>();
    for (Task task : flow.tasks()) {
      if (!task.type().equals(MAP)) {
        task.destinationField()
            .map(FieldUse::lowerCase)
            .filter(
                made ->
                    task.sourceFields().stream().map(FieldUse::lowerCase).noneMatch(made::equals))
            .ifPresent(temporary::add);
      }
    }
    return temporary;
  }

  private static Purpose purpose(Task task) {
    return task.type().equals(FILTER) && !task.operator().equals(Optional.of(PROJECTION))
        ? Purpose.FILTERED
        : Purpose.READ;
  }

  /// A type that a task with several source fields declares may be that of its result.
  private static Optional<String> declaredType(Task task) {
    return task.sourceFields().size() == 1
        ? task.sourceDataType().map(String::strip).filter(type -> !type.isEmpty())
        : Optional.empty();
  }

  private static FieldUse written(String field, String task) {
    return new FieldUse(field, Purpose.WRITTEN, task, Optional.empty());
  }

  private static String name(Task task) {
    return task.type()
        + task.operator().filter(operator -> !operator.equals(NO_OP)).map(" "::concat).orElse("")
        + task.destinationField().filter(field -> !field.isBlank()).map(" to "::concat).orElse("");
  }
}
