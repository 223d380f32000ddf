package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Measures the invocations of each candidate: a cold start, then batches of calls that AppFlow
/// answers at once.
final class InvocationBenchmark {

  static final String COLD = "cold start and first call, ms";
  static final String COLD_PROCESSOR = COLD.replace("ms", "processor ms");
  static final String COLD_MEMORY = "after the first call, peak MB";
  static final String MEMORY = "in the end, peak MB";

  private final EmulatedServices services;
  private final boolean warm;

  private InvocationBenchmark(EmulatedServices services, boolean warm) {
    this.services = services;
    this.warm = warm;
  }

  static String time(int calls) {
    return "%,d calls of 0 ms, ms".formatted(calls);
  }

  static String processor(int calls) {
    return "%,d calls of 0 ms, processor ms".formatted(calls);
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
            Candidate.zip(prepared, 16));
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      InvocationBenchmark benchmark = new InvocationBenchmark(services, warm);
      for (Candidate candidate : candidates) {
        benchmark.measure(candidate, measurements);
      }
    }
  }

  private void measure(Candidate candidate, Measurements to) throws IOException {
    services.appFlow().forgetCalls();
    String label = candidate.label();
    try (EmulatedLambda lambda = services.environment(candidate)) {
      long started = System.nanoTime();
      lambda.invokeBatch(Events.batch(1));
      to.add(COLD, label, millisSince(started));
      to.add(COLD_PROCESSOR, label, lambda.usage().processorMillis());
      to.add(COLD_MEMORY, label, lambda.usage().peakMegabytes());
      // The packed variant differs only in the cold start.
      if (!warm || candidate.name().equals(Candidate.PACKED)) {
        return;
      }
      lambda.warm();
      measureBatch(lambda, label, 10, to);
      measureBatch(lambda, label, 1000, to);
      to.add(MEMORY, label, lambda.usage().peakMegabytes());
    }
  }

  private void measureBatch(EmulatedLambda lambda, String label, int calls, Measurements to)
      throws IOException {
    byte[] event = Events.batch(calls);
    double processor = lambda.usage().processorMillis();
    long started = System.nanoTime();
    lambda.invokeBatch(event);
    to.add(time(calls), label, millisSince(started));
    to.add(processor(calls), label, lambda.usage().processorMillis() - processor);
  }

  private static double millisSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e6;
  }
}
