package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExecutionResultTest {

  @Test
  void aSplitIntoNothingIsEmpty() {
    assertTrue(new ExecutionResult.Split(0, 0, 0, 0).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"1, 0, 0, 0", "0, 1, 0, 0", "0, 0, 1, 0", "0, 0, 0, 1", "1, 1, 0, 0", "0, 1, 1, 1"})
  void aSplitWithAnyCallSubRequestOrSkippedProfileIsNotEmpty(
      int resets, int subRequests, int rejected, int skipped) {
    assertFalse(new ExecutionResult.Split(resets, subRequests, rejected, skipped).isEmpty());
  }
}
