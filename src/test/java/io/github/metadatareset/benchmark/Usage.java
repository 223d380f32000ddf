package io.github.metadatareset.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process has taken so far, by Linux's own account.
///
/// @param processorMillis in user and kernel mode, in steps of ten
/// @param peakMegabytes the most memory that it had at a time: its resident set, files included
record Usage(double processorMillis, double peakMegabytes) {

  private static final double MILLIS_PER_TICK = 10;

  static Usage of(ProcessHandle process) {
    Path folder = Path.of("/proc", Long.toString(process.pid()));
    try {
      // Of /proc/PID/stat, fields 14 and 15; the second, the name, may hold spaces.
      String stat = Files.readString(folder.resolve("stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      double kilobytes =
          Files.readAllLines(folder.resolve("status")).stream()
              .filter(line -> line.startsWith("VmHWM:"))
              .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
              .sum();
      return new Usage(ticks * MILLIS_PER_TICK, kilobytes / 1024);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
