package io.github.metadatareset.request;

/// Ends the work on one request or sub-request, with its failure.
public final class RequestFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// The code of a request that the function itself rejects when it reads it.
  public static final String INVALID_REQUEST = "InvalidRequest";

  /// The code of a request whose pattern or flow name matches nothing.
  public static final String NO_MATCH = "NoMatch";

  private final transient Failure failure;

  public RequestFailedException(Failure failure) {
    super(printable(failure.code() + ": " + failure.message()));
    this.failure = failure;
  }

  /// Lambda writes the message into the log unchanged, and AppFlow's messages may quote any name.
  private static String printable(String text) {
    return text.replaceAll("[^ -~]", "?");
  }

  public static RequestFailedException invalid(String message) {
    return permanent(INVALID_REQUEST, message);
  }

  public static RequestFailedException permanent(String code, String message) {
    return new RequestFailedException(new Failure.Permanent(code, message));
  }

  public Failure failure() {
    return failure;
  }
}
