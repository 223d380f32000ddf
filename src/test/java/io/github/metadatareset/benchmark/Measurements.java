package io.github.metadatareset.benchmark;

import io.github.metadatareset.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// The measured values by figure and candidate, in the order of the rounds.
final class Measurements {

  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

  void add(String figure, String candidate, double value) {
    values
        .computeIfAbsent(figure, _ -> new LinkedHashMap<>())
        .computeIfAbsent(candidate, _ -> new ArrayList<>())
        .add(value);
  }

  boolean has(String figure, String candidate) {
    return values.getOrDefault(figure, Map.of()).containsKey(candidate);
  }

  /// The median of the ratios of each round, so that a disturbance of a whole round has little
  /// effect.
  double ratio(String figure, String candidate, String baseline) {
    return median(ratios(figure, candidate, baseline));
  }

  private List<Double> ratios(String figure, String candidate, String baseline) {
    List<Double> own = values.get(figure).get(candidate);
    List<Double> others = values.get(figure).get(baseline);
    return IntStream.range(0, Math.min(own.size(), others.size()))
        .mapToObj(round -> own.get(round) / others.get(round))
        .toList();
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  private static double percentile99(List<Double> values) {
    return values.stream()
        .sorted()
        .skip((long) Math.ceil(0.99 * values.size()) - 1)
        .findFirst()
        .orElseThrow();
  }

  /// The 95 % interval of the median of the ratios of each round, by their order: of n independent
  /// values, about 0.98 times the root of n more or less than half are below the median.
  Interval interval(String figure, String candidate, String baseline) {
    List<Double> sorted = ratios(figure, candidate, baseline).stream().sorted().toList();
    int size = sorted.size();
    int outside = (int) Math.max(0, Math.floor(size / 2.0 - 0.98 * Math.sqrt(size)));
    return new Interval(sorted.get(outside), sorted.get(size - 1 - outside));
  }

  record Interval(double from, double to) {}

  /// A line for each figure and candidate: the median, the 99th percentile, minimum, maximum and
  /// number of values.
  String table() {
    StringBuilder table = new StringBuilder();
    values.forEach(
        (figure, ofCandidates) ->
            ofCandidates.forEach(
                (candidate, each) ->
                    table.append(
                        "%-68s %-21s %9.2f %9.2f   %9.2f to %-9.2f %3d%n"
                            .formatted(
                                figure,
                                candidate,
                                median(each),
                                percentile99(each),
                                each.stream().min(Double::compare).orElseThrow(),
                                each.stream().max(Double::compare).orElseThrow(),
                                each.size()))));
    return table.toString();
  }

  String json() {
    return JsonValue.write(values);
  }
}
