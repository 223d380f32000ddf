package io.github.metadatareset.check;

import io.github.metadatareset.check.Description.Described;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Checks whether a flow still fits its source and its destination. The flow itself holds the names
/// and types that it was built for, so no memory is needed.
public final class FlowCheck {

  private static final String SOURCE = "source";
  private static final String DESTINATION = "destination";

  /// AppFlow inserts where a flow names no other operation.
  private static final String INSERT = "INSERT";

  private final FlowMapping flow;
  private final boolean areDestinationsAllowed;
  private final Map<Entity, EntityComparison> comparisons = new LinkedHashMap<>();
  private final List<Finding> findings = new ArrayList<>();
  private final List<NotChecked> notChecked = new ArrayList<>();
  private boolean isAnyEndChecked;
  private int unmappedFields;

  private FlowCheck(FlowMapping flow, boolean areDestinationsAllowed) {
    this.flow = flow;
    this.areDestinationsAllowed = areDestinationsAllowed;
  }

  /// @param descriptions of the flow's source and destinations
  public static FlowReport report(
      FlowMapping flow,
      Function<End, Description> descriptions,
      String correlationId,
      Instant checkedAt) {
    Description source = descriptions.apply(flow.source());
    Map<End, Description> destinations = new LinkedHashMap<>();
    flow.destinations().forEach(end -> destinations.put(end, descriptions.apply(end)));
    boolean areDestinationsAllowed =
        destinations.values().stream().noneMatch(Description.NotAllowed.class::isInstance);
    FlowCheck check = new FlowCheck(flow, areDestinationsAllowed);
    check.end(SOURCE, flow.source(), source);
    destinations.forEach((end, description) -> check.end(DESTINATION, end, description));
    return check.report(correlationId, checkedAt);
  }

  private void end(String role, End end, Description description) {
    switch (description) {
      case Described described -> described(role, end, described);
      case Description.NotFound(var entity) -> broken(FindingKind.ENTITY_NOT_FOUND, entity);
      case Description.NotAuthorized(var entity) ->
          broken(FindingKind.CONNECTION_NOT_AUTHORIZED, entity);
      case Description.NotComparable(var entity, var reason) ->
          notChecked.add(new NotChecked(role, Optional.of(entity), List.of(), reason));
      case Description.None(var reason) -> withoutEntity(role, reason);
      case Description.NotAllowed(var reason) -> withoutEntity(role, reason);
    }
  }

  private void withoutEntity(String role, String reason) {
    notChecked.add(new NotChecked(role, Optional.empty(), List.of(), reason));
  }

  private void broken(FindingKind kind, Entity entity) {
    isAnyEndChecked = true;
    findings.add(Finding.of(kind, entity, Optional.empty(), List.of()));
  }

  private void described(String role, End end, Described described) {
    isAnyEndChecked = true;
    EntityFields fields = new EntityFields(described.fields());
    boolean isSource = role.equals(SOURCE);
    List<FieldUse> uses;
    if (isSource) {
      uses = FieldUse.ofSource(flow, areDestinationsAllowed);
      unmappedFields = FieldUse.readsAllFields(flow) ? 0 : unused(fields, uses);
    } else if (flow.destinations().size() == 1) {
      uses = FieldUse.ofDestination(flow, end);
    } else {
      uses = List.of();
      notChecked.add(
          new NotChecked(
              role,
              Optional.of(described.entity()),
              List.of(),
              "the flow has %d destinations, and its tasks do not say which field belongs to which; only the entity was looked for"
                  .formatted(flow.destinations().size())));
    }
    boolean isInserted =
        !isSource
            && flow.destinations().size() == 1
            && end.writeOperation().equals(Optional.of(INSERT))
            && FieldUse.namesAllWrittenFields(flow);
    EntityComparison comparison =
        new EntityComparison(described.entity(), fields, uses, isInserted);
    List<String> nested = comparison.notComparable();
    if (!nested.isEmpty()) {
      notChecked.add(
          new NotChecked(
              role,
              Optional.of(described.entity()),
              nested,
              "these may be names of nested fields, which AppFlow does not describe by these names"));
    }
    comparisons.merge(described.entity(), comparison, EntityComparison::with);
  }

  private static int unused(EntityFields fields, List<FieldUse> uses) {
    Set<Field> used = new HashSet<>();
    uses.forEach(use -> fields.find(use.field()).ifPresent(used::add));
    return fields.all().size() - used.size();
  }

  private FlowReport report(String correlationId, Instant checkedAt) {
    comparisons.values().forEach(comparison -> findings.addAll(comparison.findings()));
    return new FlowReport(
        flow,
        findings.stream().distinct().sorted(Finding.WORST_FIRST).toList(),
        notChecked,
        isAnyEndChecked,
        unmappedFields,
        correlationId,
        checkedAt);
  }
}
