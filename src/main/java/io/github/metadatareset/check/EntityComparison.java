package io.github.metadatareset.check;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import io.github.metadatareset.check.FieldUse.Purpose;
import io.github.metadatareset.plan.AppFlow.DestinationProperties;
import io.github.metadatareset.plan.AppFlow.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// Compares the fields of one entity that a flow uses with those that the entity has. A false alarm
/// costs more than silence: what AppFlow does not say is never a finding.
///
/// @param uses of the entity's fields, from both ends of the flow if both use it
/// @param isInserted whether the flow inserts records of the entity, and names all fields that it
///     writes
record EntityComparison(
    Entity entity, EntityFields fields, List<FieldUse> uses, boolean isInserted) {

  /// A declared type that never differs: people write it for every field.
  private static final String STRING = "string";

  private static final Optional<Boolean> YES = Optional.of(true);
  private static final Optional<Boolean> NO = Optional.of(false);

  /// The same entity, used by the other end of the flow too.
  EntityComparison with(EntityComparison other) {
    return new EntityComparison(
        entity,
        fields,
        Stream.concat(uses.stream(), other.uses.stream()).toList(),
        isInserted || other.isInserted);
  }

  List<Finding> findings() {
    return Stream.of(missing(), deprecated(), unusable(), typesChanged(), requiredNotMapped())
        .flatMap(List::stream)
        .toList();
  }

  /// Names that may be those of nested fields, and are not found.
  List<String> notComparable() {
    return usesByName().keySet().stream().filter(this::isNotComparable).toList();
  }

  private List<Finding> missing() {
    Map<String, List<FieldUse>> byName = usesByName();
    byName.keySet().removeIf(this::isNotComparable);
    int used = byName.size();
    byName.keySet().removeIf(name -> fields.find(name).isPresent());
    if (byName.size() >= 2 && byName.size() * 2 > used) {
      return List.of(
          Finding.of(
              FindingKind.FIELDS_NOT_READABLE,
              entity,
              Optional.empty(),
              tasks(byName.values().stream().flatMap(List::stream).toList())));
    }
    return byName.entrySet().stream()
        .map(
            missing -> finding(FindingKind.FIELD_NOT_VISIBLE, missing.getKey(), missing.getValue()))
        .toList();
  }

  private List<Finding> deprecated() {
    return ofUses(FindingKind.FIELD_DEPRECATED, _ -> true, Field::isDeprecated);
  }

  /// Some connectors give a property for no field at all, so it counts only if another field has
  /// it.
  private List<Finding> unusable() {
    List<Finding> findings = new ArrayList<>();
    if (fields.all().stream().anyMatch(field -> field.source().isRetrievable().equals(YES))) {
      findings.addAll(
          ofUses(
              FindingKind.FIELD_NOT_RETRIEVABLE,
              use -> use.purpose() == Purpose.READ,
              field -> field.source().isRetrievable().equals(NO)));
    }
    Function<Field, Optional<Boolean>> isTimestamp =
        field -> field.source().isTimestampFieldForIncrementalQueries();
    if (fields.all().stream().anyMatch(field -> isTimestamp.apply(field).equals(YES))) {
      findings.addAll(
          ofUses(
              FindingKind.TIMESTAMP_NOT_USABLE,
              use -> use.purpose() == Purpose.TIMESTAMP,
              field -> isTimestamp.apply(field).equals(NO)));
    }
    return findings;
  }

  /// If more than half of the declared types differ, they were written by hand and never matched.
  private List<Finding> typesChanged() {
    Map<Declared, List<FieldUse>> declared =
        uses.stream()
            .filter(use -> use.declaredType().isPresent() && actualType(use).isPresent())
            .collect(groupingBy(Declared::of));
    List<Finding> changed =
        declared.values().stream()
            .filter(EntityComparison::isNoString)
            .filter(same -> !actualType(same.getFirst()).equals(lowerCase(same.getFirst())))
            .map(this::typeChanged)
            .toList();
    return changed.size() * 2 > declared.size() ? List.of() : changed;
  }

  /// What a flow says about the type of a field, in one or more tasks.
  private record Declared(String field, Optional<String> type) {
    static Declared of(FieldUse use) {
      return new Declared(use.field(), lowerCase(use));
    }
  }

  private static Optional<String> lowerCase(FieldUse use) {
    return use.declaredType().map(FieldUse::lowerCase);
  }

  private static boolean isNoString(List<FieldUse> same) {
    return !lowerCase(same.getFirst()).equals(Optional.of(STRING));
  }

  private Optional<String> actualType(FieldUse use) {
    return fields.find(use.field()).flatMap(Field::type).map(FieldUse::lowerCase);
  }

  private Finding typeChanged(List<FieldUse> same) {
    FieldUse use = same.getFirst();
    return new Finding(
        FindingKind.TYPE_CHANGED,
        entity.profile(),
        entity.name(),
        Optional.of(use.field()),
        tasks(same),
        use.declaredType(),
        fields.find(use.field()).flatMap(Field::type));
  }

  private List<Finding> requiredNotMapped() {
    if (!isInserted) {
      return List.of();
    }
    Set<String> mapped =
        uses.stream()
            .filter(use -> use.purpose() == Purpose.WRITTEN)
            .flatMap(use -> fields.find(use.field()).stream())
            .map(Field::identifier)
            .collect(toSet());
    return fields.all().stream()
        .filter(EntityComparison::isRequired)
        .map(Field::identifier)
        .filter(identifier -> !mapped.contains(identifier))
        .distinct()
        .map(identifier -> finding(FindingKind.REQUIRED_FIELD_NOT_MAPPED, identifier, List.of()))
        .toList();
  }

  private static boolean isRequired(Field field) {
    DestinationProperties destination = field.destination();
    return destination.isNullable().equals(NO)
        && destination.isCreatable().equals(YES)
        && destination.isDefaultedOnCreate().equals(NO)
        && !field.hasDefault();
  }

  /// A finding for each name of a field, in uses and fields that meet the conditions.
  private List<Finding> ofUses(
      FindingKind kind, Predicate<FieldUse> ofUse, Predicate<Field> ofField) {
    return usesByName().entrySet().stream()
        .filter(named -> fields.find(named.getKey()).filter(ofField).isPresent())
        .filter(named -> named.getValue().stream().anyMatch(ofUse))
        .map(
            named ->
                finding(kind, named.getKey(), named.getValue().stream().filter(ofUse).toList()))
        .toList();
  }

  private Map<String, List<FieldUse>> usesByName() {
    return uses.stream().collect(groupingBy(FieldUse::field, TreeMap::new, toList()));
  }

  private boolean isNotComparable(String name) {
    return EntityFields.mayBeNested(name) && fields.find(name).isEmpty();
  }

  private Finding finding(FindingKind kind, String field, List<FieldUse> by) {
    return Finding.of(kind, entity, Optional.of(field), tasks(by));
  }

  private static List<String> tasks(Collection<FieldUse> by) {
    return by.stream().map(FieldUse::task).toList();
  }
}
