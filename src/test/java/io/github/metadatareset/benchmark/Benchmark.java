package io.github.metadatareset.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;

/// `Benchmark PREPARED ROUNDS RESULTS [cold]`: see `src/benchmark/run`, which prepares the
/// contestants.
public final class Benchmark {

  private Benchmark() {}

  public static void main(String[] args) throws Exception {
    Path prepared = Path.of(args[0]).toAbsolutePath();
    int rounds = Integer.parseInt(args[1]);
    Path results = Path.of(args[2]);

    Figures figures = new Figures();
    for (String name : new String[] {"boto3", "boto3-packed", "zip", "image"}) {
      figures.add("package, MB", name, Files.size(prepared.resolve(name + ".zip")) / 1e6);
    }
    boolean coldOnly = args.length > 3;
    ColdAndWarm.run(prepared, rounds, !coldOnly, figures);
    if (!coldOnly) {
      System.out.print(figures.table());
      AtScale.run(prepared, figures);
    }

    StringBuilder text = new StringBuilder(figures.table()).append(System.lineSeparator());
    Goal.ALL.stream()
        .filter(goal -> goal.isMeasured(figures))
        .forEach(goal -> text.append(goal.verdict(figures)).append(System.lineSeparator()));
    System.out.print(text);
    Files.writeString(results.resolve("benchmark.txt"), text);
    Files.writeString(results.resolve("benchmark.json"), figures.json() + System.lineSeparator());
    // What the SDK and the queues have started does not end by itself.
    System.exit(0);
  }
}
