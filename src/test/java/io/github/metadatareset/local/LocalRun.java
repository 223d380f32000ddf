package io.github.metadatareset.local;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toMap;

import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.sqs.model.Message;

/// Runs the function on this machine, with an AppFlow emulator and ElasticMQ, and prints what
/// happens. The README shows the command and its options.
final class LocalRun implements AutoCloseable {

  private static final Path EVENTS = Path.of("events");
  private static final Duration LIMIT = Duration.ofMinutes(5);

  private static final String RESET = "ResetConnectorMetadataCache";

  /// Files of `events/` that together show all outcomes.
  private static final List<String> FILES =
      List.of(
          "request-entity.json",
          "request-list-of-entities.json",
          "request-pattern-with-type.json",
          "request-all-entities.json",
          "request-every-profile.json",
          "appflow-end-flow-run-failed.json",
          "cloudtrail-update-flow.json",
          "cloudtrail-reset-connector-metadata-cache.json",
          "sns-notification.json",
          "stepfunctions-status-change.json",
          "scheduler-without-input.json");

  /// A request for a profile that does not exist yet.
  private static final String EARLY =
      "{\"connectorProfileName\":\"crm-new\",\"connectorEntityName\":\"Account\"}";

  private final LocalStack stack = LocalStack.start(AppFlowAccount.sample());
  private final PrintStream out = System.out;
  private final Map<String, String> names = new LinkedHashMap<>();

  public static void main(String[] args) throws Exception {
    Map<String, String> options =
        Stream.of(args)
            .map(arg -> arg.substring(2).split("=", 2))
            .collect(toMap(option -> option[0], option -> option[1]));
    try (LocalRun run = new LocalRun()) {
      if (!options.get("serve").equals("false")) {
        run.serve();
      } else if (!options.get("event").isEmpty()) {
        run.oneEvent(Path.of(options.get("event")));
      } else {
        run.demo();
      }
    }
  }

  private void demo() throws IOException, InterruptedException {
    title("AppFlow caches metadata: it does not see a new field in the source");
    showFields();
    stack.appFlow().account().addField("crm-prod", "Account", "Region__c");
    say("  The field Region__c is added to Account in Salesforce. AppFlow does not see it:");
    showFields();

    title("These messages are sent to the request queue. AppFlow will throttle one reset");
    stack
        .appFlow()
        .faults()
        .next(
            AwsClients.ATTEMPTS,
            RESET,
            Fault.throttled(),
            call -> "problem".equals(call.get("connectorEntityName")));
    for (String file : FILES) {
      send(file, Files.readString(EVENTS.resolve(file)));
    }
    send("a request with a typo", "{\"connectorProfileName\":\"crm-prod\",\"entity\":\"Account\"}");
    send("a request for a profile that does not exist yet", EARLY);
    processMessages();

    title("After the resets, AppFlow sees the new field");
    showFields();

    title("The dead-letter queue. The attributes of each message say why it failed");
    showDeadLetters();

    title("The missing profile is created, and a message move task replays the dead letters");
    stack
        .appFlow()
        .account()
        .addProfile(AppFlowAccount.Profile.of("crm-new", "Salesforce"))
        .addEntity("crm-new", "Account");
    say("  %d messages moved to the request queue".formatted(stack.queues().replay()));
    processMessages();

    title("Still in the dead-letter queue: requests that somebody has to correct");
    showDeadLetters();
  }

  private void oneEvent(Path file) throws IOException, InterruptedException {
    title("The function is invoked with " + file);
    say("  " + invoke(Files.readString(file)));
    processMessages();
    title("The dead-letter queue");
    showDeadLetters();
  }

  private String invoke(String event) throws IOException {
    try {
      return "Response: " + stack.invoke(event);
    } catch (RuntimeException e) {
      return "Exception: " + e.getMessage();
    }
  }

  private void serve() throws InterruptedException {
    URI sqs = stack.queues().endpoint();
    title("The local stack is running. Ctrl-C stops it");
    say("AppFlow            " + stack.appFlow().endpoint());
    say(stack.queues().describe());
    say("");
    say("export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test");
    say(
        "aws --endpoint-url %s sqs send-message --queue-url %s --message-body '%s'"
            .formatted(
                sqs,
                stack.queues().requestQueueUrl(),
                "{\"connectorProfileName\":\"crm-*\",\"entities\":\"USED_BY_FLOWS\"}"));
    say("");
    stack.logTo(line -> out.println(JsonValue.write(line.content())));
    try (EventSourceMapping _ =
        stack.mapping(EventSourceMapping.Settings.DEFAULT.withConcurrency(2)).start()) {
      Thread.currentThread().join();
    }
  }

