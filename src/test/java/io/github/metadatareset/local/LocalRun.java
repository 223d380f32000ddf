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

/// The main job on one's own machine: the function between ElasticMQ and an AppFlow emulator,
/// worked off before one's eyes. See the README.
final class LocalRun implements AutoCloseable {

  private static final Path EVENTS = Path.of("events");
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String RESET = "ResetConnectorMetadataCache";

  /// Of `events`, those that together show everything.
  private static final List<String> TOUR =
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

  /// A profile that comes into being only after its request was refused.
  private static final String LATE =
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
        run.tour();
      }
    }
  }

  private void tour() throws IOException, InterruptedException {
    title("AppFlow caches what the source has: a field that is added is not seen");
    showFields();
    stack.appFlow().account().addField("crm-prod", "Account", "Region__c");
    say("  Region__c is added to Account in Salesforce. AppFlow still says:");
    showFields();

    title("Requests and events arrive on the request queue, while AppFlow throttles one of them");
    stack
        .appFlow()
        .faults()
        .next(
            AwsClients.ATTEMPTS,
            RESET,
            Fault.throttled(),
            call -> "problem".equals(call.get("connectorEntityName")));
    for (String file : TOUR) {
      send(file, Files.readString(EVENTS.resolve(file)));
    }
    send("a typing error", "{\"connectorProfileName\":\"crm-prod\",\"entity\":\"Account\"}");
    send("a request for a profile that is made later", LATE);
    work();

    title("After the reset, AppFlow says:");
    showFields();

    title("The dead-letter queue, with the reason in the attributes of each message");
    showDeadLetters();

    title("The profile is made, and the dead letters are replayed by a message move task");
    stack
        .appFlow()
        .account()
        .addProfile(AppFlowAccount.Profile.of("crm-new", "Salesforce"))
        .addEntity("crm-new", "Account");
    say("  %d moved to the request queue".formatted(stack.queues().replay()));
    work();

    title("Left in the dead-letter queue: what only another message can mend");
    showDeadLetters();
  }

  private void oneEvent(Path file) throws IOException, InterruptedException {
    title("The function is invoked with " + file);
    say("  it answers " + answerOf(Files.readString(file)));
    work();
    title("The dead-letter queue");
    showDeadLetters();
  }

  private String answerOf(String event) throws IOException {
    try {
      return stack.invoke(event);
    } catch (RuntimeException e) {
      return "with an exception, " + e.getMessage();
    }
  }

  private void serve() throws InterruptedException {
    URI sqs = stack.queues().endpoint();
    title("The local stack is up, until Ctrl-C");
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

  /// Works the queue off and prints what that took.
  private void work() throws InterruptedException {
    int logged = stack.log().size();
    stack.appFlow().forgetCalls();
    try (EventSourceMapping mapping = stack.mapping()) {
      if (!mapping.drain(LIMIT)) {
        say("  the queue was not worked off within " + LIMIT);
      }
    }
    say("");
    say("  What AppFlow was asked:");
    stack.appFlow().calls().stream()
        .filter(call -> !call.operation().equals(RESET))
        .collect(groupingBy(Call::operation, TreeMap::new, counting()))
        .forEach((operation, count) -> say("    %s (%dx)".formatted(operation, count)));
    say("  What was reset, per profile (an entity's name: its details):");
    stack.appFlow().calls(RESET).stream()
        .collect(groupingBy(LocalRun::connector, TreeMap::new, mapping(LocalRun::what, toList())))
        .forEach((connector, resets) -> say("    %s: %s".formatted(connector, counted(resets))));
    say("  What the function logged:");
    stack.log().stream().skip(logged).forEach(this::show);
  }

  private static String connector(Call call) {
    return String.valueOf(
        call.input().getOrDefault("connectorProfileName", call.input().get("connectorType")));
  }

  private static String what(Call call) {
    Map<String, Object> input = call.input();
    return Stream.of(
            Optional.of(input.getOrDefault("connectorEntityName", "the names").toString()),
            Optional.ofNullable(input.get("entitiesPath")).map(parent -> "below " + parent),
            Optional.ofNullable(input.get("apiVersion")).map(version -> "in " + version),
            call.errorCode().map(code -> "-> " + code))
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
          "      %s: %s: %s: %s"
              .formatted(
                  outcome.get(),
                  name(line),
                  line.text("errorCode").orElseThrow(),
                  line.text("errorMessage").orElseThrow()));
    }
  }

  /// What was sent, or that it goes back to.
  private String name(JsonValue line) {
    String cause = line.text("correlationId").map(id -> names.getOrDefault(id, id)).orElse("");
    return names.getOrDefault(line.text("messageId").orElse(""), "from " + cause);
  }

  /// The metrics that are not 0.
  private static String counts(JsonValue line) {
    return line.memberNames().stream()
        .map(name -> name + " " + line.member(name).orElseThrow().content())
        .filter(metric -> metric.matches("[A-Za-z]+ [1-9][0-9]*"))
        .collect(joining(", "));
  }

  private void showFields() {
    try (AppflowClient client = AppflowClient.create()) {
      say(
          "  DescribeConnectorEntity crm-prod Account: "
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
    List<Message> letters = stack.queues().deadLetters();
    if (letters.isEmpty()) {
      say("  none");
    }
    for (Message letter : letters) {
      say(
          "  %s: %s%n    CorrelationId %s, ReceiveCount %s%n    %s"
              .formatted(
                  attribute(letter, "ErrorCode"),
                  attribute(letter, "ErrorMessage"),
                  names.getOrDefault(
                      attribute(letter, "CorrelationId"), attribute(letter, "CorrelationId")),
                  attribute(letter, "ReceiveCount"),
                  cut(letter.body().replaceAll("\\s+", " "))));
    }
  }

  private void send(String name, String body) {
    names.put(stack.queues().send(body), name);
    say("  " + name);
  }

  private static String attribute(Message letter, String name) {
    return letter.messageAttributes().get(name).stringValue();
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
