package io.github.metadatareset.load;

import java.lang.management.ManagementFactory;

/// What is alive in this JVM's memory.
final class Heap {

  private Heap() {}

  /// In bytes, after a garbage collection.
  static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
