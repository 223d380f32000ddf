package io.github.metadatareset.aws;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.reset.DeadLetterQueue;
import io.github.metadatareset.reset.Deadline;
import io.github.metadatareset.reset.RequestQueue;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.AppflowClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;
import software.amazon.awssdk.utils.Lazy;

/// The two services that the function calls. Endpoints, region and credentials come from the SDK's
/// own standard environment.
public final class AwsServices {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /// Longer than any attempt.
  private static final Duration SILENCE = Duration.ofSeconds(25);

  /// To each service: more than there are ever calls in `SILENCE`.
  private static final int MAX_CONNECTIONS = 1000;

  /// AppFlow asks the source application before it answers a list: that may take a while.
  private static final Duration APPFLOW_ATTEMPT_TIMEOUT = Duration.ofSeconds(20);

  private static final Duration APPFLOW_CALL_TIMEOUT = Duration.ofSeconds(45);

  /// Short, as what the deadline keeps back has to suffice for settling.
  private static final Duration SQS_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

  static final Duration SQS_CALL_TIMEOUT = Duration.ofSeconds(8);

  /// How often the SDK tries a call; further retries are the queue's.
  public static final int ATTEMPTS = 3;

  /// For the time limits of calls; by itself each client would have five threads.
  private static final ScheduledExecutorService TIMERS = timers();

  private final AppflowClient appFlow;

  /// Made when it is needed: a batch in which every call is made good needs no SQS.
  private final Lazy<SqsClient> sqs;
  private final Semaphore appFlowCalls;

  /// @param maxConcurrentCalls how many calls of AppFlow are under way at the same time
  public AwsServices(int maxConcurrentCalls) {
    this(maxConcurrentCalls, httpClient(), AppflowClient.builder(), SqsClient.builder());
  }

  private AwsServices(
      int maxConcurrentCalls,
      SdkHttpClient http,
      AppflowClientBuilder appFlow,
      SqsClientBuilder sqs) {
    this.appFlow =
        appFlow
            .httpClient(http)
            .overrideConfiguration(
                client ->
                    client
                        .scheduledExecutorService(TIMERS)
                        .apiCallAttemptTimeout(APPFLOW_ATTEMPT_TIMEOUT)
                        .apiCallTimeout(APPFLOW_CALL_TIMEOUT)
                        .retryStrategy(new PacedRetries(retries(), new Pace(System::nanoTime))))
            .build();
    this.sqs =
        new Lazy<>(
            () ->
                sqs.httpClient(http)
                    .overrideConfiguration(
                        client ->
                            client
                                .scheduledExecutorService(TIMERS)
                                .apiCallAttemptTimeout(SQS_ATTEMPT_TIMEOUT)
                                .apiCallTimeout(SQS_CALL_TIMEOUT)
                                .retryStrategy(retries()))
                    .build());
    this.appFlowCalls = new Semaphore(maxConcurrentCalls);
  }

  /// Clients that are made and used as the others are, but nothing leaves the process, and no
  /// credentials are asked for: every call is given the same answer.
  ///
  /// @param answer JSON
  public static AwsServices offline(int maxConcurrentCalls, String answer) {
    AwsCredentialsProvider credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create("offline", "offline"));
    return new AwsServices(
        maxConcurrentCalls,
        new OfflineHttpClient(answer),
        AppflowClient.builder().region(Region.US_EAST_1).credentialsProvider(credentials),
        SqsClient.builder().region(Region.US_EAST_1).credentialsProvider(credentials));
  }

  /// A limit that a call has kept is forgotten at once, and not only when it would have been over.
  private static ScheduledExecutorService timers() {
    ScheduledThreadPoolExecutor timers =
        new ScheduledThreadPoolExecutor(
            2, Thread.ofPlatform().daemon().name("time-limits-", 0).factory());
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }

  private static RetryStrategy retries() {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(ATTEMPTS).build();
  }

  /// The CRT's client: with it a cold start takes 0.9 times as long as with HttpURLConnection, and
  /// a call takes 0.6 times the processor time.
  ///
  /// It does not take back a call that has timed out: one without an answer keeps its connection
  /// until that is found silent, and one that waits for a connection is made all the same when
  /// there is one. So none ever waits.
  private static SdkHttpClient httpClient() {
    return AwsCrtHttpClient.builder()
        .maxConcurrency(MAX_CONNECTIONS)
        .connectionTimeout(CONNECT_TIMEOUT)
        .connectionHealthConfiguration(
            health -> health.minimumThroughputInBps(1L).minimumThroughputTimeout(SILENCE))
        .build();
  }

  /// AppFlow, for work that ends at the deadline.
  public AppFlow appFlow(Deadline deadline) {
    return new SdkAppFlow(appFlow, new Calls(appFlowCalls, deadline, APPFLOW_CALL_TIMEOUT));
  }

  public RequestQueue requestQueue(String queueUrl) {
    return new SqsRequestQueue(sqs::getValue, queueUrl);
  }

  public DeadLetterQueue deadLetterQueue(String queueUrl) {
    return new SqsDeadLetterQueue(sqs::getValue, queueUrl);
  }
}
