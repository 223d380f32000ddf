package io.github.metadatareset.benchmark;

import static java.util.Comparator.comparingDouble;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.github.metadatareset.local.ClassLog;
import io.github.metadatareset.local.ClassLog.Initialised;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/// A profile of the function by the JVM's own tools: the time of a cold start, the processor time
/// of warm calls, and the memory.
final class Profile {

  private static final int BATCHES = 10;
  private static final int GAPS = 12;

  /// `-                 Java Heap (reserved=402653184, committed=25165824)`
  private static final Pattern MEMORY =
      Pattern.compile("-\\s+(.+) \\(reserved=\\d+, committed=(\\d+).*");

  /// A sample counts for the layer of the topmost stack frame that is in one of these packages.
  private static final List<Layer> LAYERS =
      List.of(
          new Layer("the function", "io.github.metadatareset."),
          new Layer("signatures", "software.amazon.awssdk.http.auth."),
          new Layer("the CRT's client", "software.amazon.awssdk.crt."),
          new Layer("the CRT's client", "software.amazon.awssdk.http.crt."),
          new Layer("the SDK's pipeline", "software.amazon.awssdk."),
          new Layer("JSON", "com.fasterxml.jackson."));

  private static final String NO_LAYER = "the JDK alone";

  private final Path prepared;
  private final EmulatedServices services;
  private final StringBuilder text = new StringBuilder();

  private record Layer(String name, String prefix) {}

  private Profile(Path prepared, EmulatedServices services) {
    this.prepared = prepared;
    this.services = services;
  }

  static String of(Path prepared) throws IOException {
    try (EmulatedServices services = EmulatedServices.start(prepared, Events.account())) {
      Profile profile = new Profile(prepared, services);
      profile.coldStart(Candidate.zip(prepared, 16));
      profile.processor(Candidate.zip(prepared, 16));
      profile.memory(Candidate.zip(prepared, 16));
      return profile.text.toString();
    }
  }

  private void line(String format, Object... arguments) {
    text.append(format.formatted(arguments)).append(System.lineSeparator());
  }

  /// Prints the longest intervals in which no class was initialised, with the classes before and
  /// after.
  private void coldStart(Candidate candidate) throws IOException {
    Path log = prepared.resolve("initialised.log");
    try (EmulatedLambda lambda =
        services.environment(
            candidate.withJavaOptions("-Xlog:class+init=info:file=%s:uptime".formatted(log)))) {
      lambda.invoke(Events.batch(1));
    }
    List<Initialised> all = ClassLog.initialised(log);
    line("%nCold start and first call, %s", candidate.label());
    line("%,d classes are initialised in %.0f ms", all.size(), all.getLast().millis());
    line("the longest times without another, ms");
    IntStream.range(1, all.size())
        .boxed()
        .sorted(comparingDouble(i -> all.get(i - 1).millis() - all.get(i).millis()))
        .limit(GAPS)
        .sorted()
        .forEach(i -> gap(all.get(i - 1), all.get(i)));
  }

  private void gap(Initialised before, Initialised after) {
    line("  %4.0f to %4.0f  %s, %s", before.millis(), after.millis(), before.name(), after.name());
  }

  private void processor(Candidate candidate) throws IOException {
    Path recording = prepared.resolve("calls.jfr");
    try (EmulatedLambda lambda = services.environment(candidate)) {
      lambda.warm();
      services.delayCalls((int) FanOutBenchmark.LATENCY);
      lambda.jcmd("JFR.start", "jdk.CPUTimeSample#enabled=true", "jdk.CPUTimeSample#throttle=1ms");
      Map<String, Double> before = lambda.processorMillisByThread();
      for (int batch = 0; batch < BATCHES; batch++) {
        lambda.invoke(Events.batch(1000));
      }
      line(
          "%nProcessor time of 1,000 calls of %.0f ms, %s, by thread, ms",
          FanOutBenchmark.LATENCY, candidate.label());
      byThread(before, lambda.processorMillisByThread());
      lambda.jcmd("JFR.dump", "filename=" + recording);
      byLayer(samples(recording));
    } finally {
      services.appFlow().faults().clear();
    }
  }

  private void byThread(Map<String, Double> before, Map<String, Double> after) {
    after.forEach(
        (thread, millis) -> {
          double spent = (millis - before.getOrDefault(thread, 0.0)) / BATCHES;
          if (spent >= 1) {
            line("  %-20s %5.0f", thread, spent);
          }
        });
  }

  private void byLayer(List<RecordedEvent> samples) {
    line("... of Java's threads, by what they worked for, %% of %,d samples", samples.size());
    samples.stream().collect(groupingBy(Profile::layer, counting())).entrySet().stream()
        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
        .forEach(
            layer ->
                line("  %-20s %5.0f", layer.getKey(), 100.0 * layer.getValue() / samples.size()));
  }

  private static List<RecordedEvent> samples(Path recording) throws IOException {
    return RecordingFile.readAllEvents(recording).stream()
        .filter(event -> event.getEventType().getName().equals("jdk.CPUTimeSample"))
        .filter(event -> event.getStackTrace() != null)
        .toList();
  }

  private static String layer(RecordedEvent sample) {
    for (RecordedFrame frame : sample.getStackTrace().getFrames()) {
      String type = frame.getMethod().getType().getName();
      for (Layer layer : LAYERS) {
        if (type.startsWith(layer.prefix())) {
          return layer.name();
        }
      }
    }
    return NO_LAYER;
  }

  private void memory(Candidate candidate) throws IOException {
    try (EmulatedLambda lambda =
        services.environment(candidate.withJavaOptions("-XX:NativeMemoryTracking=summary"))) {
      lambda.invoke(Events.batch(1));
      committed("Memory after the first call, " + candidate.label(), lambda);
      lambda.warm();
      committed("Memory after batches of 1,000 calls, " + candidate.label(), lambda);
    }
  }

  private void committed(String when, EmulatedLambda lambda) throws IOException {
    line(
        "%n%s: %.0f MB resident at most, of which the JVM has reserved, MB",
        when, lambda.usage().peakMegabytes());
    for (String each : lambda.jcmd("VM.native_memory", "summary", "scale=B").lines().toList()) {
      Matcher matcher = MEMORY.matcher(each);
      if (matcher.matches() && Double.parseDouble(matcher.group(2)) >= 1e6) {
        line("  %-20s %5.0f", matcher.group(1), Double.parseDouble(matcher.group(2)) / (1 << 20));
      }
    }
  }
}
