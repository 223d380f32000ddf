package io.github.metadatareset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What `-Xlog:class+load` has written to a file: the names of the classes, in order; of a hidden
/// one the name of that which it was made for.
final class LoadedClasses {

  private LoadedClasses() {}

  static List<String> in(Path log) throws IOException {
    try (Stream<String> lines = Files.lines(log)) {
      return lines
          .map(line -> line.replaceFirst("^(\\[[^]]*])+ ", "").replaceFirst("[ /].*", ""))
          .toList();
    }
  }
}
