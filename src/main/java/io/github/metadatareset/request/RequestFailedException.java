package io.github.metadatareset.request;

/// Ends the work on one request, or on one part of it, with the reason.
public final class RequestFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /// The code of whatever the function refuses by itself when it reads.
  public static final String INVALID_REQUEST = "InvalidRequest";

  private final transient Failure failure;

  public RequestFailedException(Failure failure) {
    super(printable(failure.code() + ": " + failure.message()));
    this.failure = failure;
  }

  /// Lambda writes the message into the log as it stands, and AppFlow's own may quote any name.
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
