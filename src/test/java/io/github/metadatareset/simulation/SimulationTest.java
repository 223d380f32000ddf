package io.github.metadatareset.simulation;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// No request is lost, in any combination of faults: runs of the real function with simulated
/// services, each from one seed. `-Dseeds=` sets the number of runs, `-Dseed=` the first seed.
@Tag(LongSuite.NEEDS_C2)
@LongSuite(
    "No request is lost in thousands of simulated runs with faults, each repeatable by its seed.")
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("seed", System.nanoTime());

  private record Run(long seed, Simulation.Result result) {
    static Run of(long seed) {
      return new Run(seed, Simulation.run(seed, new SimulatedFunction()));
    }

    Stream<String> violation() {
      return result.violation().stream()
          .map(violation -> "repeat with -Dseed=%d -Dseeds=1: %s".formatted(seed, violation));
    }
  }

  @Test
  void everyAcceptedRequestHasItsResetsOrADeadLetterWithTheRightReason() {
    Queue<String> violations = new ConcurrentLinkedQueue<>();
    Map<String, Long> counts =
        LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
            .parallel()
            .mapToObj(Run::of)
            .peek(run -> run.violation().forEach(violations::add))
            .flatMap(run -> run.result().counts().entrySet().stream())
            .collect(groupingBy(Map.Entry::getKey, TreeMap::new, summingLong(Map.Entry::getValue)));

    System.out.printf("%,d runs from seed %d: %s%n", SEEDS, FIRST_SEED, counts);
    assertTrue(violations.isEmpty(), () -> String.join("\n", violations));
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    String notes = Simulation.notes(FIRST_SEED, new SimulatedFunction());

    assertTrue(notes.contains("r1 is given"), notes);
    assertEquals(notes, Simulation.notes(FIRST_SEED, new SimulatedFunction()));
  }
}
