package io.github.metadatareset.local;

/// How much the emulator puts on a page when the caller does not ask for less. Small by default, so
/// that every test that lists also pages.
public record PageSizes(int profiles, int flows, int entities) {
  public static final PageSizes SMALL = new PageSizes(2, 3, 5);

  /// The largest that AppFlow allows.
  public static final PageSizes LARGEST = new PageSizes(100, 100, 10_000);
}
