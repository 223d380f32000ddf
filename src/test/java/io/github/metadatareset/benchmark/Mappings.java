package io.github.metadatareset.benchmark;

import io.github.metadatareset.local.EventSourceMapping.Settings;
import java.time.Duration;

/// Settings of the event source mapping.
final class Mappings {

  /// Those of the template, without the batch window.
  static final Settings WITHOUT_WINDOW =
      Settings.DEFAULT.withFunctionTimeout(Duration.ofSeconds(120));

  /// The defaults of the template.
  static final Settings DEFAULT = WITHOUT_WINDOW.withWindow(Duration.ofSeconds(1));

  /// The largest batches for which Lambda needs no batch window.
  static final Settings SMALL_BATCHES = WITHOUT_WINDOW.withBatchSize(10);

  private Mappings() {}
}
