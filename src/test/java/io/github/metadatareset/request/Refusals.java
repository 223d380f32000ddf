package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.function.Executable;

/// What refusing looks like: a permanent failure that says where, what was found and what was
/// expected.
final class Refusals {

  private Refusals() {}

  static void assertRefused(String message, Executable reading) {
    Failure failure = assertThrows(RequestFailedException.class, reading).failure();
    assertEquals(new Failure.Permanent(RequestFailedException.INVALID_REQUEST, message), failure);
  }
}
