package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Measures warm invocations with a thousand calls of 50 ms, some of them at the same time. This
/// function and boto3's threads run in turn, so that both have the same conditions.
final class FanOutBenchmark {

  static final List<Integer> CONCURRENCIES = List.of(8, 16, 32, 64);

  static final int CALLS = 1000;
  static final double LATENCY = 50;

  static final String IDEAL = "ideal";
  static final String BARE = "bare client";

  /// Of each pair of environments.
  private static final int PAIRS = 2;

  private final Path prepared;
  private final Processor processor;
  private final Measurements measurements;

  private FanOutBenchmark(Path prepared, Processor processor, Measurements measurements) {
    this.prepared = prepared;
    this.processor = processor;
    this.measurements = measurements;
  }

  static String time(Processor processor) {
    return "%,d calls of %.0f ms, %s, ms".formatted(CALLS, LATENCY, processor);
  }

  static String processorTime(Processor processor) {
    return time(processor).replaceAll("ms$", "processor ms");
  }

  static void run(Path prepared, Processor processor, Measurements measurements)
      throws IOException {
    FanOutBenchmark benchmark = new FanOutBenchmark(prepared, processor, measurements);
    for (int calls : CONCURRENCIES) {
      benchmark.measure(
          processor.limit(Candidate.zip(prepared, calls)),
          processor.limit(Candidate.boto3(prepared, calls)));
    }
  }

  /// Adds lower bounds: by the latency that is configured, and by the latency that a client
  /// measures that does nothing else.
  private void bound(double latency, int concurrency) {
    measurements.add(time(processor), IDEAL + " x" + concurrency, CALLS * LATENCY / concurrency);
    measurements.add(time(processor), BARE + " x" + concurrency, CALLS * latency / concurrency);
  }

  private void measure(Candidate function, Candidate baseline) throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account());
        EmulatedLambda first = services.environment(function);
        EmulatedLambda second = services.environment(baseline)) {
      first.warm();
      second.warm();
      services.delayCalls((int) LATENCY);
      for (int pair = 0; pair < PAIRS; pair++) {
        measure(first, function.label());
        measure(second, baseline.label());
        bound(services.latency(), function.concurrency());
      }
    }
  }

  private void measure(EmulatedLambda lambda, String label) throws IOException {
    byte[] event = Events.batch(CALLS);
    double before = lambda.usage().processorMillis();
    long started = System.nanoTime();
    lambda.invokeBatch(event);
    measurements.add(time(processor), label, (System.nanoTime() - started) / 1e6);
    measurements.add(processorTime(processor), label, lambda.usage().processorMillis() - before);
  }
}
