package io.github.metadatareset.check;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.request.ProfileName;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FindingTest {

  @Test
  void findingsAreSortedByKindProfileEntityFieldAndType() {
    List<Finding> sorted =
        List.of(
            finding(FindingKind.FIELD_NOT_VISIBLE, "erp", "Z", "Z", "z"),
            finding(FindingKind.TYPE_CHANGED, "crm", "B", "B", "b"),
            finding(FindingKind.TYPE_CHANGED, "erp", "A", "B", "b"),
            finding(FindingKind.TYPE_CHANGED, "erp", "B", "A", "b"),
            finding(FindingKind.TYPE_CHANGED, "erp", "B", "B", "a"),
            finding(FindingKind.TYPE_CHANGED, "erp", "B", "B", "b"));

    assertEquals(sorted, sorted.reversed().stream().sorted(Finding.WORST_FIRST).toList());
  }

  private static Finding finding(
      FindingKind kind, String profile, String entity, String field, String type) {
    return new Finding(
        kind,
        new ProfileName(profile),
        entity,
        Optional.of(field),
        List.of(),
        Optional.of(type),
        Optional.empty());
  }
}
