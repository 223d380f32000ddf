package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;

/// `Benchmark PREPARED ROUNDS RESULTS [cold]`: see `src/benchmark/run`, which prepares the
/// contestants.
public final class Benchmark {

  private Benchmark() {}

  public static void main(String[] args) throws Exception {
    Path prepared = Path.of(args[0]).toAbsolutePath();
    int rounds = Integer.parseInt(args[1]);
    Path results = Path.of(args[2]);
    boolean coldOnly = args.length > 3;

    Figures figures = new Figures();
    for (String name : new String[] {"boto3", "boto3-packed", "zip"}) {
      figures.add("package, MB", name, Files.size(prepared.resolve(name + ".zip")) / 1e6);
    }
    ColdAndWarm.warmUp(prepared);
    if (coldOnly) {
      rounds(rounds, () -> ColdAndWarm.run(prepared, false, figures));
    } else {
      rounds(
          rounds,
          () -> {
            ColdAndWarm.run(prepared, true, figures);
            AtScale.run(prepared, figures);
          });
      // Which has no rival, and takes two minutes.
      rounds(Math.ceilDiv(rounds, 5), () -> AtScale.splitting(prepared, figures));
    }
    write(figures, results);
    if (!coldOnly) {
      Files.writeString(results.resolve("profile.txt"), Profile.of(prepared));
    }
    // What the SDK and the queues have started does not end by itself.
    System.exit(0);
  }

  private static void write(Figures figures, Path results) throws IOException {
    StringBuilder text = new StringBuilder(figures.table()).append(System.lineSeparator());
    Goal.ALL.stream()
        .filter(goal -> goal.isMeasured(figures))
        .forEach(goal -> text.append(goal.verdict(figures)).append(System.lineSeparator()));
    System.out.print(text);
    Files.writeString(results.resolve("benchmark.txt"), text);
    Files.writeString(results.resolve("benchmark.json"), figures.json() + System.lineSeparator());
  }

  @FunctionalInterface
  private interface Round {
    void run() throws Exception;
  }

  private static void rounds(int rounds, Round round) throws Exception {
    for (int i = 1; i <= rounds; i++) {
      System.out.printf("round %d of %d at %tT%n", i, rounds, LocalTime.now());
      round.run();
    }
  }
}