  /// Processes all messages, then prints the calls to AppFlow and the log.
  private void processMessages() throws InterruptedException {
    int logged = stack.log().size();
    stack.appFlow().forgetCalls();
    try (EventSourceMapping mapping = stack.mapping()) {
      if (!mapping.drain(LIMIT)) {
        say("  Not all messages were processed within " + LIMIT);
      }
    }
    say("");
    say("  Calls that read from AppFlow:");
    stack.appFlow().calls().stream()
        .filter(call -> !call.operation().equals(RESET))
        .collect(groupingBy(Call::operation, TreeMap::new, counting()))
        .forEach((operation, count) -> say("    %s (%dx)".formatted(operation, count)));
    say("  Resets by profile (the name of an entity stands for its details):");
    stack.appFlow().calls(RESET).stream()
        .collect(groupingBy(LocalRun::connector, TreeMap::new, mapping(LocalRun::reset, toList())))
        .forEach((connector, resets) -> say("    %s: %s".formatted(connector, counted(resets))));
    say("  Log of the function:");
    stack.log().stream().skip(logged).forEach(this::show);
  }

  private static String connector(Call call) {
    return String.valueOf(
        call.input().getOrDefault("connectorProfileName", call.input().get("connectorType")));
  }

  private static String reset(Call call) {
    Map<String, Object> input = call.input();
    return Stream.of(
            Optional.of(input.getOrDefault("connectorEntityName", "entity names").toString()),
            Optional.ofNullable(input.get("entitiesPath")).map(parent -> "below " + parent),
            Optional.ofNullable(input.get("apiVersion"))
                .map(version -> "in API version " + version),
            call.errorCode().map(code -> "failed with " + code))
        .flatMap(Optional::stream)
        .collect(joining(" "));
  }

  private static String counted(List<String> resets) {
    return resets.stream()
        .collect(groupingBy(reset -> reset, LinkedHashMap::new, counting()))
        .entrySet()
        .stream()
        .map(
            each ->
                each.getKey() + (each.getValue() == 1 ? "" : " (%dx)".formatted(each.getValue())))
        .collect(joining(", "));
  }

  private void show(JsonValue line) {
    Optional<String> outcome = line.text("outcome");
    if (outcome.isEmpty()) {
      say("    invocation: " + counts(line));
    } else {
      say(
          "    %s: %s: %s: %s"
              .formatted(
                  outcome.get(),
                  name(line),
                  line.text("errorCode").orElseThrow(),
                  line.text("errorMessage").orElseThrow()));
    }
  }

  /// The name of the message, or of the message from which it was split or replayed.
  private String name(JsonValue line) {
    String correlationId = line.text("correlationId").orElse("");
    String origin =
        names.containsKey(correlationId)
            ? "a sub-request or replay of " + names.get(correlationId)
            : "correlation ID " + correlationId;
    return names.getOrDefault(line.text("messageId").orElse(""), origin);
  }

  /// The metrics that are not 0. RequestAge is in milliseconds.
  private static String counts(JsonValue line) {
    return line.memberNames().stream()
        .map(name -> name + " " + line.member(name).orElseThrow().content())
        .filter(metric -> metric.matches("[A-Za-z]+ [1-9][0-9]*"))
        .map(metric -> metric.startsWith("RequestAge") ? metric + " ms" : metric)
        .collect(joining(", "));
  }

  private void showFields() {
    try (AppflowClient client = AppflowClient.create()) {
      say(
          "  Fields of Account in profile crm-prod: "
              + client
                  .describeConnectorEntity(
                      request ->
                          request.connectorProfileName("crm-prod").connectorEntityName("Account"))
                  .connectorEntityFields()
                  .stream()
                  .map(field -> field.identifier())
                  .toList());
    }
  }

  private void showDeadLetters() {
    List<Message> deadLetters = stack.queues().deadLetters();
    if (deadLetters.isEmpty()) {
      say("  none");
    }
    for (Message deadLetter : deadLetters) {
      say(
          "  %s: %s%n    CorrelationId %s, ReceiveCount %s%n    %s"
              .formatted(
                  attribute(deadLetter, "ErrorCode"),
                  attribute(deadLetter, "ErrorMessage"),
                  correlationId(deadLetter),
                  attribute(deadLetter, "ReceiveCount"),
                  cut(deadLetter.body().replaceAll("\\s+", " "))));
    }
  }

  private String correlationId(Message deadLetter) {
    String id = attribute(deadLetter, "CorrelationId");
    return names.containsKey(id) ? "of " + names.get(id) : id;
  }

  private void send(String name, String body) {
    names.put(stack.queues().send(body), name);
    say("  " + name);
  }

  private static String attribute(Message deadLetter, String name) {
    return deadLetter.messageAttributes().get(name).stringValue();
  }

  private static String cut(String text) {
    return text.length() <= 160 ? text : text.substring(0, 160) + "...";
  }

  private void title(String text) {
    say("");
    say("== " + text);
  }

  private void say(String line) {
    out.println(line);
  }

  @Override
  public void close() {
    stack.close();
  }
}
