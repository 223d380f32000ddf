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
    List<Double> own = values.get(figure).get(candidate);
    List<Double> others = values.get(figure).get(baseline);
    return median(
        IntStream.range(0, Math.min(own.size(), others.size()))
            .mapToObj(round -> own.get(round) / others.get(round))
            .toList());
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int half = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(half)
        : (sorted.get(half - 1) + sorted.get(half)) / 2;
  }

  /// A line for each figure and candidate: the median, minimum, maximum and number of rounds.
  String table() {
    StringBuilder table = new StringBuilder();
    values.forEach(
        (figure, ofCandidates) ->
            ofCandidates.forEach(
                (candidate, each) ->
                    table.append(
                        "%-46s %-14s %10.2f   %10.2f to %-10.2f %3d%n"
                            .formatted(
                                figure,
                                candidate,
                                median(each),
                                each.stream().min(Double::compare).orElseThrow(),
                                each.stream().max(Double::compare).orElseThrow(),
                                each.size()))));
    return table.toString();
  }

  String json() {
    return JsonValue.write(values);
  }
}
