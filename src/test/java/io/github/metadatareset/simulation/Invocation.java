package io.github.metadatareset.simulation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One invocation of the function, and what it did.
final class Invocation {
  private final String id;
  private final Environment environment;
  private final long begin;
  private final long deadline;
  private final List<SimulatedQueue.Delivery> batch;

  /// How often it asked AppFlow to reset something.
  final Map<Leaf, Integer> attempts = new LinkedHashMap<>();

  /// The codes of what went wrong for it.
  final Set<String> troubles = new HashSet<>();

  /// What it asked of the world, and how much of that was resets and parts.
  int effects;

  int works;

  /// @param deadline when it should begin no more work
  /// @param batch empty for a direct invocation
  Invocation(
      String id,
      Environment environment,
      long begin,
      long deadline,
      List<SimulatedQueue.Delivery> batch) {
    this.id = id;
    this.environment = environment;
    this.begin = begin;
    this.deadline = deadline;
    this.batch = batch;
  }

  String id() {
    return id;
  }

  Environment environment() {
    return environment;
  }

  long begin() {
    return begin;
  }

  long deadline() {
    return deadline;
  }

  List<SimulatedQueue.Delivery> batch() {
    return batch;
  }
}
