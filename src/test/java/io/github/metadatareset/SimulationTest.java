package io.github.metadatareset;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.summingLong;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.github.metadatareset.simulation.Simulation;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Nothing is lost, whatever goes wrong: the real function in simulated worlds, each drawn from one
/// seed. `-Dseeds=` says how many, `-Dseed=` with which to begin.
class SimulationTest {

  private static final int SEEDS = Integer.getInteger("seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("seed", System.nanoTime());

  @Test
  void everyAcceptedRequestEndsInItsResetsOrInADeadLetterWithATrueReason() {
    Map<String, Long> counts =
        LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS)
            .parallel()
            .mapToObj(SimulationTest::run)
            .flatMap(counted -> counted.entrySet().stream())
            .collect(groupingBy(Map.Entry::getKey, TreeMap::new, summingLong(Map.Entry::getValue)));

    System.out.printf("%,d simulated worlds from seed %d: %s%n", SEEDS, FIRST_SEED, counts);
  }

  private static Map<String, Long> run(long seed) {
    Simulation.Result result = Simulation.run(seed, new SimulatedFunction());
    result
        .violation()
        .ifPresent(
            violation -> fail("%s; again with -Dseed=%d -Dseeds=1".formatted(violation, seed)));
    return result.counts();
  }

  @Test
  void theSameSeedIsTheSameRun() {
    String notes = Simulation.notes(FIRST_SEED, new SimulatedFunction());

    assertTrue(notes.contains("r1 is given"), notes);
    assertEquals(notes, Simulation.notes(FIRST_SEED, new SimulatedFunction()));
  }
}
