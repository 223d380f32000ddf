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

/// The SDK's standard retries, with each attempt at the pace that AppFlow accepts.
///
/// The SDK's adaptive strategy does the same with a rate limiter of its own. It is not used, as it
/// uses three quarters of the rate that AppFlow accepts, and stops for seconds after a single
/// throttled call.
record PacedRetries(RetryStrategy retries, Pace pace) implements RetryStrategy {

  @Override
  public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
    AcquireInitialTokenResponse first = retries.acquireInitialToken(request);
    return AcquireInitialTokenResponse.create(first.token(), later(first.delay()));
  }

  @Override
  public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
    if (request.failure() instanceof SdkException failure
        && RetryUtils.isThrottlingException(failure)) {
      pace.throttled();
    }
    RefreshRetryTokenResponse again = retries.refreshRetryToken(request);
    return RefreshRetryTokenResponse.create(again.token(), later(again.delay()));
  }

  private Duration later(Duration delay) {
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

  /// The SDK calls it if [#useClientDefaults] is true. The strategy that it built would have no
  /// pace.
  @Override
  public Builder<?, ?> toBuilder() {
    throw new UnsupportedOperationException("cannot be rebuilt: the pace would be lost");
  }
}
