package io.github.metadatareset.simulation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One invocation of the function, and what it did.
final class Invocation {
  static final String SQS_UNAVAILABLE = "ServiceUnavailable";
  static final String SQS_REFUSES = "InternalError";
  static final String SQS_SILENT = "SdkClientException";
  private static final Set<String> SQS_TROUBLES = Set.of(SQS_UNAVAILABLE, SQS_REFUSES, SQS_SILENT);

  private final String id;
  private final Environment environment;
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
      String id, Environment environment, long deadline, List<SimulatedQueue.Delivery> batch) {
    this.id = id;
    this.environment = environment;
    this.deadline = deadline;
    this.batch = batch;
  }

  boolean hasTroubleWithSqs() {
    return troubles.stream().anyMatch(SQS_TROUBLES::contains);
  }

  String id() {
    return id;
  }

  Environment environment() {
    return environment;
  }

  long deadline() {
    return deadline;
  }

  List<SimulatedQueue.Delivery> batch() {
    return batch;
  }
}
