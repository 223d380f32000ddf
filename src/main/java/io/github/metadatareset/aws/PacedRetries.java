package io.github.metadatareset.aws;

import java.time.Duration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.retry.RetryUtils;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;

/// The SDK's standard retries, where each attempt also waits for its turn in the [Pace].
///
/// The SDK's adaptive strategy does the same with its own rate limiter. It is not used: it
/// reaches only three quarters of the rate that AppFlow accepts, and stops for seconds after a
/// single throttled call.
record PacedRetries(RetryStrategy retries, Pace pace) implements RetryStrategy {

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    AcquireInitialTokenResponse first = retries.acquireInitialToken(request);
    return AcquireInitialTokenResponse.create(first.token(), withTurn(first.delay()));
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    if (request.failure() instanceof SdkException failure
        && RetryUtils.isThrottlingException(failure)) {
      pace.throttled();
    }
    RefreshRetryTokenResponse again = retries.refreshRetryToken(request);
    return RefreshRetryTokenResponse.create(again.token(), withTurn(again.delay()));
  }

  /// The delay of the retry strategy, or the wait for the attempt's turn if that is longer.
  private Duration withTurn(Duration delay) {
    Duration turn = pace.next();
    return turn.compareTo(delay) > 0 ? turn : delay;
  }

  @Override
  public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
    pace.accepted();
    return retries.recordSuccess(request);
  }

  @Override
  public int maxAttempts() {
    return retries.maxAttempts();
  }

  @Override
  public boolean useClientDefaults() {
    return false;
  }

  /// The SDK calls it only if [#useClientDefaults] is true. A strategy that it built would have no
  /// pace.
  @Override
  public Builder<?, ?> toBuilder() {
    throw new UnsupportedOperationException("a rebuilt strategy would have no pace");
  }
}
