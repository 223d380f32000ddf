package io.github.metadatareset.local;

import static java.util.stream.Collectors.joining;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.Services;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ProfilePattern;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The whole function in one JVM with an AppFlow emulator, ElasticMQ and an emulated event bus,
/// which it calls over HTTP through the AWS SDK. The SDK reads the endpoints from system
/// properties, so only one stack can run at a time.
public final class LocalStack implements AutoCloseable {

  public static final Duration FUNCTION_TIMEOUT = Duration.ofSeconds(120);

  public static final int MAX_CONCURRENT_CALLS = 8;

  private static final String EVENT_BUS = "default";

  private final AppFlowEmulator appFlow;
  private final LocalQueues queues;
  private final EventBusEmulator eventBus = EventBusEmulator.start();
  private final int maxReceiveCount;
  private final int maxConcurrentCalls;

  /// As text, of which there may be a lot.
  private final Queue<String> log = new ConcurrentLinkedQueue<>();

  private Optional<Consumer<JsonValue>> logReader = Optional.empty();

  private LocalStack(
      AppFlowEmulator appFlow, LocalQueues queues, int maxReceiveCount, int maxConcurrentCalls) {
    this.appFlow = appFlow;
    this.queues = queues;
    this.maxReceiveCount = maxReceiveCount;
    this.maxConcurrentCalls = maxConcurrentCalls;
    pointSdkTo(appFlow.endpoint(), queues.endpoint());
    pointEventBridgeTo(eventBus.endpoint());
  }

  /// Sets the endpoints for all SDK clients that are created from now on.
  public static void pointSdkTo(URI appFlow, URI sqs) {
    System.setProperty("aws.region", "us-east-1");
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    System.setProperty("aws.endpointUrlAppflow", appFlow.toString());
    System.setProperty("aws.endpointUrlSqs", sqs.toString());
  }

  /// Sets the endpoint for all clients of EventBridge that are created from now on.
  public static void pointEventBridgeTo(URI eventBridge) {
    System.setProperty("aws.endpointUrlEventBridge", eventBridge.toString());
  }

  public static LocalStack start(AppFlowAccount account) {
    return start(AppFlowEmulator.start(account), LocalQueues.Settings.DEFAULT);
  }

  public static LocalStack start(AppFlowEmulator appFlow, LocalQueues.Settings settings) {
    return new LocalStack(
        appFlow, LocalQueues.start(settings), settings.maxReceiveCount(), MAX_CONCURRENT_CALLS);
  }

  public AppFlowEmulator appFlow() {
    return appFlow;
  }

  public LocalQueues queues() {
    return queues;
  }

  /// Gets the reports of checks.
  public EventBusEmulator eventBus() {
    return eventBus;
  }

  /// A new instance of the function, as after a cold start.
  public MetadataResetHandler function() {
    return function(InstantSource.system());
  }

  public MetadataResetHandler function(InstantSource clock) {
    return new HandlerFixture(
            new Limits(
                maxReceiveCount,
                maxConcurrentCalls,
                HandlerFixture.MAX_CALLS_PER_EVENT,
                AllowedProfiles.ALL),
            () -> services(clock))
        .handler();
  }

  private Services services(InstantSource clock) {
    AwsClients aws = new AwsClients(maxConcurrentCalls);
    return new Services(
        aws::appFlow,
        aws.requestQueue(queues.requestQueueUrl()),
        aws.deadLetterQueue(queues.deadLetterQueueUrl()),
        aws.reports(EVENT_BUS),
        clock,
        new SecureRandom(),
        new PrintStream(new LogLines(), true));
  }

