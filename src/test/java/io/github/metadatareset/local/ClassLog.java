package io.github.metadatareset.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the JVM has written to a file of its classes, in order.
public final class ClassLog {

  /// `[0.867s]... java.lang.Object source: ...`; of a hidden class the name ends before a slash.
  private static final Pattern LOADED = Pattern.compile("(?:\\[[^]]*])+ ([^ /]+).*");

  /// `[0.867s]... 1854 Initializing 'java/math/BigDecimal' ...`
  private static final Pattern INITIALISED =
      Pattern.compile("\\[([\\d.]+)s].* Initializing '([^']+)'.*");

  /// @param millis after the start of the JVM
  /// @param name with slashes
  public record Initialised(double millis, String name) {}

  private ClassLog() {}

  /// Of `-Xlog:class+load` the names; of a hidden class that of the one which it was made for.
  public static List<String> loaded(Path log) throws IOException {
    return matching(LOADED, log).map(line -> line.group(1)).toList();
  }

  /// Of `-Xlog:class+init`, with the time since the start in front.
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
