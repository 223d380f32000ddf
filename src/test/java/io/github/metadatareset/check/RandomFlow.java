package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.filter;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.mapWithoutDestination;
import static io.github.metadatareset.check.TestFlow.projection;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static io.github.metadatareset.check.TestFlow.task;
import static io.github.metadatareset.check.TestFlow.writing;

import io.github.metadatareset.plan.AppFlow.DestinationProperties;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.AppFlow.SourceProperties;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.FlowMapping.Task;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/// A random flow that was built for the fields of its source and destination, which were edited
/// since. It knows what it edited, and so what a check has to find: it does not read the tasks, and
/// shares no code with the check.
final class RandomFlow {

  /// What happened to a field since the flow was built.
  private enum Edit {
    NONE,
    GONE,
    RENAMED,
    OTHER_CASE,
    OTHER_TYPE,
    DEPRECATED,
    HIDDEN,
    NO_TIMESTAMP
  }

  /// What the flow does with a field.
  private enum Role {
    UNUSED,
    MAPPED,
    MASKED,
    MERGED,
    FILTERED,
    PARTITIONED
  }

  private static final List<String> TYPES = List.of("string", "id", "currency", "date", "Long");

  private final RandomGenerator random;
  private final List<Used> source = new ArrayList<>();
  private final List<Used> target = new ArrayList<>();
  private final List<Task> tasks = new ArrayList<>();
  private final Set<String> expected = new TreeSet<>();
  private final Map<String, List<Field>> now = new HashMap<>();
  private final boolean tellsProperties;
  private final boolean mapsAll;
  private final boolean hasTarget;
  private final boolean hasSecondTarget;
  private final String operation;
  private final FlowMapping mapping;
  private boolean namesAllTargets = true;

  /// A field when the flow was built, and how the flow uses it.
  private static final class Used {
    private final String identifier;
    private final String type;
    private final boolean isTimestamp;
    private Role role = Role.UNUSED;
    private boolean isIncremental;
    private String written;
    private String declared = "";
    private boolean isRequired;
    private Edit edit = Edit.NONE;
    private String identifierNow;

    Used(String identifier, String type, boolean isTimestamp) {
      this.identifier = identifier;
      this.type = type;
      this.isTimestamp = isTimestamp;
      this.written = identifier;
      this.identifierNow = identifier;
    }

    boolean isUsed() {
      return role != Role.UNUSED || isIncremental;
    }

    boolean isMissing() {
      return edit == Edit.GONE || edit == Edit.RENAMED;
    }

    boolean isRead() {
      return role != Role.UNUSED && role != Role.FILTERED;
    }
  }

  RandomFlow(RandomGenerator random) {
    this.random = random;
    this.tellsProperties = chance(0.8);
    this.mapsAll = chance(0.2);
    this.hasTarget = chance(0.5);
    this.hasSecondTarget = hasTarget && chance(0.2);
    this.operation = pick(List.of("INSERT", "INSERT", "UPSERT", "UPDATE"));
    build();
    this.mapping = mapping();
    double share = pick(List.of(0.0, 0.1, 0.3, 0.8));
    // A connector that gives no field as retrievable, or permissions that were lost.
    List<Edit> edits =
        chance(0.2) ? List.of(pick(List.of(Edit.HIDDEN, Edit.GONE))) : List.of(Edit.values());
    double shareOfSource = edits.size() == 1 ? 0.9 : share;
    source.forEach(field -> field.edit = edit(shareOfSource, edits));
    target.forEach(
        field ->
            field.edit =
                edit(share, List.of(Edit.GONE, Edit.RENAMED, Edit.OTHER_CASE, Edit.DEPRECATED)));
    edit("Source", source);
    expectOfSource();
    if (hasTarget) {
      edit("Target", target);
      expectOfTarget();
    }
    if (hasSecondTarget && chance(0.8)) {
      now.put("Second", List.of(field("Other", "string", false)));
    } else if (hasSecondTarget) {
      expected.add("BREAKING ENTITY_NOT_FOUND Second");
    }
  }

  /// The flow as it was built.
  FlowMapping flow() {
    return mapping;
  }

  /// The fields that there are now. An entity that is not in the map is gone.
  Map<String, List<Field>> fieldsNow() {
    return now;
  }

  /// What a check has to find.
  Set<String> expected() {
    return expected;
  }

  // The flow

