package io.github.metadatareset.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/// Reads the function's settings from `template.yaml`.
public final class Template {

  private Template() {}

  /// The value of an environment variable. It must be on the same line as the name.
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