  /// The environment variables for the function in another process.
  public Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>();
    variables.put("JAVA_TOOL_OPTIONS", Template.variable("JAVA_TOOL_OPTIONS"));
    variables.put("REQUEST_QUEUE_URL", queues.requestQueueUrl());
    variables.put("DEAD_LETTER_QUEUE_URL", queues.deadLetterQueueUrl());
    variables.put("EVENT_BUS_NAME", EVENT_BUS);
    variables.put("MAX_RECEIVE_COUNT", Integer.toString(maxReceiveCount));
    variables.put("MAX_CONCURRENT_CALLS", Integer.toString(maxConcurrentCalls));
    variables.put("MAX_CALLS_PER_EVENT", Integer.toString(HandlerFixture.MAX_CALLS_PER_EVENT));
    variables.put("CONNECTOR_PROFILE_PATTERN", ProfilePattern.ALL.value());
    variables.put("AWS_ENDPOINT_URL_APPFLOW", appFlow.endpoint().toString());
    variables.put("AWS_ENDPOINT_URL_SQS", queues.endpoint().toString());
    variables.put("AWS_ENDPOINT_URL_EVENTBRIDGE", eventBus.endpoint().toString());
    return variables;
  }

  /// An event source mapping from the request queue to the function, with a separate environment
  /// for each concurrent invocation.
  public EventSourceMapping mapping(EventSourceMapping.Settings settings) {
    return new EventSourceMapping(
        queues, this::function, settings.withFunctionTimeout(FUNCTION_TIMEOUT));
  }

  /// An event source mapping without concurrent invocations and with immediate retries.
  public EventSourceMapping mapping() {
    return mapping(EventSourceMapping.Settings.DEFAULT.withConcurrency(1).withImmediateRetries());
  }

  /// Invokes the function directly and returns its response.
  public String invoke(String event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function()
        .handleRequest(
            new ByteArrayInputStream(event.getBytes(StandardCharsets.UTF_8)),
            answer,
            LocalContext.withTimeout(FUNCTION_TIMEOUT));
    return answer.toString(StandardCharsets.UTF_8);
  }

  /// The resets that AppFlow accepted, each as text: `profile type below parent entity version`.
  public List<String> resets() {
    return appFlow.resets().stream().map(LocalStack::describe).toList();
  }

  /// A call as text, in the same form.
  static String describe(JsonValue call) {
    Map<String, Object> members = new HashMap<>();
    call.memberNames()
        .forEach(name -> members.put(name, call.member(name).orElseThrow().content()));
    return describe(members);
  }

  private static String describe(Map<String, Object> call) {
    return Stream.of(
            Optional.ofNullable(call.get("connectorProfileName")),
            Optional.ofNullable(call.get("connectorType")),
            Optional.ofNullable(call.get("entitiesPath")).map(parent -> "below " + parent),
            Optional.ofNullable(call.get("connectorEntityName")),
            Optional.ofNullable(call.get("apiVersion")))
        .flatMap(Optional::stream)
        .map(Object::toString)
        .collect(joining(" "));
  }

  /// The lines that the function has logged.
  public List<JsonValue> log() {
    return log.stream().map(LocalStack::json).toList();
  }

  /// Returns the lines that the function has logged, and clears them.
  public List<JsonValue> takeLog() {
    return Stream.generate(log::poll).takeWhile(Objects::nonNull).map(LocalStack::json).toList();
  }

  /// Passes every further log line to a reader.
  public void logTo(Consumer<JsonValue> reader) {
    logReader = Optional.of(reader);
  }

  /// The sum of a metric in the log lines.
  public long metric(String name) {
    return log().stream()
        .flatMap(line -> line.member(name).stream())
        .mapToLong(value -> ((Number) value.content()).longValue())
        .sum();
  }

  @Override
  public void close() {
    queues.close();
    appFlow.close();
    eventBus.close();
  }

  private static JsonValue json(String line) {
    return JsonValue.parse(line, "");
  }

  /// Splits the function's output into log lines.
  private final class LogLines extends OutputStream {
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    @Override
    public synchronized void write(int b) {
      if (b == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        log.add(text);
        logReader.ifPresent(reader -> reader.accept(json(text)));
      } else {
        line.write(b);
      }
    }
  }
}
