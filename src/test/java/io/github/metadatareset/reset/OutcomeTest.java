package io.github.metadatareset.reset;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutcomeTest {

  @Test
  void aSplitIsEmptyThatCameToNothingAtAll() {
    assertTrue(new Outcome.Split(0, 0, 0).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0", "0, 1, 0", "0, 0, 1", "1, 1, 0", "1, 0, 1", "0, 1, 1"})
  void aSplitThatCameToAnythingIsNot(int resets, int parts, int impossible) {
    assertFalse(new Outcome.Split(resets, parts, impossible).isEmpty());
  }
}
