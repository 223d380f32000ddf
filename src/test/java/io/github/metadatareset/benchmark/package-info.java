/// The function against what it competes with: see PERFORMANCE.md. No test, and none asserts a
/// time.
package io.github.metadatareset.benchmark;
