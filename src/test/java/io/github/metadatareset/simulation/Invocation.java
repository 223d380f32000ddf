package io.github.metadatareset.simulation;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One invocation of the function, and the calls that it made.
final class Invocation {
  private final String id;
  private final Environment environment;
  private final long begin;
  private final long deadline;
  private final List<SimulatedQueue.Delivery> batch;

  /// How often it tried to reset each entry.
  final Map<CachedEntry, Integer> attempts = new LinkedHashMap<>();

  /// The codes of the errors that it got.
  final Set<String> errorCodes = new HashSet<>();

  /// Whether it has begun to check flows.
  boolean isChecking;

  /// The number of its calls to services.
  int calls;

  /// The number of its resets and sub-requests.
  int executions;

  /// @param deadline after which it must start no more calls
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

  /// Whether it works on a batch and checks flows, which has to come last.
  boolean isLateInItsBatch() {
    return isChecking && !batch.isEmpty();
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
