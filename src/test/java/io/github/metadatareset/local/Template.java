package io.github.metadatareset.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// What `template.yaml` gives the function.
public final class Template {

  private Template() {}

  /// The value of an environment variable that stands on a line of its own.
  public static String variable(String name) {
    String start = name + ": ";
    try (Stream<String> lines = Files.lines(Path.of("template.yaml"))) {
      return lines
          .map(String::strip)
          .filter(line -> line.startsWith(start))
          .map(line -> line.substring(start.length()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
