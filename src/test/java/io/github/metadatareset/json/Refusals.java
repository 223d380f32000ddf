package io.github.metadatareset.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/// Asserts that a value is refused with a message that says where it stands, what it is and what
/// was expected.
public final class Refusals {

  private Refusals() {}

  public static void assertRefused(String message, Executable reading) {
    assertEquals(message, assertThrows(InvalidJsonException.class, reading).getMessage());
  }
}
