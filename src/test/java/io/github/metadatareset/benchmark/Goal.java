package io.github.metadatareset.benchmark;

import java.util.List;

/// What the function is to reach, as a ratio.
///
/// @param contestant whose figure is divided
/// @param divisor the rival's, or a figure of the contestant's own
record Goal(String figure, String contestant, String divisor, double atMost) {

  static final List<Goal> ALL =
      List.of(
          new Goal(ColdAndWarm.COLD, "zip x16", "boto3", 1.0),
          new Goal(ColdAndWarm.COLD, "zip x16", Contestant.PACKED, 1.0),
          new Goal(ColdAndWarm.COLD_PROCESSOR, "zip x16", "boto3", 1.0),
          new Goal(ColdAndWarm.COLD_PROCESSOR, "zip x16", Contestant.PACKED, 1.0),
          new Goal(ColdAndWarm.COLD_MEMORY, "zip x16", "boto3", 1.5),
          new Goal(ColdAndWarm.MEMORY, "zip x16", "boto3 x16", 1.5),
          new Goal(ColdAndWarm.time(1000, 0), "zip x16", "boto3", 0.4),
          new Goal(ColdAndWarm.time(1000, 0), "zip x16", "boto3 x16", 0.4),
          new Goal(ColdAndWarm.processor(1000, 0), "zip x16", "boto3", 0.4),
          new Goal(ColdAndWarm.processor(1000, 0), "zip x16", "boto3 x16", 0.4),
          new Goal(ColdAndWarm.processor(1000, 50), "zip x16", "boto3 x16", 0.3),
          new Goal(ColdAndWarm.processor(1000, 50), "zip x64", "boto3 x64", 0.3),
          new Goal(ColdAndWarm.time(1000, 50), "zip x16", ColdAndWarm.IDEAL + " x16", 1 / 0.95),
          new Goal(ColdAndWarm.time(1000, 50), "zip x64", ColdAndWarm.IDEAL + " x64", 1 / 0.95),
          new Goal(ColdAndWarm.time(1000, 50), "zip x16", ColdAndWarm.BARE + " x16", 1 / 0.95),
          new Goal(ColdAndWarm.time(1000, 50), "zip x64", ColdAndWarm.BARE + " x64", 1 / 0.95),
          new Goal(AtScale.THROTTLED_TIME, "zip x8", AtScale.ADMITTED, 1.1),
          new Goal(AtScale.REFUSED, "zip x8", AtScale.CALLS, 0.1));

  boolean isMeasured(Figures figures) {
    return figures.has(figure, contestant) && figures.has(figure, divisor);
  }

  String verdict(Figures figures) {
    double ratio = figures.ratio(figure, contestant, divisor);
    return "%-46s %-10s to %-14s %6.2f   goal %5.2f   %s"
        .formatted(figure, contestant, divisor, ratio, atMost, ratio <= atMost ? "met" : "MISSED");
  }
}
