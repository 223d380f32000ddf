package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.appflow.model.AppflowException;

/// What each error code means. How each arrives over HTTP is tested in `FaultMatrixTest`.
class AwsFailuresTest {

  @ParameterizedTest(name = "{0} as {1}")
  @CsvSource({
    "ValidationException, 400, Permanent",
    "ResourceNotFoundException, 404, Permanent",
    "ConnectorAuthenticationException, 401, Permanent",
    "ConnectorServerException, 400, Unavailable",
    "ConflictException, 409, Unavailable",
    "ServiceQuotaExceededException, 402, Unavailable",
    "InternalServerException, 500, Unavailable",
    "BrandNewException, 400, Unavailable",
    "ThrottlingException, 429, Throttled",
    "ThrottlingException, 400, Throttled",
    "BrandNewException, 429, Throttled",
    "AccessDeniedException, 403, Denied",
    "AccessDeniedException, 429, Denied",
    "ExpiredTokenException, 403, Denied",
    "com.amazonaws.appflow#ValidationException, 400, Permanent",
    "ValidationException:http://internal.amazon.com/coral/, 400, Permanent",
  })
  void anErrorIsClassifiedByItsCode(String code, int status, String failure) {
    assertEquals(failure, AwsFailures.of(error(status, code, "why")).getClass().getSimpleName());
  }

  @Test
  void anErrorKeepsTheCodeAndMessageOfTheService() {
    assertEquals(
        new Failure.Permanent("ValidationException", "apiVersion is missing"),
        AwsFailures.of(error(400, "x#ValidationException:y", "apiVersion is missing")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x#", ":y"})
  void anErrorWithoutCodeIsNamedByItsHttpStatus(String code) {
    assertEquals("HTTP 503", AwsFailures.of(error(503, code, "why")).code());
  }

  @Test
  void anErrorWithoutDetailsKeepsTheMessageOfTheSdk() {
    AwsServiceException withoutDetails =
        AppflowException.builder().statusCode(502).message("bad gateway").build();

    assertEquals(
        "HTTP 502: " + withoutDetails.getMessage(),
        "%s: %s"
            .formatted(
                AwsFailures.of(withoutDetails).code(), AwsFailures.of(withoutDetails).message()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void anErrorWithoutMessageKeepsTheMessageOfTheSdk(String message) {
    AwsServiceException withoutMessage = error(400, "ConflictException", message);

    assertEquals(withoutMessage.getMessage(), AwsFailures.of(withoutMessage).message());
  }

  @Test
  void anExceptionThatIsNotAnErrorOfTheServiceIsRetryable() {
    assertEquals(
        new Failure.Unavailable("UncheckedIOException", "java.net.SocketException: reset"),
        AwsFailures.of(new UncheckedIOException(new SocketException("reset"))));
  }

  @ParameterizedTest
  @CsvSource({
    "ValidationException, Unavailable",
    "ThrottlingException, Throttled",
    "AccessDenied, Denied",
    "NotAuthorizedForSourceException, Denied",
  })
  void anErrorOfSqsOrEventBridgeIsNeverPermanent(String code, String failure) {
    assertEquals(
        failure, AwsFailures.retryable(error(400, code, "why")).getClass().getSimpleName());
  }

  @Test
  void anInterruptIsNotAFailure() {
    AbortedException aborted = AbortedException.create("Thread was interrupted");

    assertSame(
        aborted,
        assertThrows(InvocationInterruptedException.class, () -> AwsFailures.of(aborted))
            .getCause());
    assertTrue(Thread.interrupted());

    assertThrows(InvocationInterruptedException.class, () -> AwsFailures.retryable(aborted));
    assertTrue(Thread.interrupted());
  }

  /// The SDK then throws what it throws for a broken connection.
  @Test
  void anInterruptOfTheLastAttemptIsNotAFailure() {
    SdkClientException cancelled = SdkClientException.create("Request was cancelled");
    Thread.currentThread().interrupt();

    assertThrows(InvocationInterruptedException.class, () -> AwsFailures.of(cancelled));
    assertTrue(Thread.interrupted());

    assertEquals(
        new Failure.Unavailable("SdkClientException", "Request was cancelled"),
        AwsFailures.of(cancelled));
  }

  @Test
  void anErrorOfTheServiceRemainsAFailureEvenIfTheThreadIsInterrupted() {
    Thread.currentThread().interrupt();

    assertEquals("HTTP 503", AwsFailures.of(error(503, "", "why")).code());
    assertTrue(Thread.interrupted());
  }

  private static AwsServiceException error(int status, String code, String message) {
    return AppflowException.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
        .build();
  }
}
