package io.github.metadatareset.aws;

import io.github.metadatareset.request.Failure;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/// Classes what the SDK throws by error code and meaning. HTTP status and exception class say too
/// little: ConnectorServerException is a 400, and no service error claims to be retryable.
final class AwsFailures {

  /// Only these: every other failure may pass.
  private static final Set<String> PERMANENT =
      Set.of(
          "ValidationException", "ResourceNotFoundException", "ConnectorAuthenticationException");

  /// Somebody is fixing it, and the alarm rings; the message is not at fault.
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

  static Failure of(Throwable thrown) {
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

  /// For SQS, whose answers never say that a request itself is wrong.
  static Failure retryable(Exception thrown) {
    return switch (of(thrown)) {
      case Failure.Permanent(var code, var message) -> new Failure.Unavailable(code, message);
      case Failure.Retryable retryable -> retryable;
    };
  }

  /// A code may come as `namespace#Code:URI`, of which the SDK leaves something, depending on where
  /// in the answer it stands.
  private static String bare(String code) {
    return code.replaceFirst(":.*", "").replaceFirst(".*#", "");
  }

  /// @param throttled what the SDK says, which also goes by the HTTP status
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
