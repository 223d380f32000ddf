package io.github.metadatareset.benchmark;

import io.github.metadatareset.json.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// What was measured: of each figure every contestant's values, in the order of the rounds.
final class Figures {

  private final Map<String, Map<String, List<Double>>> values = new LinkedHashMap<>();

  void add(String figure, String contestant, double value) {
    values
        .computeIfAbsent(figure, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contestant, _ -> new ArrayList<>())
        .add(value);
  }

  boolean has(String figure, String contestant) {
    return values.getOrDefault(figure, Map.of()).containsKey(contestant);
  }

  /// The median of the rounds' own ratios, so that what disturbs a whole round disturbs no ratio.
  double ratio(String figure, String contestant, String rival) {
    List<Double> own = values.get(figure).get(contestant);
    List<Double> others = values.get(figure).get(rival);
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

  /// A line for each figure and contestant: the median, the least and the most, how many rounds.
  String table() {
    StringBuilder table = new StringBuilder();
    values.forEach(
        (figure, ofContestants) ->
            ofContestants.forEach(
                (contestant, each) ->
                    table.append(
                        "%-46s %-14s %10.2f   %10.2f to %-10.2f %3d%n"
                            .formatted(
                                figure,
                                contestant,
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
