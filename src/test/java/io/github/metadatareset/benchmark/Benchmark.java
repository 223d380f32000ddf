package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;

/// Usage: `Benchmark PREPARED ROUNDS RESULTS [cold|cost]`. `src/benchmark/run` builds the
/// candidates in the folder PREPARED and starts this class.
public final class Benchmark {

  private Benchmark() {}

  public static void main(String[] args) throws Exception {
    Path prepared = Path.of(args[0]).toAbsolutePath();
    int rounds = Integer.parseInt(args[1]);
    Path results = Path.of(args[2]);
    String only = args.length > 3 ? args[3] : "";
    boolean coldOnly = only.equals("cold");
    if (only.equals("cost")) {
      CostBenchmark.run(prepared, rounds, results);
      System.exit(0);
    }

    Measurements measurements = new Measurements();
    for (String name : new String[] {"boto3", "boto3-packed", "zip"}) {
      measurements.add("package, MB", name, Files.size(prepared.resolve(name + ".zip")) / 1e6);
    }
    InvocationBenchmark.warmUp(prepared);
    if (coldOnly) {
      rounds(rounds, () -> InvocationBenchmark.run(prepared, false, measurements));
    } else {
      rounds(
          rounds,
          () -> {
            InvocationBenchmark.run(prepared, true, measurements);
            QueueBenchmark.run(prepared, measurements);
          });
      // In every fifth round: it takes two minutes, and has no baseline.
      rounds(Math.ceilDiv(rounds, 5), () -> QueueBenchmark.splitting(prepared, measurements));
    }
    write(measurements, results);
    if (!coldOnly) {
      Files.writeString(results.resolve("profile.txt"), Profile.of(prepared));
      CostBenchmark.run(prepared, 1, results);
    }
    // The SDK and ElasticMQ leave threads that do not end.
    System.exit(0);
  }

  private static void write(Measurements measurements, Path results) throws IOException {
    StringBuilder text = new StringBuilder(measurements.table()).append(System.lineSeparator());
    Goal.ALL.stream()
        .filter(goal -> goal.isMeasured(measurements))
        .forEach(goal -> text.append(goal.verdict(measurements)).append(System.lineSeparator()));
    System.out.print(text);
    Files.writeString(results.resolve("benchmark.txt"), text);
    Files.writeString(
        results.resolve("benchmark.json"), measurements.json() + System.lineSeparator());
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
