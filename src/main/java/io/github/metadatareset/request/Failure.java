package io.github.metadatareset.request;

import java.util.Optional;

/// Why a request was not made good, and so what becomes of it.
public sealed interface Failure {

  /// AppFlow's or AWS's error code, or one of this function's own, which the README lists.
  String code();

  /// What happened, for the person who reads the dead letter.
  String message();

  /// What was thrown, where that says so; anything else says nothing about the request.
  static Failure of(Throwable thrown) {
    return thrown instanceof RequestFailedException failed
        ? failed.failure()
        : new Unavailable(
            thrown.getClass().getSimpleName(),
            Optional.ofNullable(thrown.getMessage()).orElse("no message"));
  }

  /// No delivery will succeed until a person changes something.
  record Permanent(String code, String message) implements Failure {}

  /// Another delivery may succeed.
  sealed interface Retryable extends Failure {}

  /// A service refused the call for its rate.
  record Throttled(String code, String message) implements Retryable {}

  /// The function's role or credentials were refused, which is not the request's fault.
  record Denied(String code, String message) implements Retryable {}

  /// Everything else: a 5xx, the network, no time left, and whatever is not known.
  record Unavailable(String code, String message) implements Retryable {}
}
