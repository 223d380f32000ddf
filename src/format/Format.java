import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Runs google-java-format on every Java source below `src`. The `java` command runs this source
/// file directly, see pom.xml.
///
/// Usage: `java Format.java check|apply LIST`. `apply` formats the sources. `check` writes the
/// names of those that are not formatted to the file LIST.
public class Format {

  /// A source that is not formatted.
  private record Unformatted(Path file, String formatted) {}

  public static void main(String[] arguments) throws Exception {
    List<Unformatted> unformatted = unformatted();
    Path list = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "check" ->
          Files.write(list, unformatted.stream().map(source -> "  " + source.file()).toList());
      case "apply" -> {
        apply(unformatted);
        Files.write(list, List.of());
      }
      default -> throw new IllegalArgumentException(arguments[0] + "; expected check or apply");
    }
  }

  private static void apply(List<Unformatted> unformatted) throws Exception {
    for (Unformatted source : unformatted) {
      Files.writeString(source.file(), source.formatted());
      System.out.println("Formatted " + source.file());
    }
  }

  private static List<Unformatted> unformatted() throws Exception {
    try (Stream<Path> files = Files.walk(Path.of("src"))) {
      List<Path> sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      return sources.parallelStream().flatMap(Format::unformatted).toList();
    }
  }

  private static Stream<Unformatted> unformatted(Path file) {
    try {
      String source = Files.readString(file);
      String formatted = format(source);
      return formatted.equals(source)
          ? Stream.empty()
          : Stream.of(new Unformatted(file, formatted));
    } catch (Exception e) {
      throw new IllegalStateException("Cannot format " + file + ": " + e.getMessage(), e);
    }
  }

  private static String format(String source) throws Exception {
    String ordered = ImportOrderer.reorderImports(source, Style.GOOGLE);
    return new Formatter().formatSource(RemoveUnusedImports.removeUnusedImports(ordered));
  }
}
