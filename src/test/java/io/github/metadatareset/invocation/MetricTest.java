package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricTest {

  @ParameterizedTest
  @EnumSource
  void countsExceptForTheAgeOfARequest(Metric metric) {
    assertEquals(metric == Metric.REQUEST_AGE ? "Milliseconds" : "Count", metric.unit());
  }
}
