package io.github.metadatareset.benchmark;

import static java.util.stream.Collectors.collectingAndThen;
import static java.util.stream.Collectors.toList;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A goal for the function: an upper limit for the ratio of two values of a figure.
///
/// @param candidate whose value is the dividend
/// @param divisor whose value is the divisor: the baseline, or a lower bound
/// @param neverBehind whether the 95 % interval of the median may contain the limit
record Goal(String figure, String candidate, String divisor, double atMost, boolean neverBehind) {

  static final List<Goal> ALL =
      Stream.of(
              atMost(InvocationBenchmark.COLD, "zip x16", "boto3", 1.0),
              atMost(InvocationBenchmark.COLD, "zip x16", Candidate.PACKED, 1.0),
              atMost(InvocationBenchmark.COLD_PROCESSOR, "zip x16", "boto3", 1.0),
              atMost(InvocationBenchmark.COLD_PROCESSOR, "zip x16", Candidate.PACKED, 1.0),
              atMost(InvocationBenchmark.COLD_MEMORY, "zip x16", "boto3", 1.5),
              atMost(InvocationBenchmark.MEMORY, "zip x16", "boto3 x16", 1.5),
              atMost(InvocationBenchmark.time(1000), "zip x16", "boto3", 0.4),
              atMost(InvocationBenchmark.time(1000), "zip x16", "boto3 x16", 0.4),
              atMost(InvocationBenchmark.processor(1000), "zip x16", "boto3", 0.4),
              atMost(InvocationBenchmark.processor(1000), "zip x16", "boto3 x16", 0.4),
              atMost(QueueBenchmark.THROTTLED_TIME, "zip x8", QueueBenchmark.ADMITTED, 1.1),
              atMost(QueueBenchmark.REFUSED, "zip x8", QueueBenchmark.CALLS, 0.1))
          .collect(collectingAndThen(toList(), Goal::withFanOutAndRestore));

  private static List<Goal> withFanOutAndRestore(List<Goal> others) {
    List<Goal> all = new ArrayList<>(others);
    for (Processor processor : Processor.values()) {
      String time = FanOutBenchmark.time(processor);
      for (int calls : FanOutBenchmark.CONCURRENCIES) {
        String zip = "zip x" + calls;
        all.add(new Goal(time, zip, "boto3 x" + calls, 1.0, true));
        all.add(atMost(FanOutBenchmark.processorTime(processor), zip, "boto3 x" + calls, 0.45));
        all.add(atMost(time, zip, FanOutBenchmark.IDEAL + " x" + calls, calls > 16 ? 1.12 : 1.05));
      }
      for (RestoreBenchmark.Event event : RestoreBenchmark.Event.values()) {
        all.add(
            atMost(
                RestoreBenchmark.time(event, processor),
                RestoreBenchmark.FIRST,
                RestoreBenchmark.WARM,
                1.5));
      }
    }
    return all;
  }

  private static Goal atMost(String figure, String candidate, String divisor, double limit) {
    return new Goal(figure, candidate, divisor, limit, false);
  }

  boolean isMeasured(Measurements measurements) {
    return measurements.has(figure, candidate) && measurements.has(figure, divisor);
  }

  String verdict(Measurements measurements) {
    double ratio = measurements.ratio(figure, candidate, divisor);
    Measurements.Interval interval = measurements.interval(figure, candidate, divisor);
    boolean isMet = (neverBehind ? interval.from() : ratio) <= atMost;
    return "%-68s %-21s to %-14s %6.2f  (%.2f to %.2f)  goal %5.2f   %s"
        .formatted(
            figure,
            candidate,
            divisor,
            ratio,
            interval.from(),
            interval.to(),
            atMost,
            isMet ? "met" : "MISSED");
  }
}
