package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.retries.api.AcquireInitialTokenRequest;
import software.amazon.awssdk.retries.api.AcquireInitialTokenResponse;
import software.amazon.awssdk.retries.api.RecordSuccessRequest;
import software.amazon.awssdk.retries.api.RecordSuccessResponse;
import software.amazon.awssdk.retries.api.RefreshRetryTokenRequest;
import software.amazon.awssdk.retries.api.RefreshRetryTokenResponse;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.retries.api.RetryToken;
import software.amazon.awssdk.services.appflow.model.AppflowException;

/// The tests control the clock. A call takes 50 ms.
class PacedRetriesTest {

  private static final Throwable THROTTLED = AppflowException.builder().statusCode(429).build();

  private static final Token FIRST = new Token("first");
  private static final Token AGAIN = new Token("again");
  private static final Token DONE = new Token("done");

  private final FakeStrategy strategy = new FakeStrategy();
  private long now;
  private final Pace pace = new Pace(() -> now);
  private final PacedRetries retries = new PacedRetries(strategy, pace);

  @Test
  void withoutThrottlingEveryAttemptHasTheDelayOfTheStrategy() {
    strategy.delay = Duration.ofMillis(7);
    for (int i = 0; i < 20; i++) {
      assertEquals(Duration.ofMillis(7), firstAttempt());
      assertEquals(Duration.ofMillis(7), retry(new IOException("reset")));
      success();
    }
  }

  /// 20 calls are accepted in a second, and the limit is 2 % more than that.
  @Test
  void afterAThrottledCallTheAttemptsKeepToTheRateOfTheAcceptedCalls() {
    retry(THROTTLED);
    for (int i = 0; i < 20; i++) {
      success();
    }

    double turn = 1 / (20 * 1.02);
    assertEquals(0, seconds(firstAttempt()), 1e-6);
    assertEquals(turn, seconds(firstAttempt()), 1e-6);
    assertEquals(2 * turn - 0.05, seconds(retry(new IOException("reset"))), 1e-6);
  }

  @Test
  void onlyThrottledCallsSlowTheOthersDown() {
    for (Throwable failure :
        List.of(
            new IOException("reset"),
            AppflowException.builder().statusCode(503).build(),
            SdkClientException.create("no connection"))) {
      for (int i = 0; i < 20; i++) {
        retry(failure);
      }
      firstAttempt();

      assertEquals(Duration.ZERO, firstAttempt(), failure::toString);
    }
  }

  @Test
  void anAttemptWaitsForItsTurnOrForTheDelayOfTheStrategyWhicheverIsLonger() {
    for (int i = 0; i < 21; i++) {
      now += 50_000_000;
      pace.throttled();
    }

    assertEquals(0, seconds(firstAttempt()), 1e-6);
    assertEquals(1, seconds(firstAttempt()), 1e-6, "nothing was accepted: one call a second");
    strategy.delay = Duration.ofMillis(1999);
    assertEquals(2, seconds(firstAttempt()), 1e-6);
    strategy.delay = Duration.ofMillis(3001);
    assertEquals(3.001, seconds(retry(new IOException("reset"))), 1e-6);
  }

  @Test
  void theTokensAreThoseOfTheStrategy() {
    assertSame(FIRST, retries.acquireInitialToken(AcquireInitialTokenRequest.create("")).token());
    assertSame(AGAIN, retries.refreshRetryToken(refresh(THROTTLED)).token());
    assertSame(DONE, retries.recordSuccess(RecordSuccessRequest.create(FIRST)).token());
    assertEquals(List.of(FIRST, FIRST), strategy.given);
  }

  @Test
  void theStrategyDecidesHowManyAttemptsThereAre() {
    assertEquals(7, retries.maxAttempts());
  }

  @Test
  void theSdkDoesNotReplaceItByAStrategyWithoutPace() {
    assertFalse(retries.useClientDefaults());
    assertThrows(UnsupportedOperationException.class, retries::toBuilder);
  }

  private Duration firstAttempt() {
    return retries.acquireInitialToken(AcquireInitialTokenRequest.create("")).delay();
  }

  /// An attempt fails after 50 ms.
  ///
  /// @return the delay of the next one
  private Duration retry(Throwable failure) {
    now += 50_000_000;
    return retries.refreshRetryToken(refresh(failure)).delay();
  }

  private void success() {
    now += 50_000_000;
    retries.recordSuccess(RecordSuccessRequest.create(FIRST));
  }

  private static RefreshRetryTokenRequest refresh(Throwable failure) {
    return RefreshRetryTokenRequest.builder().token(FIRST).failure(failure).build();
  }

  private static double seconds(Duration delay) {
    return delay.toNanos() / 1e9;
  }

  private record Token(String name) implements RetryToken {}

  private static final class FakeStrategy implements RetryStrategy {
    private Duration delay = Duration.ZERO;
    private final List<RetryToken> given = new ArrayList<>();

    @Override
    public AcquireInitialTokenResponse acquireInitialToken(AcquireInitialTokenRequest request) {
      return AcquireInitialTokenResponse.create(FIRST, delay);
    }

    @Override
    public RefreshRetryTokenResponse refreshRetryToken(RefreshRetryTokenRequest request) {
      given.add(request.token());
      return RefreshRetryTokenResponse.create(AGAIN, delay);
    }

    @Override
    public RecordSuccessResponse recordSuccess(RecordSuccessRequest request) {
      given.add(request.token());
      return RecordSuccessResponse.create(DONE);
    }

    @Override
    public int maxAttempts() {
      return 7;
    }

    @Override
    public boolean useClientDefaults() {
      return true;
    }

    @Override
    public Builder<?, ?> toBuilder() {
      throw new UnsupportedOperationException();
    }
  }
}
