package io.github.metadatareset.local;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;

/// The context of one invocation. Its remaining time counts down from the function's timeout.
public final class LocalContext implements Context {
  private static final String FUNCTION = "appflow-metadata-reset";

  private final String requestId;
  private final InstantSource clock;
  private final Instant end;

  private LocalContext(String requestId, Duration timeout, InstantSource clock) {
    this.requestId = requestId;
    this.clock = clock;
    this.end = clock.instant().plus(timeout);
  }

  /// The context of an invocation that starts now.
  public static LocalContext withTimeout(Duration timeout) {
    return of(UUID.randomUUID().toString(), timeout);
  }

  /// The context of an invocation with this request ID that starts now.
  public static LocalContext of(String requestId, Duration timeout) {
    return of(requestId, timeout, InstantSource.system());
  }

  /// The context of an invocation that starts now, by this clock.
  public static LocalContext of(String requestId, Duration timeout, InstantSource clock) {
    return new LocalContext(requestId, timeout, clock);
  }

  @Override
  public int getRemainingTimeInMillis() {
    return (int) Math.max(0, Duration.between(clock.instant(), end).toMillis());
  }

  @Override
  public String getAwsRequestId() {
    return requestId;
  }

  @Override
  public String getLogGroupName() {
    return "/aws/lambda/" + FUNCTION;
  }

  @Override
  public String getLogStreamName() {
    return "local";
  }

  @Override
  public String getFunctionName() {
    return FUNCTION;
  }

  @Override
  public String getFunctionVersion() {
    return "$LATEST";
  }

  @Override
  public String getInvokedFunctionArn() {
    return "arn:aws:lambda:us-east-1:111122223333:function:" + FUNCTION;
  }

  /// Null, as in Lambda when the caller is not a mobile application.
  @Override
  public CognitoIdentity getIdentity() {
    return null;
  }

  /// Null, as in Lambda when the caller is not a mobile application.
  @Override
  public ClientContext getClientContext() {
    return null;
  }

  @Override
  public int getMemoryLimitInMB() {
    return 512;
  }

  @Override
  public LambdaLogger getLogger() {
    return new LambdaLogger() {
      @Override
      public void log(String message) {
        System.out.println(message);
      }

      @Override
      public void log(byte[] message) {
        log(new String(message, StandardCharsets.UTF_8));
      }
    };
  }
}
