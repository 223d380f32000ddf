package io.github.metadatareset.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Reads the class logs of a JVM (`-Xlog:class+load` and `-Xlog:class+init`).
public final class ClassLog {

  /// `[0.867s]... java.lang.Object source: ...`. The name of a hidden class has a suffix after a
  /// slash.
  private static final Pattern LOADED = Pattern.compile("(?:\\[[^]]*])+ ([^ /]+).*");

  /// `[0.867s]... 1854 Initializing 'java/math/BigDecimal' ...`
  private static final Pattern INITIALISED =
      Pattern.compile("\\[([\\d.]+)s].* Initializing '([^']+)'.*");

  /// A class that was initialised.
  ///
  /// @param millis the time since the start of the JVM
  /// @param name the name with slashes, such as `java/lang/Object`
  public record Initialised(double millis, String name) {}

  private ClassLog() {}

  /// The names of the classes in a log of `-Xlog:class+load`, in order, without the suffix of
  /// hidden classes.
  public static List<String> loaded(Path log) throws IOException {
    return matching(LOADED, log).map(line -> line.group(1)).toList();
  }

  /// The classes in a log of `-Xlog:class+init`, in order. Its lines must start with the uptime.
  public static List<Initialised> initialised(Path log) throws IOException {
    return matching(INITIALISED, log)
        .map(line -> new Initialised(1000 * Double.parseDouble(line.group(1)), line.group(2)))
        .toList();
  }

  private static Stream<MatchResult> matching(Pattern pattern, Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .map(pattern::matcher)
        .filter(line -> line.matches())
        .map(line -> line.toMatchResult());
  }
}