  private void build() {
    int count = random.nextInt(1, 12);
    for (int i = 0; i < count; i++) {
      Used field = new Used("Field%d__c".formatted(i), pick(TYPES), chance(0.3));
      if (chance(0.3)) {
        field.written = inAnotherCase(field.identifier);
      }
      if (chance(0.7)) {
        field.role =
            mapsAll ? pick(List.of(Role.FILTERED, Role.PARTITIONED)) : pick(List.of(Role.values()));
      }
      source.add(field);
    }
    List<Used> merged = source.stream().filter(field -> field.role == Role.MERGED).toList();
    if (merged.size() == 1) {
      merged.getFirst().role = Role.UNUSED;
    }
    source.forEach(this::addTasks);
    if (merged.size() > 1) {
      addMerge(merged.stream().map(field -> field.written).toArray(String[]::new));
    }
    if (mapsAll) {
      tasks.add(
          pick(List.of(TestFlow.mapAll(), TestFlow.mapAll(""), TestFlow.mapAll("Unknown__c"))));
      namesAllTargets = false;
    } else if (chance(0.8)) {
      tasks.add(
          projection(
              source.stream()
                  .filter(Used::isRead)
                  .map(field -> field.written)
                  .toArray(String[]::new)));
    }
    if (chance(0.2)) {
      tasks.add(projection("Parent__c.Name", ""));
    }
    if (chance(0.3)) {
      pick(source).isIncremental = true;
    }
    if (chance(0.3)) {
      target.add(new Used("Unused", "string", false));
    }
    target.forEach(field -> field.isRequired = chance(0.3));
    Collections.shuffle(tasks, Random.from(random));
  }

  private void addTasks(Used field) {
    switch (field.role) {
      case UNUSED, MERGED -> {}
      case MAPPED -> addMap(field);
      case MASKED -> {
        tasks.add(task("Mask", "MASK_ALL", chance(0.5) ? field.written : "", "", field.written));
        addMap(field);
      }
      case FILTERED -> tasks.add(filter("EQUAL_TO", field.written));
      case PARTITIONED -> tasks.add(task("Partition", "", "", "", field.written));
    }
  }

  /// The type that the Map declares: the right one, `string` for anything, a wrong guess, or none.
  private void addMap(Used field) {
    field.declared = pick(List.of(field.type, field.type, field.type, "string", "guess", ""));
    tasks.add(map(field.written, newTarget(), field.declared));
  }

  /// The Map of the result may name no destination field.
  private void addMerge(String... fields) {
    String result = String.join(",", fields);
    tasks.add(task("Merge", "", result, "", fields));
    if (chance(0.5)) {
      tasks.add(mapWithoutDestination(result));
      namesAllTargets = false;
    } else {
      tasks.add(map(result, newTarget(), "text"));
    }
  }

  private String newTarget() {
    // Many destinations have fields of the same names as the source.
    String name = chance(0.3) ? "Field%d__c" : "Target%d";
    Used field = new Used(name.formatted(target.size()), "string", false);
    field.role = Role.MAPPED;
    if (chance(0.2)) {
      field.written = inAnotherCase(field.identifier);
    }
    target.add(field);
    return field.written;
  }

  private FlowMapping mapping() {
    End destination =
        hasTarget ? writing(operation, salesforce("Target"), idFields()) : TestFlow.S3;
    FlowMapping flow =
        TestFlow.flow(
            salesforce("Source"),
            hasSecondTarget
                ? List.of(destination, writing("INSERT", salesforce("Second")))
                : List.of(destination),
            tasks.toArray(Task[]::new));
    return source.stream()
        .filter(field -> field.isIncremental)
        .findFirst()
        .map(field -> TestFlow.incrementalBy(field.written, flow))
        .orElse(flow);
  }

  private String[] idFields() {
    if (target.isEmpty() || chance(0.5)) {
      return new String[0];
    }
    Used id = pick(target);
    id.role = Role.MAPPED;
    return new String[] {id.written};
  }

  // The edits

  private void edit(String entity, List<Used> built) {
    if (chance(0.05)) {
      built.forEach(field -> field.edit = Edit.NONE);
      return;
    }
    List<Field> fields = new ArrayList<>();
    for (Used field : built) {
      if (field.edit == Edit.OTHER_CASE) {
        field.identifierNow = inAnotherCase(field.identifier);
      }
      now(field).ifPresent(fields::add);
    }
    if (fields.isEmpty() || chance(0.3)) {
      fields.add(field("New__c", pick(TYPES), false));
    }
    if (entity.equals("Target") && chance(0.3)) {
      fields.add(field("Required__c", "string", true));
      expectToBeMapped("Required__c");
    }
    Collections.shuffle(fields, Random.from(random));
    now.put(entity, fields);
  }

