package io.github.metadatareset.request;

import java.util.Optional;

/// Why a request failed, and whether a retry can help.
public sealed interface Failure {

  /// AppFlow's or AWS's error code, or one of this function's own, which `docs/requests.md` lists.
  String code();

  /// What happened, for the person who reads the dead letter.
  String message();

  /// The operation of AWS that failed; empty if the function itself refused the request.
  Optional<String> operation();

  /// The same failure, during this operation.
  default Failure during(String operation) {
    Optional<String> of = Optional.of(operation);
    return switch (this) {
      case Permanent(var code, var message, _) -> new Permanent(code, message, of);
      case Throttled(var code, var message, _) -> new Throttled(code, message, of);
      case Denied(var code, var message, _) -> new Denied(code, message, of);
      case Unavailable(var code, var message, _) -> new Unavailable(code, message, of);
    };
  }

  /// What an exception means for the request. An unknown one says nothing about the request itself,
  /// so a retry may help.
  ///
  /// @throws InvocationInterruptedException if `thrown` is one, as it is not a failure
  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case RequestFailedException failed -> failed.failure();
      case InvocationInterruptedException interrupted -> throw interrupted;
      default ->
          new Unavailable(
              thrown.getClass().getSimpleName(),
              Optional.ofNullable(thrown.getMessage()).orElse("no message"));
    };
  }

  /// No retry succeeds until a person changes something.
  record Permanent(String code, String message, Optional<String> operation) implements Failure {
    public Permanent(String code, String message) {
      this(code, message, Optional.empty());
    }
  }

  /// A retry may succeed.
  sealed interface Retryable extends Failure {}

  /// A service refused the call because of its rate.
  record Throttled(String code, String message, Optional<String> operation) implements Retryable {
    public Throttled(String code, String message) {
      this(code, message, Optional.empty());
    }
  }

  /// The function's role or credentials were refused, which is not the request's fault.
  record Denied(String code, String message, Optional<String> operation) implements Retryable {
    public Denied(String code, String message) {
      this(code, message, Optional.empty());
    }
  }

  /// Everything else: a 5xx, the network, no time left, and any unknown error.
  record Unavailable(String code, String message, Optional<String> operation) implements Retryable {
    public Unavailable(String code, String message) {
      this(code, message, Optional.empty());
    }
  }
}
