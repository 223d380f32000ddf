package io.github.metadatareset.benchmark;

import java.util.ArrayList;
import java.util.List;

/// How much of a processor a candidate has.
///

enum Processor {
  WHOLE("a whole processor"),

  /// At 512 MB: 1,769 MB are one processor
  /// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html).
  THIRD("a third of one");

  private static final String JOIN = "echo $$ >\"$0/cgroup.procs\" && exec \"$@\"";

  private final String text;

  Processor(String text) {
    this.text = text;
  }

  Candidate limit(Candidate candidate) {
    return this == WHOLE ? candidate : candidate.withCommand(limit(candidate.command()));
  }

  /// `src/benchmark/run` makes the control group.
  List<String> limit(List<String> command) {
    List<String> limited =
        new ArrayList<>(List.of("sh", "-c", JOIN, System.getProperty("processor.third")));
    limited.addAll(command);
    return limited;
  }

  @Override
  public String toString() {
    return text;
  }
}
