package io.github.metadatareset.invocation;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetricTest {

  /// CloudWatch bills each of them.
  @Test
  void onlyEightMetricsAreSentToCloudWatch() {
    assertEquals(
        Map.of(
            "Resets", "Count",
            "Duplicates", "Count",
            "Returned", "Count",
            "Throttled", "Count",
            "Denied", "Count",
            "FlowsChecked", "Count",
            "BreakingFlows", "Count",
            "RequestAge", "Milliseconds"),
        Arrays.stream(Metric.values())
            .filter(metric -> metric.unit().isPresent())
            .collect(toMap(Metric::memberName, metric -> metric.unit().orElseThrow())));
  }
}
