package io.github.metadatareset.json;

/// A text that is not JSON, or a value that is not what was expected. The message says where it
/// stands (JSON Pointer), what was found and what was expected.
public final class InvalidJsonException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public InvalidJsonException(String message) {
    super(message);
  }
}
