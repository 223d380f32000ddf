package io.github.metadatareset.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Measures the invocations of each candidate: a cold start, then batches of calls that AppFlow
/// answers at once, then batches of calls that it answers after 50 ms.
final class InvocationBenchmark {

  static final String COLD = "cold start and first call, ms";
  static final String COLD_PROCESSOR = COLD.replace("ms", "processor ms");
  static final String COLD_MEMORY = "after the first call, peak MB";
  static final String MEMORY = "in the end, peak MB";
  static final String IDEAL = "ideal";
  static final String BARE = "bare client";

  static final int LATENCY = 50;

  /// After these the JVM has compiled the code that the calls run.
  static final int WARMING_BATCHES = 4;

  private static final String SUCCESS = "{\"batchItemFailures\":[]}";

  private final EmulatedServices services;
  private final boolean warm;

  private InvocationBenchmark(EmulatedServices services, boolean warm) {
    this.services = services;
    this.warm = warm;
  }

  static String time(int calls, int latency) {
    return "%,d calls of %d ms, ms".formatted(calls, latency);
  }

  static String processor(int calls, int latency) {
    return "%,d calls of %d ms, processor ms".formatted(calls, latency);
  }

  /// Warms up this JVM: the emulators of AppFlow and SQS.
  static void warmUp(Path prepared) throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      new InvocationBenchmark(services, true)
          .measure(Candidate.boto3(prepared, 16), new Measurements());
    }
  }

  /// @param warm whether to measure warm invocations too
  static void run(Path prepared, boolean warm, Measurements measurements) throws IOException {
    List<Candidate> candidates =
        List.of(
            Candidate.boto3(prepared, 1),
            Candidate.boto3Packed(prepared),
            Candidate.boto3(prepared, 16),
            Candidate.zip(prepared, 16),
            Candidate.boto3(prepared, 64),
            Candidate.zip(prepared, 64));
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      InvocationBenchmark benchmark = new InvocationBenchmark(services, warm);
      for (Candidate candidate : candidates) {
        if (warm || candidate.concurrency() < 64) {
          benchmark.measure(candidate, measurements);
        }
      }
      if (warm) {
        benchmark.lowerBounds(measurements);
      }
    }
  }

  /// Adds two lower bounds: by the latency that is configured, and by the latency that a client
  /// measures that does nothing else.
  private void lowerBounds(Measurements to) throws IOException {
    services.delayCalls(LATENCY);
    double real = services.latency();
    services.appFlow().faults().clear();
    to.add("latency, ms", IDEAL, LATENCY);
    to.add("latency, ms", BARE, real);
    for (int concurrency : new int[] {1, 16, 64}) {
      to.add(time(1000, LATENCY), IDEAL + " x" + concurrency, 1000.0 * LATENCY / concurrency);
      to.add(time(1000, LATENCY), BARE + " x" + concurrency, 1000 * real / concurrency);
    }
  }

  private void measure(Candidate candidate, Measurements to) throws IOException {
    services.appFlow().forgetCalls();
    String label = candidate.label();
    try (EmulatedLambda lambda = services.environment(candidate)) {
      long started = System.nanoTime();
      invoke(lambda, Events.batch(1));
      to.add(COLD, label, millisSince(started));
      to.add(COLD_PROCESSOR, label, lambda.usage().processorMillis());
      to.add(COLD_MEMORY, label, lambda.usage().peakMegabytes());
      // The packed variant differs only in the cold start.
      if (!warm || candidate.name().equals(Candidate.PACKED)) {
        return;
      }
      for (int batch = 0; batch < WARMING_BATCHES; batch++) {
        invoke(lambda, Events.batch(1000));
      }
      measureBatch(lambda, label, 10, 0, to);
      measureBatch(lambda, label, 1000, 0, to);
      services.delayCalls(LATENCY);
      measureBatch(lambda, label, 10, LATENCY, to);
      measureBatch(lambda, label, 1000, LATENCY, to);
      to.add(MEMORY, label, lambda.usage().peakMegabytes());
    } finally {
      services.appFlow().faults().clear();
    }
  }

  private void measureBatch(
      EmulatedLambda lambda, String label, int calls, int latency, Measurements to)
      throws IOException {
    byte[] event = Events.batch(calls);
    double processor = lambda.usage().processorMillis();
    long started = System.nanoTime();
    invoke(lambda, event);
    to.add(time(calls, latency), label, millisSince(started));
    to.add(processor(calls, latency), label, lambda.usage().processorMillis() - processor);
  }

  private static double millisSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e6;
  }

  private static void invoke(EmulatedLambda lambda, byte[] event) throws IOException {
    String answer = new String(lambda.invoke(event), UTF_8);
    if (!answer.replace(" ", "").equals(SUCCESS)) {
      throw new IOException("unexpected response: " + answer + "\n" + lambda.log());
    }
  }
}