  private Optional<Field> now(Used field) {
    return switch (field.edit) {
      case GONE -> Optional.empty();
      case RENAMED -> Optional.of(field("Was" + field.identifier, field.type, false));
      case NONE, OTHER_CASE, OTHER_TYPE, DEPRECATED, HIDDEN, NO_TIMESTAMP ->
          Optional.of(
              new Field(
                  field.identifierNow,
                  Optional.empty(),
                  Optional.of(field.edit == Edit.OTHER_TYPE ? "new " + field.type : field.type),
                  field.edit == Edit.DEPRECATED,
                  false,
                  new SourceProperties(
                      tellsProperties ? Optional.of(field.edit != Edit.HIDDEN) : Optional.empty(),
                      tellsProperties
                          ? Optional.of(field.isTimestamp && field.edit != Edit.NO_TIMESTAMP)
                          : Optional.empty()),
                  new DestinationProperties(
                      Optional.of(true), Optional.of(!field.isRequired), Optional.of(false))));
    };
  }

  /// AppFlow says nothing of how it can be read.
  private static Field field(String identifier, String type, boolean isRequired) {
    return new Field(
        identifier,
        Optional.empty(),
        Optional.of(type),
        false,
        false,
        new SourceProperties(Optional.empty(), Optional.empty()),
        new DestinationProperties(Optional.of(true), Optional.of(!isRequired), Optional.of(false)));
  }

  // What the edits mean

  private void expectOfSource() {
    if (!now.containsKey("Source")) {
      expected.add("BREAKING ENTITY_NOT_FOUND Source");
      return;
    }
    expectMissingAndDeprecated("Source", source);
    List<Used> present = source.stream().filter(field -> !field.isMissing()).toList();
    boolean isOneRetrievable = present.stream().anyMatch(field -> field.edit != Edit.HIDDEN);
    boolean isOneTimestamp =
        present.stream().anyMatch(field -> field.isTimestamp && field.edit != Edit.NO_TIMESTAMP);
    int declared = 0;
    Set<String> changed = new TreeSet<>();
    for (Used field : present) {
      if (tellsProperties && field.isRead() && field.edit == Edit.HIDDEN && isOneRetrievable) {
        expected.add("RISKY FIELD_NOT_RETRIEVABLE Source." + field.written);
      }
      if (tellsProperties
          && field.isIncremental
          && (!field.isTimestamp || field.edit == Edit.NO_TIMESTAMP)
          && isOneTimestamp) {
        expected.add("RISKY TIMESTAMP_NOT_USABLE Source." + field.written);
      }
      if (!field.declared.isEmpty()) {
        declared++;
        if (field.declared.equals("guess")
            || !field.declared.equals("string") && field.edit == Edit.OTHER_TYPE) {
          changed.add("RISKY TYPE_CHANGED Source." + field.written);
        }
      }
    }
    if (changed.size() * 2 <= declared) {
      expected.addAll(changed);
    }
  }

  private void expectOfTarget() {
    if (!now.containsKey("Target")) {
      expected.add("BREAKING ENTITY_NOT_FOUND Target");
    } else if (!hasSecondTarget) {
      expectMissingAndDeprecated("Target", target);
      target.stream()
          .filter(field -> field.isRequired && !field.isUsed() && !field.isMissing())
          .forEach(field -> expectToBeMapped(field.identifierNow));
    }
  }

  /// A required field that the flow does not map.
  private void expectToBeMapped(String field) {
    if (operation.equals("INSERT") && namesAllTargets && !hasSecondTarget) {
      expected.add("RISKY REQUIRED_FIELD_NOT_MAPPED Target." + field);
    }
  }

  private void expectMissingAndDeprecated(String entity, List<Used> fields) {
    List<Used> used = fields.stream().filter(Used::isUsed).toList();
    List<Used> missing = used.stream().filter(Used::isMissing).toList();
    if (missing.size() >= 2 && missing.size() > used.size() - missing.size()) {
      expected.add("RISKY FIELDS_NOT_READABLE " + entity);
    } else {
      missing.forEach(
          field -> expected.add("BREAKING FIELD_NOT_VISIBLE " + entity + "." + field.written));
    }
    used.stream()
        .filter(field -> field.edit == Edit.DEPRECATED)
        .forEach(field -> expected.add("RISKY FIELD_DEPRECATED " + entity + "." + field.written));
  }

  private Edit edit(double share, List<Edit> edits) {
    return chance(share) ? pick(edits) : Edit.NONE;
  }

  private String inAnotherCase(String name) {
    return chance(0.5) ? name.toUpperCase(Locale.ROOT) : name.toLowerCase(Locale.ROOT);
  }

  private boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  private <T> T pick(List<T> values) {
    return values.get(random.nextInt(values.size()));
  }
}
