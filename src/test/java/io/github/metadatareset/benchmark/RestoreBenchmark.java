package io.github.metadatareset.benchmark;

import io.github.metadatareset.local.CredentialsEndpoint;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.RuntimeApi;
import io.github.metadatareset.local.RuntimeProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Measures the first invocation after a restore from a snapshot, and the same invocation warm. The
/// process waits where Lambda takes the snapshot and continues as after a restore, so the time in
/// which Lambda restores the snapshot is missing. The hooks after it are measured too, and a start
/// without SnapStart.
final class RestoreBenchmark {

  static final String HOOKS = "hooks after the restore";
  static final String FIRST = "first after a restore";
  static final String WARM = "warm";
  static final String WITHOUT = "start without SnapStart, and first";

  static final int CALLS = 20;

  private static final int LATENCY = 50;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private static final int WARM_INVOCATIONS = 5;

  /// With eight new connections each.
  private static final int SERVER_WARMING_BATCHES = 300;

  private RestoreBenchmark() {}

  static String time(Event event, Processor processor) {
    return "%s, %s, ms".formatted(event, processor);
  }

  /// What the function is invoked with.
  enum Event {
    CALLS_ONLY("20 calls of 50 ms") {
      @Override
      byte[] bytes() {
        return Events.batch(CALLS);
      }
    },
    LONGEST_PATH("20 calls of 50 ms, a split, a dead letter") {
      @Override
      byte[] bytes() {
        return Events.batch(CALLS, Events.SPLIT, Events.MALFORMED);
      }
    };

    private final String text;

    Event(String text) {
      this.text = text;
    }

    abstract byte[] bytes();

    @Override
    public String toString() {
      return text;
    }
  }

  /// AWS's servers are warm, so the emulators' code for new connections and for a restore has to be
  /// compiled first.
  static void warmUp(Path prepared) throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account());
        EmulatedLambda client = services.environment(Candidate.zip(prepared, 8))) {
      for (int batch = 0; batch < SERVER_WARMING_BATCHES; batch++) {
        client.invokeBatch(Events.batch(CALLS));
        services.appFlow().dropConnections();
      }
    }
    measure(prepared, Event.LONGEST_PATH, Processor.WHOLE, new Measurements());
  }

  static void run(Path prepared, Processor processor, Measurements to) throws IOException {
    for (Event event : Event.values()) {
      measure(prepared, event, processor, to);
      measureWithout(prepared, event, processor, to);
    }
  }

  private static void measure(Path prepared, Event event, Processor processor, Measurements to)
      throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account());
        CredentialsEndpoint credentials = CredentialsEndpoint.start("benchmark");
        RuntimeProcess process =
            RuntimeProcess.launch(
                settings(services, processor).with(credentials.variables()).withSnapStart(),
                RuntimeApi.start())) {
      services.delayCalls(LATENCY);
      process.awaitSnapshot();
      long restored = System.nanoTime();
      process.restore();
      to.add(time(event, processor), HOOKS, (System.nanoTime() - restored) / 1e6);
      to.add(time(event, processor), FIRST, invoke(process, event.bytes()));
      services.appFlow().faults().clear();
      for (int batch = 0; batch < Events.WARMING_BATCHES; batch++) {
        invoke(process, Events.batch(Events.ENTITIES));
      }
      services.delayCalls(LATENCY);
      List<Double> warm = new ArrayList<>();
      for (int i = 0; i < WARM_INVOCATIONS; i++) {
        warm.add(invoke(process, event.bytes()));
      }
      to.add(time(event, processor), WARM, Measurements.median(warm));
    }
  }

  /// A start without SnapStart, and the same first invocation.
  private static void measureWithout(
      Path prepared, Event event, Processor processor, Measurements to) throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      services.delayCalls(LATENCY);
      long started = System.nanoTime();
      try (RuntimeProcess process = RuntimeProcess.start(settings(services, processor))) {
        invoke(process, event.bytes());
        to.add(time(event, processor), WITHOUT, (System.nanoTime() - started) / 1e6);
      }
    }
  }

  private static RuntimeProcess.Settings settings(EmulatedServices services, Processor processor) {
    Candidate zip = processor.limit(Candidate.zip(services.prepared(), 8));
    List<String> command = new ArrayList<>(List.of("taskset", "-c", EmulatedLambda.PROCESSOR));
    command.addAll(zip.command());
    return new RuntimeProcess.Settings(
        command,
        zip.folder(),
        Candidate.HANDLER,
        services.variables(zip, services.queues().endpoint()));
  }

  /// The time in milliseconds.
  private static double invoke(RuntimeProcess process, byte[] event) throws IOException {
    long started = System.nanoTime();
    process.handleRequest(
        new ByteArrayInputStream(event),
        new ByteArrayOutputStream(),
        LocalContext.of("benchmark", TIMEOUT));
    return (System.nanoTime() - started) / 1e6;
  }
}
