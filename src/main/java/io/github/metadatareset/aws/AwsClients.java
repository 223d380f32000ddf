package io.github.metadatareset.aws;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
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

/// The SDK's clients for AppFlow and SQS. Endpoints, region and credentials come from the SDK's
/// default providers.
public final class AwsClients {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /// A connection without traffic is closed after this time. Longer than any attempt.
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(25);

  /// Connections to each service. More than the calls that start within `IDLE_TIMEOUT`: see
  /// [#httpClient].
  private static final int MAX_CONNECTIONS = 1000;

  /// Long, as AppFlow may call the source application before it answers.
  private static final Duration APPFLOW_ATTEMPT_TIMEOUT = Duration.ofSeconds(20);

  private static final Duration APPFLOW_CALL_TIMEOUT = Duration.ofSeconds(45);

  /// Short: a retry has to fit into the time that is reserved for settling messages.
  private static final Duration SQS_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

  static final Duration SQS_CALL_TIMEOUT = Duration.ofSeconds(8);

  /// How many times the SDK attempts a call. Every later retry is a redelivery by the queue.
  public static final int ATTEMPTS = 3;

  /// Runs the timeouts of calls. By default each client would have five threads for them.
  private static final ScheduledExecutorService TIMERS = timers();

  final AppflowClient appFlow;

  /// Created on first use: a batch in which every request succeeds does not call SQS.
  private final Lazy<SqsClient> sqs;
  private final Semaphore appFlowCalls;

  /// @param maxConcurrentCalls how many calls to AppFlow may be in flight at the same time
  public AwsClients(int maxConcurrentCalls) {
    this(maxConcurrentCalls, TIMERS);
  }

  /// @param timers run the timeouts of calls
  AwsClients(int maxConcurrentCalls, ScheduledExecutorService timers) {
    this(maxConcurrentCalls, timers, httpClient(), AppflowClient.builder(), SqsClient.builder());
  }

  private AwsClients(
      int maxConcurrentCalls,
      ScheduledExecutorService timers,
      SdkHttpClient http,
      AppflowClientBuilder appFlow,
      SqsClientBuilder sqs) {
    this.appFlow =
        appFlow
            .httpClient(http)
            .overrideConfiguration(
                client ->
                    client
                        .scheduledExecutorService(timers)
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
                                .scheduledExecutorService(timers)
                                .apiCallAttemptTimeout(SQS_ATTEMPT_TIMEOUT)
                                .apiCallTimeout(SQS_CALL_TIMEOUT)
                                .retryStrategy(retries()))
                    .build());
    this.appFlowCalls = new Semaphore(maxConcurrentCalls);
  }

  /// Clients without network and credentials: every call gets the same response.
  ///
  /// @param answer the response's body, in JSON
  public static AwsClients offline(int maxConcurrentCalls, String answer) {
    AwsCredentialsProvider credentials =
        StaticCredentialsProvider.create(AwsBasicCredentials.create("offline", "offline"));
    return new AwsClients(
        maxConcurrentCalls,
        TIMERS,
        new OfflineHttpClient(answer),
        AppflowClient.builder().region(Region.US_EAST_1).credentialsProvider(credentials),
        SqsClient.builder().region(Region.US_EAST_1).credentialsProvider(credentials));
  }

  /// A call that ends in time removes its timeout at once, so that timeouts do not pile up.
  private static ScheduledExecutorService timers() {
    ScheduledThreadPoolExecutor timers =
        new ScheduledThreadPoolExecutor(
            2, Thread.ofPlatform().daemon().name("sdk-timeouts-", 0).factory());
    timers.setRemoveOnCancelPolicy(true);
    return timers;
  }

  private static RetryStrategy retries() {
    return AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(ATTEMPTS).build();
  }

  /// The AWS CRT client. Compared with HttpURLConnection, a cold start takes 0.9 times as long, and
  /// a call needs 0.6 times the processor time.
  ///
  /// It does not cancel a call that timed out. A call without a response keeps its connection until
  /// the health check closes it, and a call that waits for a connection is still sent once one is
  /// free. So there are enough connections that no call has to wait for one.
  private static SdkHttpClient httpClient() {
    return AwsCrtHttpClient.builder()
        .maxConcurrency(MAX_CONNECTIONS)
        .connectionTimeout(CONNECT_TIMEOUT)
        .connectionHealthConfiguration(
            health -> health.minimumThroughputInBps(1L).minimumThroughputTimeout(IDLE_TIMEOUT))
        .build();
  }

  /// AppFlow for one invocation: no call goes on after the deadline.
  public AppFlow appFlow(Deadline deadline) {
    return new SdkAppFlow(appFlow, new BoundedCalls(appFlowCalls, deadline, APPFLOW_CALL_TIMEOUT));
  }

  public RequestQueue requestQueue(String queueUrl) {
    return new SqsRequestQueue(sqs::getValue, queueUrl);
  }

  public DeadLetterQueue deadLetterQueue(String queueUrl) {
    return new SqsDeadLetterQueue(sqs::getValue, queueUrl);
  }
}
