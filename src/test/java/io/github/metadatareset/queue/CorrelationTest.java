package io.github.metadatareset.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CauseTest {

  @Test
  void ofAWholeEventIsItsIdAndMayComeToWhatAnyEventMay() {
    Correlation whole = new Correlation("c1");

    assertEquals(Map.of("CorrelationId", "c1"), whole.attributes());
    assertEquals(100, whole.maxCalls(100));
  }

  @Test
  void ofAPartSaysWhatItMayComeToAndNeverMoreThanAnyEventMay() {
    Correlation part = new Correlation("c1").withMaxCalls(70);

    assertEquals(Map.of("CorrelationId", "c1", "MaxCalls", "70"), part.attributes());
    assertEquals(70, part.maxCalls(100));
    assertEquals(50, new Correlation("c1", OptionalInt.of(70)).maxCalls(50));
  }
}
