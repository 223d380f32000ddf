package io.github.metadatareset.load;

import java.lang.management.ManagementFactory;

/// The heap of this JVM.
final class Heap {

  private Heap() {}

  /// The size of the live objects in bytes, after a garbage collection.
  static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
