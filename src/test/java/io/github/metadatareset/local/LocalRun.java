package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.sqs.model.Message;

/// Runs the function on this machine, with an AppFlow emulator and ElasticMQ, and prints what
/// happens. README.md and CONTRIBUTING.md show the command and its options.
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

  private static final String FLOW = "crm-account-to-lake";
  private static final String CHECK = "{\"flowName\":\"%s\",\"check\":true}".formatted(FLOW);

  /// The exit status for a wrong option, which was explained in one line. See pom.xml.
  private static final int USAGE = 2;

  private final LocalStack stack = LocalStack.start(AppFlowAccount.sample());
  private final Screen screen = Screen.ofProcess();
  private final Map<String, Sent> sent = new LinkedHashMap<>();

  /// A message that was sent to the request queue.
  private record Sent(String name, Instant at) {}

  public static void main(String[] args) throws Exception {
    Map<String, String> options =
        Stream.of(args)
            .map(arg -> arg.substring(2).split("=", 2))
            .collect(toMap(option -> option[0], option -> option[1]));
    String event = options.get("event");
    Path file = Path.of(options.get("directory")).resolve(event);
    if (!event.isEmpty() && !Files.isReadable(file)) {
      System.err.println("-Devent=%s: there is no file %s".formatted(event, file.normalize()));
      System.exit(USAGE);
    }
    try (LocalRun run = new LocalRun()) {
      if (!options.get("serve").equals("false")) {
        run.serve(options.get("serve").equals("raw"));
      } else if (!event.isEmpty()) {
        run.oneEvent(file);
      } else {
        run.tour();
      }
    }
  }

  private void tour() throws IOException, InterruptedException {
    screen.title("AppFlow caches metadata: it does not see a new field in the source");
    fields();
    stack.appFlow().account().addField("crm-prod", "Account", "Region__c");
    screen.say("The field Region__c was added to Account in Salesforce. AppFlow still answers:");
    showFields();

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
    screen.title(
        "The function works on %d messages. AppFlow throttles one reset".formatted(sent.size()));
    drain();
    showResets(0);

    screen.title("After the resets, AppFlow sees the new field");
    showFields();

    screen.title("The missing profile is created, and the dead letters are moved back");
    stack
        .appFlow()
        .account()
        .addProfile(AppFlowAccount.Profile.of("crm-new", "Salesforce"))
        .addEntity("crm-new", "Account");
    int logged = stack.log().size();
    long moved = stack.queues().replay();
    drain();
    screen.say("%d dead letters moved to the request queue".formatted(moved));
    showResets(logged);

    screen.title("What was sent, and what came of it");
    showTable();

    screen.title("A field that a flow uses is deleted in Salesforce. Does the flow still fit?");
    AppFlowAccount account = stack.appFlow().account();
    account.removeField("crm-prod", "Account", "Tier__c");
    screen.say("Sent: " + CHECK);
    invoke(CHECK);
    stack
        .eventBus()
        .events()
        .forEach(event -> screen.say("Event on the event bus: " + event.detailType()));
    screen.print("");
    screen.say("After the mapping was edited to leave out Tier__c:");
    account.flow(FLOW).ifPresent(flow -> account.addFlow(flow.mappedBy(without(flow, "Tier__c"))));
    invoke(CHECK);

    screen.title("Try next");
    screen.print("  One event, of events/ or of your own:");
    screen.print("    mvn -q test-compile exec:exec -Devent=events/request-list-of-entities.json");
    screen.print("  The same stack for the AWS CLI, until Ctrl-C:");
    screen.print("    mvn -q test-compile exec:exec -Dserve");
  }

  /// The tasks of a flow without a field.
  private static List<Map<String, Object>> without(AppFlowAccount.Flow flow, String field) {
    return flow.tasks().stream()
        .filter(task -> !field.equals(task.get("destinationField")))
        .map(
            task -> {
              Map<String, Object> edited = new LinkedHashMap<>(task);
              edited.put(
                  "sourceFields",
                  ((List<?>) task.get("sourceFields"))
                      .stream().filter(name -> !name.equals(field)).toList());
              return edited;
            })
        .toList();
  }

  private void oneEvent(Path file) throws IOException, InterruptedException {
    screen.title("The function is invoked with " + file.getFileName());
    invoke(Files.readString(file));
    drain();
    screen.title("Look-ups in AppFlow");
    showLookUps();
    screen.title("Reset");
    showResets(0);
    screen.title("Log");
    stack.log().stream()
        .filter(line -> !isReset(line))
        .map(LocalRun::readable)
        .forEach(screen::say);
    screen.title("Dead-letter queue");
    List<Message> deadLetters = stack.queues().deadLetters();
    if (deadLetters.isEmpty()) {
      screen.say("none");
    }
    deadLetters.forEach(
        deadLetter ->
            screen.say("%s: %s".formatted(attribute(deadLetter, "ErrorCode"), bodyOf(deadLetter))));
  }

  private void invoke(String event) throws IOException {
    try {
      String answer = stack.invoke(event);
      JsonValue json = JsonValue.parse(answer.getBytes(UTF_8));
      if (json.has("calls")) {
        showPlan(json);
      } else if (json.has("findings")) {
        showReport(json);
      } else {
        screen.say("Response: " + answer);
      }
    } catch (RuntimeException e) {
      screen.say("Exception, which Lambda gives to the caller: " + e.getMessage());
    }
  }

  /// The answer to a check.
  private void showReport(JsonValue report) {
    String severity = report.text("severity").orElseThrow();
    String result = severity + ": " + report.text("summary").orElseThrow();
    if (severity.equals("NONE")) {
      screen.done("", result);
    } else {
      screen.failed("", result);
    }
    for (JsonValue finding : elements(report, "findings")) {
      screen.detail(
          "%s %s: used by %s"
              .formatted(
                  finding.text("kind").orElseThrow(),
                  finding.text("field").or(() -> finding.text("entity")).orElse(""),
                  elements(finding, "tasks").stream()
                      .map(task -> (String) task.content())
                      .collect(joining(", "))));
      screen.detail("What to do: " + finding.text("nextStep").orElseThrow());
    }
    for (JsonValue each : elements(report, "notChecked")) {
      screen.detail(
          "not checked: %s: %s"
              .formatted(each.text("end").orElseThrow(), each.text("reason").orElseThrow()));
    }
  }

  /// The answer to a dry run.
  private void showPlan(JsonValue plan) {
    screen.say("%-20s %-52s %s".formatted("would be reset", "", "because"));
    for (JsonValue each : elements(plan, "calls")) {
      JsonValue call = each.member("call").orElseThrow();
      List<JsonValue> reasons = elements(each, "reasons");
      screen.say(
          "%-20s %-52s %s%s"
              .formatted(
                  connector(call),
                  entity(call),
                  reasons.getFirst().content(),
                  reasons.size() == 1 ? "" : " (and %d more)".formatted(reasons.size() - 1)));
    }
    screen.print("");
    for (JsonValue each : elements(plan, "rejected")) {
      screen.failed(
          JsonValue.write(each.member("request").orElseThrow().content()) + " ",
          each.text("code").orElseThrow());
      screen.detail(each.text("reason").orElseThrow());
    }
    elements(plan, "skipped").forEach(each -> screen.say("skipped: " + each.content()));
    screen.say(
        "counts: %s, complete: %s"
            .formatted(
                JsonValue.write(plan.member("counts").orElseThrow().content()),
                plan.member("complete").orElseThrow().content()));
    elements(plan, "notes").forEach(each -> screen.say((String) each.content()));
  }

  private static List<JsonValue> elements(JsonValue value, String member) {
    return value.member(member).orElseThrow().asList("a list");
  }

  private void serve(boolean raw) throws InterruptedException {
    screen.title("The local stack is running. Ctrl-C stops it");
    screen.print(
        "AppFlow            %s (open it to see what it can do)"
            .formatted(stack.appFlow().endpoint()));
    screen.print(stack.queues().describe());
    screen.print("");
    screen.print(
        "export AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test");
    screen.print("aws --endpoint-url %s sqs send-message \\".formatted(stack.queues().endpoint()));
    screen.print("  --queue-url %s \\".formatted(stack.queues().requestQueueUrl()));
    screen.print(
        "  --message-body '{\"connectorProfileName\":\"crm-*\",\"entities\":\"USED_BY_FLOWS\"}'");
    screen.print("");
    screen.print(
        raw ? "The log:" : "The log, shortened (-Dserve=raw shows the lines as in CloudWatch):");
    stack.logTo(
        line -> {
          if (raw) {
            screen.print(JsonValue.write(line.content()));
          } else {
            screen.say(readable(line));
          }
        });
    try (EventSourceMapping _ =
        stack.mapping(EventSourceMapping.Settings.DEFAULT.withConcurrency(2)).start()) {
      Thread.currentThread().join();
    }
  }

  private void drain() throws InterruptedException {
    try (EventSourceMapping mapping = stack.mapping()) {
      if (!mapping.drain(LIMIT)) {
        screen.say("Not all messages were processed within " + LIMIT);
      }
    }
  }

  private void showLookUps() {
    Map<String, Long> counts =
        stack.appFlow().calls().stream()
            .map(Call::operation)
            .filter(operation -> !operation.equals(RESET))
            .collect(groupingBy(operation -> operation, TreeMap::new, counting()));
    screen.say(counts.isEmpty() ? "none" : counted(counts));
  }

  /// What was reset, by profile, according to the log from this line on.
  private void showResets(int from) {
    Map<String, Map<String, Long>> resets =
        stack.log().stream()
            .skip(from)
            .filter(LocalRun::isReset)
            .collect(
                groupingBy(
                    LocalRun::connector,
                    TreeMap::new,
                    groupingBy(LocalRun::entity, LinkedHashMap::new, counting())));
    if (resets.isEmpty()) {
      screen.say("nothing was reset");
    }
    resets.forEach((connector, entities) -> screen.say(connector + ": " + counted(entities)));
  }

  /// What was sent, what was done for it, and what is left to do.
  private void showTable() {
    Map<String, Message> deadLetters =
        stack.queues().deadLetters().stream()
            .collect(toMap(each -> attribute(each, "CorrelationId"), each -> each, (a, _) -> a));
    screen.print("  %-48s %6s  %6s  %s".formatted("sent", "resets", "waited", "result"));
    sent.forEach(
        (id, message) -> {
          List<JsonValue> lines =
              stack.log().stream()
                  .filter(line -> line.text("correlationId").equals(Optional.of(id)))
                  .toList();
          String row =
              "%-48s %6s  %6s  "
                  .formatted(
                      message.name(),
                      lines.stream().filter(LocalRun::isReset).count(),
                      waited(message, lines));
          if (deadLetters.containsKey(id)) {
            screen.failed(row, "dead letter: " + attribute(deadLetters.get(id), "ErrorCode"));
            screen.detail(attribute(deadLetters.get(id), "ErrorMessage"));
          } else {
            Optional<String> ignored =
                lines.stream()
                    .filter(line -> line.text("outcome").equals(Optional.of("ignored")))
                    .flatMap(line -> line.text("errorMessage").stream())
                    .findFirst();
            screen.done(row, ignored.isPresent() ? "ignored" : result(lines));
            ignored.ifPresent(screen::detail);
          }
        });
    screen.print("");
    screen.say(
        "%d sent, %d done, %d need a better message"
            .formatted(sent.size(), sent.size() - deadLetters.size(), deadLetters.size()));
  }

  /// Equal resets of a batch are made once, for the first message that needs them.
  private static String result(List<JsonValue> lines) {
    long retries =
        lines.stream().filter(line -> line.text("outcome").equals(Optional.of("returned"))).count();
    if (retries > 0) {
      return "done, throttled and retried (%dx)".formatted(retries);
    }
    return lines.stream().anyMatch(LocalRun::isReset) ? "done" : "done by another message";
  }

  /// The time until the last line about the message: its last reset, or its dead letter.
  private static String waited(Sent message, List<JsonValue> lines) {
    return lines.stream()
        .map(line -> Instant.parse(line.text("timestamp").orElseThrow()))
        .max(Instant::compareTo)
        .map(last -> "%.1f s".formatted(Duration.between(message.at(), last).toMillis() / 1000.0))
        .orElse("-");
  }

  private static boolean isReset(JsonValue line) {
    return line.text("message").equals(Optional.of("reset"));
  }

  private static String connector(JsonValue line) {
    return line.text("connectorProfileName").or(() -> line.text("connectorType")).orElse("");
  }

  private static String entity(JsonValue line) {
    return Stream.of(
            Optional.of(line.text("connectorEntityName").orElse("entity names")),
            line.text("entitiesPath").map(parent -> "below " + parent),
            line.text("apiVersion").map(version -> "in API version " + version))
        .flatMap(Optional::stream)
        .collect(joining(" "));
  }

  private static String counted(Map<String, Long> counts) {
    return counts.entrySet().stream()
        .map(
            each ->
                each.getKey() + (each.getValue() == 1 ? "" : " (%dx)".formatted(each.getValue())))
        .collect(joining(", "));
  }

  /// A log line without what is the same in every line.
  private static String readable(JsonValue line) {
    if (isReset(line)) {
      return "reset: %s: %s".formatted(connector(line), entity(line));
    }
    if (line.has("severity")) {
      return "check: " + line.text("summary").orElseThrow();
    }
    Optional<String> outcome = line.text("outcome");
    if (outcome.isEmpty()) {
      return "invocation: " + counts(line);
    }
    return Stream.of(
            outcome,
            Optional.of(connector(line)).filter(text -> !text.isEmpty()),
            line.text("connectorEntityName"),
            line.text("operation"),
            line.text("errorCode").filter(code -> !code.equalsIgnoreCase(outcome.get())),
            line.text("errorMessage"))
        .flatMap(Optional::stream)
        .collect(joining(": "));
  }

  /// The metrics that are not 0. RequestAge is in milliseconds.
  private static String counts(JsonValue line) {
    String counts =
        line.memberNames().stream()
            .map(name -> name + " " + line.member(name).orElseThrow().content())
            .filter(metric -> metric.matches("[A-Z][A-Za-z]+ [1-9][0-9]*"))
            .map(metric -> metric.startsWith("RequestAge") ? metric + " ms" : metric)
            .collect(joining(", "));
    return counts.isEmpty() ? "every count is 0" : counts;
  }

  private void showFields() {
    screen.say("Fields of Account in profile crm-prod: " + fields());
  }

  /// As AppFlow answers. After this, it repeats the answer until a reset.
  private static List<String> fields() {
    try (AppflowClient client = AppflowClient.create()) {
      return client
          .describeConnectorEntity(
              request -> request.connectorProfileName("crm-prod").connectorEntityName("Account"))
          .connectorEntityFields()
          .stream()
          .map(field -> field.identifier())
          .toList();
    }
  }

  private void send(String name, String body) {
    Instant at = Instant.now();
    sent.put(stack.queues().send(body), new Sent(name, at));
  }

  private static String attribute(Message deadLetter, String name) {
    return deadLetter.messageAttributes().get(name).stringValue();
  }

  private static String bodyOf(Message deadLetter) {
    String text = deadLetter.body().replaceAll("\\s+", " ");
    return text.length() <= 160 ? text : text.substring(0, 160) + "...";
  }

  @Override
  public void close() {
    stack.close();
  }
}
