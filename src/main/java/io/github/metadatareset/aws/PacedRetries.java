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

/// Retries as the SDK does, each attempt at its turn.
///
/// In place of the SDK's adaptive strategy, which does the same with a pace of its own: that one
/// uses three quarters of what AppFlow admits, and stands still for seconds after a single
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
      pace.refused();
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
    pace.admitted();
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

  /// The SDK asks for it where [#useClientDefaults] is true. What it built would have no pace.
  @Override
  public Builder<?, ?> toBuilder() {
    throw new UnsupportedOperationException("it is used as it is");
  }
}
