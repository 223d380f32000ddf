package io.github.metadatareset.queue;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class CorrelationTest {

  @Test
  void anEventHasTheGeneralCallLimit() {
    Correlation event = new Correlation("c1");

    assertEquals(Map.of("CorrelationId", "c1"), event.attributes());
    assertEquals(100, event.maxCalls(100));
  }

  @Test
  void aSubRequestOfFlowsNamesThem() {
    assertEquals(
        Map.of("CorrelationId", "c1", "Flows", "a, b"),
        new Correlation("c1").withFlows(Optional.of("a, b")).attributes());
  }

  @Test
  void aSubRequestHasItsOwnCallLimitUpToTheGeneralOne() {
    Correlation subRequest = new Correlation("c1").withMaxCalls(70);

    assertEquals(Map.of("CorrelationId", "c1", "MaxCalls", "70"), subRequest.attributes());
    assertEquals(70, subRequest.maxCalls(100));
    assertEquals(50, new Correlation("c1", OptionalInt.of(70)).maxCalls(50));
  }
}
