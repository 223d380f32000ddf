package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

  @Test
  void breaksLongLinesAtSpaces() {
    assertEquals(List.of("one two", "  three"), Screen.lines("one two three", 8));
  }

  @Test
  void cutsAWordThatIsLongerThanALine() {
    assertEquals(List.of("abcdefgh", "  ijklmn", "  op"), Screen.lines("abcdefghijklmnop", 8));
  }

  @Test
  void printsColoursAndTicksOnATerminalOnly() {
    assertEquals("  row done\n", done(false));
    assertEquals("  row \033[32m✓ done\033[0m\n", done(true));
  }

  private static String done(boolean isTerminal) {
    var out = new ByteArrayOutputStream();
    new Screen(new PrintStream(out, true, StandardCharsets.UTF_8), isTerminal).done("row ", "done");
    return out.toString(StandardCharsets.UTF_8);
  }
}
