package io.github.metadatareset.aws;

import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.http.crt.ConnectionHealthConfiguration;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.AppflowClientBuilder;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.EventBridgeClientBuilder;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.SqsClientBuilder;
import software.amazon.awssdk.utils.Lazy;

/// The SDK's clients for AppFlow, SQS and EventBridge. Endpoints, region and credentials come from
/// the SDK's default providers.
public final class AwsClients implements AutoCloseable {

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /// A connection without traffic is closed after this time. Longer than any attempt.
  private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(25);

  /// Connections to each service. More than the calls that start within `IDLE_TIMEOUT`: see
  /// [#httpClient].
  private static final int MAX_CONNECTIONS = 1000;

  /// Long, as AppFlow may call the source application before it answers.
  private static final Duration APPFLOW_ATTEMPT_TIMEOUT = Duration.ofSeconds(20);

  private static final Duration APPFLOW_CALL_TIMEOUT = Duration.ofSeconds(45);

  /// Of SQS and EventBridge. Short: a retry has to fit into the time that is reserved for settling
  /// messages.
  private static final Duration SHORT_ATTEMPT_TIMEOUT = Duration.ofSeconds(3);

  static final Duration SHORT_CALL_TIMEOUT = Duration.ofSeconds(8);

  /// How many times the SDK attempts a call. Every later retry is a redelivery by the queue.
  public static final int ATTEMPTS = 3;

  /// Runs the timeouts of calls. By default each client would have five threads for them.
  private static final ScheduledExecutorService TIMERS = timers();

  final AppflowClient appFlow;

  private final SqsClient sqs;
  private final Semaphore appFlowCalls;
  private final ScheduledExecutorService timers;
  private final SdkHttpClient http;
  private final Consumer<AwsClientBuilder<?, ?>> settings;

  /// @param maxConcurrentCalls how many calls to AppFlow may be in flight at the same time
  public AwsClients(int maxConcurrentCalls) {
    this(maxConcurrentCalls, TIMERS);
  }

  /// @param timers run the timeouts of calls
  AwsClients(int maxConcurrentCalls, ScheduledExecutorService timers) {
    this(maxConcurrentCalls, timers, httpClient(), _ -> {});
  }

  /// @param settings of every client
  private AwsClients(
      int maxConcurrentCalls,
      ScheduledExecutorService timers,
      SdkHttpClient http,
      Consumer<AwsClientBuilder<?, ?>> settings) {
    this.appFlowCalls = new Semaphore(maxConcurrentCalls);
    this.timers = timers;
    this.http = http;
    this.settings = settings;
    this.appFlow = newAppFlow();
    this.sqs = newSqs();
  }

  /// Clients whose calls stay in this process: each gets the same response.
  ///
  /// @param answer the response's body, in JSON
  public static AwsClients offline(int maxConcurrentCalls, String answer) {
    return new AwsClients(
        maxConcurrentCalls,
        TIMERS,
        new OfflineHttpClient(httpClient(), answer),
        client -> client.region(Region.US_EAST_1));
  }

  @Override
  public void close() {
    http.close();
  }

  private AppflowClient newAppFlow() {
    AppflowClientBuilder builder = AppflowClient.builder();
    settings.accept(builder);
    return builder
        .httpClient(http)
        .overrideConfiguration(
            calls(
                APPFLOW_ATTEMPT_TIMEOUT,
                APPFLOW_CALL_TIMEOUT,
                new PacedRetries(retries(), new Pace(System::nanoTime))))
        .build();
  }

  private SqsClient newSqs() {
    SqsClientBuilder builder = SqsClient.builder();
    settings.accept(builder);
    return builder.httpClient(http).overrideConfiguration(shortCalls()).build();
  }

  private EventBridgeClient newEventBridge() {
    EventBridgeClientBuilder builder = EventBridgeClient.builder();
    settings.accept(builder);
    return builder.httpClient(http).overrideConfiguration(shortCalls()).build();
  }

  private ClientOverrideConfiguration shortCalls() {
    return calls(SHORT_ATTEMPT_TIMEOUT, SHORT_CALL_TIMEOUT, retries());
  }

  private ClientOverrideConfiguration calls(
      Duration attemptTimeout, Duration callTimeout, RetryStrategy retries) {
    return ClientOverrideConfiguration.builder()
        .scheduledExecutorService(timers)
        .apiCallAttemptTimeout(attemptTimeout)
        .apiCallTimeout(callTimeout)
        .retryStrategy(retries)
        .build();
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
            ConnectionHealthConfiguration.builder()
                .minimumThroughputInBps(1L)
                .minimumThroughputTimeout(IDLE_TIMEOUT)
                .build())
        .build();
  }

  /// AppFlow for one invocation: no call goes on after the deadline.
  public AppFlow appFlow(Deadline deadline) {
    return new SdkAppFlow(appFlow, new BoundedCalls(appFlowCalls, deadline, APPFLOW_CALL_TIMEOUT));
  }

  public RequestQueue requestQueue(String queueUrl) {
    return new SqsRequestQueue(sqs, queueUrl);
  }

  public DeadLetterQueue deadLetterQueue(String queueUrl) {
    return new SqsDeadLetterQueue(sqs, queueUrl);
  }

  /// The client is made for the first report. Until then, no class of EventBridge is loaded.
  public ReportPublisher reports(String eventBusName) {
    Lazy<ReportPublisher> reports =
        new Lazy<>(() -> new EventBridgeReports(newEventBridge(), eventBusName));
    return (report, deadline) -> reports.getValue().publish(report, deadline);
  }
}
