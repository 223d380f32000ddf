package io.github.metadatareset.request;

/// The thread was interrupted. The invocation ends without a result for any request.
public final class InvocationInterruptedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// Keeps the thread's interrupt.
  ///
  /// @param doing what the thread was doing, as in "waiting for a response of AppFlow"
  public InvocationInterruptedException(String doing, Exception cause) {
    super("interrupted while " + doing, cause);
    Thread.currentThread().interrupt();
  }
}
