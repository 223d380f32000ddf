package io.github.metadatareset.aws;

import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.awscore.AwsResponse;

/// Makes the calls of one invocation to AppFlow within bounds: so many at a time, none after the
/// deadline, and none longer than the time that is left until it.
final class BoundedCalls {

  private static final Duration MILLISECOND = Duration.ofMillis(1);

  private final Semaphore permits;
  private final Deadline deadline;
  private final Duration timeout;

  /// @param permits as many as calls may be under way, in all invocations together
  /// @param timeout of one call, with its retries
  BoundedCalls(Semaphore permits, Deadline deadline, Duration timeout) {
    this.permits = permits;
    this.deadline = deadline;
    this.timeout = timeout;
  }

  /// @param reader takes what is needed from the answer
  /// @throws RequestFailedException for anything but a proper answer of the service
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
      // Not only SdkException: the reader refuses values that AppFlow never sends.
      throw new RequestFailedException(AwsFailures.of(e));
    } finally {
      permits.release();
    }
  }

  /// The timeout of a call that has to end by the deadline. At least a millisecond: the SDK treats
  /// less as no timeout at all.
  ///
  /// @throws RequestFailedException (retryable) after the deadline
  static Duration bound(Deadline deadline, Duration timeout) {
    Duration left = deadline.remaining();
    Duration bound = left.compareTo(timeout) < 0 ? left : timeout;
    return bound.compareTo(MILLISECOND) < 0 ? MILLISECOND : bound;
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw Deadline.outOfTime();
      }
    } catch (InterruptedException e) {
      throw new InvocationInterruptedException("waiting to make a call", e);
    }
  }

  /// For the SDK any HTTP 200 is a success, even an HTML page or a truncated body.
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
