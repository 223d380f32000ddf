package io.github.metadatareset.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Names at once every planted bug of [MutantsTest] whose place in the sources has changed.
class MutantPlacesTest {

  @Test
  void everyPlantedBugHasItsPlaceInTheSources() {
    assertEquals(
        List.of(),
        MutantsTest.MUTANTS.stream().map(Mutant::outdated).flatMap(Optional::stream).toList());
  }
}
