package io.github.metadatareset.check;

import io.github.metadatareset.request.ProfileName;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One thing that does not fit.
///
/// @param field empty if the finding is about the whole entity
/// @param tasks of the flow that use the field, sorted
/// @param expectedType that the flow was built for
/// @param actualType that the field has now
public record Finding(
    FindingKind kind,
    ProfileName profile,
    String entity,
    Optional<String> field,
    List<String> tasks,
    Optional<String> expectedType,
    Optional<String> actualType) {

  /// Worst first.
  static final Comparator<Finding> WORST_FIRST =
      Comparator.comparing(Finding::kind)
          .thenComparing(finding -> finding.profile().value())
          .thenComparing(Finding::entity)
          .thenComparing(finding -> finding.field().orElse(""))
          .thenComparing(finding -> finding.expectedType().orElse(""));

  /// A field may be used by hundreds of tasks.
  private static final int MAX_TASKS = 10;

  public Finding {
    tasks = tasks.stream().distinct().sorted().toList();
  }

  /// About a field, or the whole entity.
  static Finding of(FindingKind kind, Entity entity, Optional<String> field, List<String> tasks) {
    return new Finding(
        kind, entity.profile(), entity.name(), field, tasks, Optional.empty(), Optional.empty());
  }

  Severity severity() {
    return kind.severity();
  }

  /// What a program can compare, in a fixed order: no prose, and no tasks.
  List<String> identity() {
    return List.of(
        kind.name(),
        severity().name(),
        profile.value(),
        entity,
        field.orElse(""),
        expectedType.orElse(""),
        actualType.orElse(""));
  }

  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("severity", severity());
    members.put("kind", kind);
    members.put("profile", profile.value());
    members.put("entity", entity);
    field.ifPresent(name -> members.put("field", name));
    expectedType.ifPresent(type -> members.put("expectedType", type));
    actualType.ifPresent(type -> members.put("actualType", type));
    members.put("tasks", tasks.stream().limit(MAX_TASKS).toList());
    members.put("nextStep", kind.nextStep());
    return members;
  }
}
