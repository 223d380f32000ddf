package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a process has used so far, as Linux reports it in `/proc`.
///
/// @param processorMillis processor time in user and kernel mode, in steps of 10 ms
/// @param peakMegabytes the peak of the resident set, with mapped files
record ProcessUsage(double processorMillis, double peakMegabytes) {

  private static final double MILLIS_PER_TICK = 10;

  static ProcessUsage of(ProcessHandle process) {
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      double kilobytes =
          Files.readAllLines(folder.resolve("status")).stream()
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
              .sum();
      return new ProcessUsage(processorMillis(folder), kilobytes / 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The processor time by the names of the threads, without numbers.
  static Map<String, Double> processorMillisByThread(ProcessHandle process) {
    Path folder = Path.of("/proc", Long.toString(process.pid()), "task");
    Map<String, Double> all = new TreeMap<>();
    try (Stream<Path> threads = Files.list(folder)) {
      for (Path thread : threads.toList()) {
        String name = Files.readString(thread.resolve("comm")).strip().replaceAll("[\\W\\d]+$", "");
        all.merge(name, processorMillis(thread), Double::sum);
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Reads fields 14 (user mode) and 15 (kernel mode) of `stat`. Field 2, the name, may contain
  /// spaces.
  private static double processorMillis(Path folder) throws IOException {
    String stat = Files.readString(folder.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
  }
}
