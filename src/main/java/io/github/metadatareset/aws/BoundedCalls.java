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

/// Makes the calls of one invocation to AppFlow. It limits how many run at the same time, and ends
/// all of them by the deadline.
final class BoundedCalls {

  private static final Duration MILLISECOND = Duration.ofMillis(1);

  /// What the SDK returns for a response without a request ID.
  private static final String NO_REQUEST_ID = "UNKNOWN";

  private final Semaphore permits;
  private final Deadline deadline;
  private final Duration timeout;

  /// @param permits one for each call that may be in flight, over all invocations of the process
  /// @param timeout of one call including the SDK's retries
  BoundedCalls(Semaphore permits, Deadline deadline, Duration timeout) {
    this.permits = permits;
    this.deadline = deadline;
    this.timeout = timeout;
  }

  /// @param operation its name in AWS's API, for failures
  /// @param reader takes what is needed from the response; its exceptions become failures too
  /// @throws RequestFailedException for anything but a valid response of the service
  /// @throws InvocationInterruptedException if the thread is interrupted
  <T extends AwsResponse, R> R make(
      String operation, Function<AwsRequestOverrideConfiguration, T> call, Function<T, R> reader) {
    acquire();
    try {
      return reader.apply(
          requireRequestId(
              call.apply(
                  AwsRequestOverrideConfiguration.builder()
                      .apiCallTimeout(timeoutWithin(deadline, timeout))
                      .build())));
    } catch (Exception e) {
      // Not only SdkException: the reader rejects values that AppFlow never sends.
      throw new RequestFailedException(AwsFailures.of(e).during(operation));
    } finally {
      permits.release();
    }
  }

  /// The timeout of a call that has to end by the deadline. At least a millisecond, as to the SDK a
  /// shorter one means no timeout.
  ///
  /// @throws RequestFailedException (retryable) after the deadline
  static Duration timeoutWithin(Deadline deadline, Duration timeout) {
    Duration left = deadline.remaining();
    Duration shorter = left.compareTo(timeout) < 0 ? left : timeout;
    return shorter.compareTo(MILLISECOND) < 0 ? MILLISECOND : shorter;
  }

  private void acquire() {
    try {
      if (!permits.tryAcquire(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
        throw Deadline.outOfTime();
      }
    } catch (InterruptedException e) {
      throw new InvocationInterruptedException("waiting to call AppFlow", e);
    }
  }

  /// To the SDK any HTTP 200 is a success, even an HTML page of a proxy. Only a response of AppFlow
  /// itself has a request ID.
  private static <T extends AwsResponse> T requireRequestId(T response) {
    String requestId = response.responseMetadata().requestId();
    if (requestId.isBlank() || requestId.equals(NO_REQUEST_ID)) {
      throw invalidResponse("AppFlow's response has no x-amzn-RequestId");
    }
    return response;
  }

  static RequestFailedException invalidResponse(String what) {
    return new RequestFailedException(new Failure.Unavailable("InvalidResponse", what));
  }
}
