package io.github.metadatareset.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Finds every bug of [MutantsTest] whose code in the sources has changed.
class MutantPlacesTest {

  @Test
  void theCodeOfEveryBugIsInTheSources() {
    assertEquals(
        List.of(),
        MutantsTest.MUTANTS.stream().map(Mutant::outdated).flatMap(Optional::stream).toList());
  }
}
