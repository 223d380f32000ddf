package io.github.metadatareset.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// Each contestant in turn: a cold start, then batches of calls to an AppFlow that takes no time to
/// answer, and to one that takes 50 ms.
final class ColdAndWarm {

  static final String COLD = "cold start and first call, ms";
  static final String COLD_PROCESSOR = COLD.replace("ms", "processor ms");
  static final String COLD_MEMORY = "after the first call, peak MB";
  static final String MEMORY = "in the end, peak MB";
  static final String IDEAL = "ideal";
  static final String BARE = "bare client";

  static final int LATENCY = 50;

  /// Then the JVM has compiled what it will.
  static final int WARMING_BATCHES = 4;

  private static final String DONE = "{\"batchItemFailures\":[]}";

  private final Stage stage;
  private final boolean warm;

  private ColdAndWarm(Stage stage, boolean warm) {
    this.stage = stage;
    this.warm = warm;
  }

  static String time(int calls, int latency) {
    return "%,d calls of %d ms, ms".formatted(calls, latency);
  }

  static String processor(int calls, int latency) {
    return "%,d calls of %d ms, processor ms".formatted(calls, latency);
  }

  /// After it the stage's own code is compiled.
  static void warmUp(Path prepared) throws IOException {
    try (Stage stage = Stage.set(prepared, Events.account())) {
      new ColdAndWarm(stage, true).trial(Contestant.boto3(prepared, 16), new Figures());
    }
  }

  /// @param warm whether the cold starts are not all
  static void run(Path prepared, boolean warm, Figures figures) throws IOException {
    List<Contestant> contestants =
        List.of(
            Contestant.boto3(prepared, 1),
            Contestant.boto3Packed(prepared),
            Contestant.boto3(prepared, 16),
            Contestant.zip(prepared, 16),
            Contestant.boto3(prepared, 64),
            Contestant.zip(prepared, 64));
    try (Stage stage = Stage.set(prepared, Events.account())) {
      ColdAndWarm trials = new ColdAndWarm(stage, warm);
      for (Contestant contestant : contestants) {
        if (warm || contestant.concurrency() < 64) {
          trials.trial(contestant, figures);
        }
      }
      if (warm) {
        trials.ideal(figures);
      }
    }
  }

  /// By the latency that was asked for, and by that which there is.
  private void ideal(Figures to) throws IOException {
    stage.delayCalls(LATENCY);
    double real = stage.latency();
    stage.appFlow().faults().clear();
    to.add("latency, ms", IDEAL, LATENCY);
    to.add("latency, ms", BARE, real);
    for (int concurrency : new int[] {1, 16, 64}) {
      to.add(time(1000, LATENCY), IDEAL + " x" + concurrency, 1000.0 * LATENCY / concurrency);
      to.add(time(1000, LATENCY), BARE + " x" + concurrency, 1000 * real / concurrency);
    }
  }

  private void trial(Contestant contestant, Figures to) throws IOException {
    stage.appFlow().forgetCalls();
    String label = contestant.label();
    try (EmulatedLambda lambda = stage.environment(contestant)) {
      long started = System.nanoTime();
      invoke(lambda, Events.batch(1));
      to.add(COLD, label, millisSince(started));
      to.add(COLD_PROCESSOR, label, lambda.usage().processorMillis());
      to.add(COLD_MEMORY, label, lambda.usage().peakMegabytes());
      // Of that which is packed only the start differs.
      if (!warm || contestant.name().equals(Contestant.PACKED)) {
        return;
      }
      for (int batch = 0; batch < WARMING_BATCHES; batch++) {
        invoke(lambda, Events.batch(1000));
      }
      measured(lambda, label, 10, 0, to);
      measured(lambda, label, 1000, 0, to);
      stage.delayCalls(LATENCY);
      measured(lambda, label, 10, LATENCY, to);
      measured(lambda, label, 1000, LATENCY, to);
      to.add(MEMORY, label, lambda.usage().peakMegabytes());
    } finally {
      stage.appFlow().faults().clear();
    }
  }

  private void measured(EmulatedLambda lambda, String label, int calls, int latency, Figures to)
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
    if (!answer.replace(" ", "").equals(DONE)) {
      throw new IOException("not all was done: " + answer + "\n" + lambda.log());
    }
  }
}
