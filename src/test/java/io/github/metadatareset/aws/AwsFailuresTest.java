package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.request.Failure;
import java.io.UncheckedIOException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.appflow.model.AppflowException;

/// What an error code means; how each comes over HTTP is in `FaultMatrixTest`.
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
  void isClassedByItsCode(String code, int status, String failure) {
    assertEquals(failure, AwsFailures.of(error(status, code, "why")).getClass().getSimpleName());
  }

  @Test
  void isToldInTheServicesOwnWords() {
    assertEquals(
        new Failure.Permanent("ValidationException", "apiVersion is missing"),
        AwsFailures.of(error(400, "x#ValidationException:y", "apiVersion is missing")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "x#", ":y"})
  void withoutACodeIsCalledByItsStatus(String code) {
    assertEquals("HTTP 503", AwsFailures.of(error(503, code, "why")).code());
  }

  @Test
  void withoutDetailsIsToldInTheWordsOfTheSdk() {
    AwsServiceException bare =
        AppflowException.builder().statusCode(502).message("bad gateway").build();

    assertEquals(
        "HTTP 502: " + bare.getMessage(),
        "%s: %s".formatted(AwsFailures.of(bare).code(), AwsFailures.of(bare).message()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void withoutWordsIsToldInThoseOfTheSdk(String message) {
    AwsServiceException silent = error(400, "ConflictException", message);

    assertEquals(silent.getMessage(), AwsFailures.of(silent).message());
  }

  @Test
  void thatIsNoErrorOfTheServiceMayPass() {
    assertEquals(
        new Failure.Unavailable("UncheckedIOException", "java.net.SocketException: reset"),
        AwsFailures.of(new UncheckedIOException(new SocketException("reset"))));
  }

  @ParameterizedTest
  @CsvSource({
    "ValidationException, Unavailable",
    "ThrottlingException, Throttled",
    "AccessDenied, Denied",
  })
  void ofSqsNeverMeansThatTheRequestIsWrong(String code, String failure) {
    assertEquals(
        failure, AwsFailures.retryable(error(400, code, "why")).getClass().getSimpleName());
  }

  private static AwsServiceException error(int status, String code, String message) {
    return AppflowException.builder()
        .statusCode(status)
        .awsErrorDetails(AwsErrorDetails.builder().errorCode(code).errorMessage(message).build())
        .build();
  }
}
