package io.github.metadatareset.request;

/// The thread was interrupted: the invocation ends, and nothing is said about any request.
public final class InvocationInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Keeps the thread's interrupt.
  ///
  /// @param doing what the thread was doing, as in "waiting for an answer of AppFlow"
  public InvocationInterruptedException(String doing, Exception cause) {
    super("interrupted while " + doing, cause);
    Thread.currentThread().interrupt();
  }
}
