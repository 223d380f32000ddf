package io.github.metadatareset.local;

/// An error that AppFlow, or another emulated service, returns: an HTTP status, an error code and a
/// message.
final class AppFlowError extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String code;

  AppFlowError(int status, String code, String message) {
    super(message, null, false, false);
    this.status = status;
    this.code = code;
  }

  static AppFlowError validation(String message) {
    return new AppFlowError(400, "ValidationException", message);
  }

  static AppFlowError notFound(String message) {
    return new AppFlowError(404, "ResourceNotFoundException", message);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }
}
