package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;

/// Usage: `Benchmark PREPARED ROUNDS RESULTS PART`. `src/benchmark/run` builds the candidates in
/// the folder PREPARED and starts this class.
public final class Benchmark {

  private final Path prepared;
  private final int rounds;
  private final Path results;
  private final Measurements measurements = new Measurements();

  private Benchmark(Path prepared, int rounds, Path results) {
    this.prepared = prepared;
    this.rounds = rounds;
    this.results = results;
  }

  public static void main(String[] args) throws Exception {
    Benchmark benchmark =
        new Benchmark(
            Path.of(args[0]).toAbsolutePath(), Integer.parseInt(args[1]), Path.of(args[2]));
    benchmark.run(args[3]);
    // The SDK and ElasticMQ leave threads that do not end.
    System.exit(0);
  }

  private void run(String part) throws Exception {
    if (!part.equals("cost")) {
      InvocationBenchmark.warmUp(prepared);
    }
    if (part.equals("restore") || part.equals("all")) {
      RestoreBenchmark.warmUp(prepared);
    }
    switch (part) {
      case "cold" -> rounds(rounds, () -> InvocationBenchmark.run(prepared, false, measurements));
      case "fan-out" -> rounds(rounds, this::fanOut);
      case "restore" -> rounds(rounds, this::restore);
      case "freshness" -> rounds(rounds, () -> FreshnessBenchmark.run(prepared, measurements));
      case "cost" -> CostBenchmark.run(prepared, rounds, results);
      case "all" -> all();
      default -> throw new IllegalArgumentException("there is no part " + part);
    }
    if (!part.equals("cost")) {
      write(part.equals("all") ? "benchmark" : part);
    }
  }

  private void all() throws Exception {
    for (String name : new String[] {"boto3", "boto3-packed", "zip"}) {
      measurements.add("package, MB", name, Files.size(prepared.resolve(name + ".zip")) / 1e6);
    }
    rounds(
        rounds,
        () -> {
          InvocationBenchmark.run(prepared, true, measurements);
          fanOut();
          restore();
          QueueBenchmark.run(prepared, measurements);
        });
    // In every fifth round: these take minutes, and have no baseline.
    rounds(
        Math.ceilDiv(rounds, 5),
        () -> {
          QueueBenchmark.splitting(prepared, measurements);
          FreshnessBenchmark.run(prepared, measurements);
        });
    Files.writeString(results.resolve("profile.txt"), Profile.of(prepared));
    CostBenchmark.run(prepared, 1, results);
  }

  private void fanOut() throws IOException {
    for (Processor processor : Processor.values()) {
      FanOutBenchmark.run(prepared, processor, measurements);
    }
  }

  private void restore() throws IOException {
    for (Processor processor : Processor.values()) {
      RestoreBenchmark.run(prepared, processor, measurements);
    }
  }

  private void write(String name) throws IOException {
    StringBuilder text = new StringBuilder(measurements.table()).append(System.lineSeparator());
    Goal.ALL.stream()
        .filter(goal -> goal.isMeasured(measurements))
        .forEach(goal -> text.append(goal.verdict(measurements)).append(System.lineSeparator()));
    System.out.print(text);
    Files.writeString(results.resolve(name + ".txt"), text);
    Files.writeString(
        results.resolve(name + ".json"), measurements.json() + System.lineSeparator());
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
