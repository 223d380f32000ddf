package io.github.metadatareset.aws;

import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.reset.Deadline;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.AwsResponse;

/// The calls of one invocation to a service: so many at the same time, none after the deadline,
/// none longer than what is left until it.
final class Calls {

  private static final Duration MILLISECOND = Duration.ofMillis(1);

  private final Semaphore permits;
  private final Deadline deadline;
  private final Duration timeout;

  /// @param permits as many as there may be calls under way, in all invocations
  /// @param timeout of one call, retries included
  Calls(Semaphore permits, Deadline deadline, Duration timeout) {
    this.permits = permits;
    this.deadline = deadline;
    this.timeout = timeout;
  }

  /// @param reader says what is wanted of the answer
  /// @throws RequestFailedException for whatever is no proper answer of the service
  <T extends AwsResponse, R> R make(
      Function<AwsRequestOverrideConfiguration, T> call, Function<T, R> reader) {
    acquire();
    try {
      return reader.apply(
          answered(
              call.apply(
                  AwsRequestOverrideConfiguration.builder()
                      .apiCallTimeout(bound(deadline, timeout))
                      .build())));
    } catch (Exception e) {
      // Not SdkException only: an answer may hold what AppFlow would never say.
      throw new RequestFailedException(AwsFailures.of(e));
    } finally {
      permits.release();
    }
  }

  /// The timeout of a call that has to end by the deadline; but a millisecond at least, as the SDK
  /// takes less for no bound at all.
  ///
  /// @throws RequestFailedException (retryable) after the deadline
  static Duration bound(Deadline deadline, Duration timeout) {
    Duration left = deadline.left();
    Duration bound = left.compareTo(timeout) < 0 ? left : timeout;
    return bound.compareTo(MILLISECOND) < 0 ? MILLISECOND : bound;
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
        throw Deadline.outOfTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting to make a call");
    }
  }

  /// The SDK takes any HTTP 200 for a success, an HTML page or a cut body included.
  private static <T extends AwsResponse> T answered(T response) {
    String requestId = response.responseMetadata().requestId();
    if (requestId == null || requestId.isBlank() || requestId.equals("UNKNOWN")) {
      throw invalidResponse("an answer without x-amzn-RequestId");
    }
    return response;
  }

  static RequestFailedException invalidResponse(String what) {
    return new RequestFailedException(new Failure.Unavailable("InvalidResponse", what));
  }
}
