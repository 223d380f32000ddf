package io.github.metadatareset.local;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// What the local run prints: lines of at most 120 characters. On a terminal, with colours and
/// ticks.
record Screen(PrintStream out, boolean isTerminal) {

  private static final int WIDTH = 120;
  private static final String GREEN = "32";
  private static final String RED = "31";
  private static final String BOLD = "1";

  /// `NO_COLOR` switches colours off: https://no-color.org.
  static Screen ofProcess() {
    var console = System.console();
    return new Screen(
        System.out, console != null && console.isTerminal() && System.getenv("NO_COLOR") == null);
  }

  void title(String text) {
    print("");
    print(coloured(BOLD, "== " + text));
  }

  void say(String text) {
    wrapped(text, "  ");
  }

  /// More about the line before.
  void detail(String text) {
    wrapped(text, "      ");
  }

  void done(String row, String result) {
    result(row, result, GREEN, '\u2713');
  }

  void failed(String row, String result) {
    result(row, result, RED, '\u2717');
  }

  private void result(String row, String result, String colour, char tick) {
    boolean hasTick = isTerminal && out.charset().newEncoder().canEncode(tick);
    print("  " + row + coloured(colour, (hasTick ? tick + " " : "") + result));
  }

  private String coloured(String colour, String text) {
    return isTerminal ? "\033[%sm%s\033[0m".formatted(colour, text) : text;
  }

  private void wrapped(String text, String indent) {
    for (String line : lines(text, WIDTH - indent.length() - 2)) {
      print(indent + line);
    }
  }

  /// Broken at spaces, and continued with two spaces. A longer word is cut in pieces.
  static List<String> lines(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space > 2 ? space : width;
      lines.add(rest.substring(0, end));
      rest = "  " + rest.substring(end).strip();
    }
    lines.add(rest);
    return lines;
  }

  void print(String line) {
    out.println(line);
  }
}
