package io.github.metadatareset.local;

/// The largest page of each list operation of the emulator. Small by default, so that tests of
/// lists also test paging.
public record PageSizes(int profiles, int flows, int entities) {
  public static final PageSizes SMALL = new PageSizes(2, 3, 5);

  /// The largest pages that AppFlow allows.
  public static final PageSizes LARGEST = new PageSizes(100, 100, 10_000);
}
