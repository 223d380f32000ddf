package io.github.metadatareset.aws;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;

/// Turns the SDK's exceptions into failures, by error code. The HTTP status and the exception class
/// say too little: ConnectorServerException is a 400, and the SDK calls no service error retryable.
final class AwsFailures {

  /// Only these: with every other failure a retry may help.
  private static final Set<String> PERMANENT =
      Set.of(
          "ValidationException", "ResourceNotFoundException", "ConnectorAuthenticationException");

  /// Retryable, as the message is not at fault: an alarm goes off, and a person can fix the
  /// permission.
  private static final Set<String> DENIED =
      Set.of(
          "AccessDenied",
          "AccessDeniedException",
          "ExpiredToken",
          "ExpiredTokenException",
          "IncompleteSignature",
          "IncompleteSignatureException",
          "InvalidAccessKeyId",
          "InvalidClientTokenId",
          "InvalidSignatureException",
          "KmsAccessDenied",
          "KMS.AccessDeniedException",
          "MissingAuthenticationToken",
          "MissingAuthenticationTokenException",
          "NotAuthorized",
          "OptInRequired",
          "SignatureDoesNotMatch",
          "UnrecognizedClientException");

  private AwsFailures() {}

  /// @throws InvocationInterruptedException if the thread was interrupted: that is no failure
  static Failure of(Throwable thrown) {
    if (thrown instanceof AbortedException aborted) {
      throw new InvocationInterruptedException("calling AWS", aborted);
    }
    if (!(thrown instanceof AwsServiceException exception)) {
      return Failure.of(thrown);
    }
    AwsErrorDetails details = exception.awsErrorDetails();
    String code =
        Optional.ofNullable(details)
            .map(AwsErrorDetails::errorCode)
            .map(AwsFailures::bare)
            .filter(given -> !given.isBlank())
            .orElse("HTTP " + exception.statusCode());
    String message =
        Optional.ofNullable(details)
            .map(AwsErrorDetails::errorMessage)
            .filter(given -> !given.isBlank())
            .orElseGet(exception::getMessage);
    return of(code, message, exception.isThrottlingException());
  }

  /// For SQS: none of its errors says that a request for AppFlow is wrong.
  static Failure retryable(Exception thrown) {
    return switch (of(thrown)) {
      case Failure.Permanent(var code, var message) -> new Failure.Unavailable(code, message);
      case Failure.Retryable retryable -> retryable;
    };
  }

  /// A code may come as `namespace#Code:URI`. The SDK removes only a part of that.
  private static String bare(String code) {
    return code.replaceFirst(":.*", "").replaceFirst(".*#", "");
  }

  /// @param throttled by the SDK's judgement, which also uses the HTTP status
  private static Failure of(String code, String message, boolean throttled) {
    if (PERMANENT.contains(code)) {
      return new Failure.Permanent(code, message);
    }
    if (DENIED.contains(code)) {
      return new Failure.Denied(code, message);
    }
    return throttled
        ? new Failure.Throttled(code, message)
        : new Failure.Unavailable(code, message);
  }
}
