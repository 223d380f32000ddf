package io.github.metadatareset.benchmark;

import java.util.List;

/// A goal for the function: an upper limit for the ratio of two values of a figure.
///
/// @param candidate whose value is the dividend
/// @param divisor whose value is the divisor: the baseline, or a lower bound
record Goal(String figure, String candidate, String divisor, double atMost) {

  static final List<Goal> ALL =
      List.of(
          new Goal(InvocationBenchmark.COLD, "zip x16", "boto3", 1.0),
          new Goal(InvocationBenchmark.COLD, "zip x16", Candidate.PACKED, 1.0),
          new Goal(InvocationBenchmark.COLD_PROCESSOR, "zip x16", "boto3", 1.0),
          new Goal(InvocationBenchmark.COLD_PROCESSOR, "zip x16", Candidate.PACKED, 1.0),
          new Goal(InvocationBenchmark.COLD_MEMORY, "zip x16", "boto3", 1.5),
          new Goal(InvocationBenchmark.MEMORY, "zip x16", "boto3 x16", 1.5),
          new Goal(InvocationBenchmark.time(1000, 0), "zip x16", "boto3", 0.4),
          new Goal(InvocationBenchmark.time(1000, 0), "zip x16", "boto3 x16", 0.4),
          new Goal(InvocationBenchmark.processor(1000, 0), "zip x16", "boto3", 0.4),
          new Goal(InvocationBenchmark.processor(1000, 0), "zip x16", "boto3 x16", 0.4),
          new Goal(InvocationBenchmark.processor(1000, 50), "zip x16", "boto3 x16", 0.3),
          new Goal(InvocationBenchmark.processor(1000, 50), "zip x64", "boto3 x64", 0.3),
          new Goal(
              InvocationBenchmark.time(1000, 50),
              "zip x16",
              InvocationBenchmark.IDEAL + " x16",
              1 / 0.95),
          new Goal(
              InvocationBenchmark.time(1000, 50),
              "zip x64",
              InvocationBenchmark.IDEAL + " x64",
              1 / 0.95),
          new Goal(
              InvocationBenchmark.time(1000, 50),
              "zip x16",
              InvocationBenchmark.BARE + " x16",
              1 / 0.95),
          new Goal(
              InvocationBenchmark.time(1000, 50),
              "zip x64",
              InvocationBenchmark.BARE + " x64",
              1 / 0.95),
          new Goal(QueueBenchmark.THROTTLED_TIME, "zip x8", QueueBenchmark.ADMITTED, 1.1),
          new Goal(QueueBenchmark.REFUSED, "zip x8", QueueBenchmark.CALLS, 0.1));

  boolean isMeasured(Measurements measurements) {
    return measurements.has(figure, candidate) && measurements.has(figure, divisor);
  }

  String verdict(Measurements measurements) {
    double ratio = measurements.ratio(figure, candidate, divisor);
    return "%-46s %-10s to %-14s %6.2f   goal %5.2f   %s"
        .formatted(figure, candidate, divisor, ratio, atMost, ratio <= atMost ? "met" : "MISSED");
  }
}
