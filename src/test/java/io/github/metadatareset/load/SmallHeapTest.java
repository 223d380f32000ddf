package io.github.metadatareset.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Any number of bodies of 1 MiB are handled within 64 MiB of heap, with any content, and so are
/// the largest requests that are executed in memory.
@LongSuite(
    "A heap of 64 MiB is enough for every message body, even for hostile ones, and for every wait.")
class SmallHeapTest {

  /// The exit code of `-XX:+ExitOnOutOfMemoryError`.
  private static final int OUT_OF_MEMORY = 3;

  @Test
  void everyExpensiveBodyIsHandledInSixtyFourMebibytes() throws Exception {
    Run run = run(SmallHeap.class, "64m");

    assertEquals(0, run.exitCode(), run::output);
  }

  /// docs/performance.md has the memory of a function with 384 MiB of heap.
  @Test
  void tenThousandCallsThatAreWaitedForAndALargerRequestFitIntoSixtyFourMebibytesToo()
      throws Exception {
    Run run = run(LargeWait.class, "64m");

    assertEquals(0, run.exitCode(), run::output);
  }

  @Test
  void aHeapThatIsTooSmallFailsTheTest() throws Exception {
    Run run = run(SmallHeap.class, "16m");

    assertEquals(OUT_OF_MEMORY, run.exitCode(), run::output);
    assertTrue(run.output().contains("OutOfMemoryError"), run::output);
  }

  private record Run(int exitCode, String output) {}

  /// With Lambda's garbage collector and compiler.
  private static Run run(Class<?> program, String heap) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    return new Run(process.waitFor(), output);
  }
}
