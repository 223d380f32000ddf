package io.github.metadatareset.aws;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;

/// Turns the SDK's exceptions into failures, by error code. The HTTP status and the exception class
/// do not suffice: ConnectorServerException is a 400, and to the SDK no AppFlow error is retryable.
final class AwsFailures {

  /// The only permanent failures: after any other a retry may succeed.
  private static final Set<String> PERMANENT =
      Set.of(
          "ValidationException", "ResourceNotFoundException", "ConnectorAuthenticationException");

  /// Retryable, as the request is not at fault: an alarm goes off, and the request succeeds once a
  /// person has fixed the permission.
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
          "NotAuthorizedForDetailTypeException",
          "NotAuthorizedForSourceException",
          "OptInRequired",
          "SignatureDoesNotMatch",
          "UnrecognizedClientException");

  private AwsFailures() {}

  /// @throws InvocationInterruptedException if the thread was interrupted, which is not a failure
  static Failure of(Throwable thrown) {
    return switch (thrown) {
      case AwsServiceException error -> ofError(error);
      case SdkClientException e when isInterruption(e) ->
          throw new InvocationInterruptedException("calling AWS", e);
      default -> Failure.of(thrown);
    };
  }

  /// The SDK throws AbortedException. Only when its last attempt is interrupted, it throws what it
  /// throws for a broken connection, and the thread is still interrupted.
  private static boolean isInterruption(SdkClientException thrown) {
    return thrown instanceof AbortedException || Thread.currentThread().isInterrupted();
  }

  private static Failure ofError(AwsServiceException error) {
    Optional<AwsErrorDetails> details = Optional.ofNullable(error.awsErrorDetails());
    String code =
        details
            .map(AwsErrorDetails::errorCode)
            .map(AwsFailures::withoutNamespace)
            .filter(given -> !given.isBlank())
            .orElse("HTTP " + error.statusCode());
    String message =
        details
            .map(AwsErrorDetails::errorMessage)
            .filter(given -> !given.isBlank())
            .orElseGet(error::getMessage);
    if (PERMANENT.contains(code)) {
      return new Failure.Permanent(code, message);
    }
    if (DENIED.contains(code)) {
      return new Failure.Denied(code, message);
    }
    // The SDK also considers the HTTP status.
    return error.isThrottlingException()
        ? new Failure.Throttled(code, message)
        : new Failure.Unavailable(code, message);
  }

  /// For SQS and EventBridge: no error of theirs says that the request in a message is wrong.
  static Failure retryable(Exception thrown) {
    return switch (of(thrown)) {
      case Failure.Permanent(var code, var message, var operation) ->
          new Failure.Unavailable(code, message, operation);
      case Failure.Retryable retryable -> retryable;
    };
  }

  /// A code may arrive as `namespace#Code:URI`. The SDK removes only some of that.
  private static String withoutNamespace(String code) {
    return code.replaceFirst(":.*", "").replaceFirst(".*#", "");
  }
}
