package io.github.metadatareset.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RandomCasesTest {

  @Test
  void theSameSeedGivesTheSameCases() {
    assertEquals(drawn(7), drawn(7));
    assertNotEquals(drawn(7), drawn(8));
  }

  @Test
  void aFailureSaysHowToRepeatTheCases() {
    var failure =
        assertThrows(
            AssertionError.class,
            () ->
                new RandomCases(7, 3)
                    .check(
                        _ -> {
                          throw new IllegalStateException();
                        }));

    assertEquals("random case 0; repeat with -Dseed=7", failure.getMessage());
  }

  private static List<Long> drawn(long seed) {
    List<Long> numbers = new ArrayList<>();
    new RandomCases(seed, 5).check(random -> numbers.add(random.nextLong()));
    return numbers;
  }
}
