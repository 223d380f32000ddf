package io.github.metadatareset.benchmark;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.EventSourceMapping;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Counts what runs use of what AWS bills, and computes what they cost at list prices: this
/// function, the baseline in boto3, and for the same resets EventBridge Scheduler's universal
/// target and a Step Functions map.
final class CostBenchmark {

  private static final int RESETS = 1_000;
  private static final int EVENTS = 10_000;
  private static final int FEW_ENTITIES = 50;
  private static final int PROFILES = 20;
  private static final int FLOWS = 100;

  /// The function's default: MAX_CONCURRENT_CALLS.
  private static final int CONCURRENT_CALLS = 8;

  /// The default schedule runs every 15 minutes, for 30 days.
  private static final int RUNS_A_MONTH = 30 * 24 * 4;

  private static final String SCHEDULED_REQUEST =
      "{\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";

  /// The metrics that the alarms of the template read by default: seven alarms, of which one reads
  /// two.
  private static final int ALARM_METRICS = 8;

  /// Lambda polls an empty queue with five long polls of 20 seconds:
  /// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
  private static final int IDLE_RECEIVES = 5 * 30 * 24 * 3600 / 20;

  /// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
  private static final int MAP_CONCURRENCY = 40;

  /// Express bills memory in chunks of 64 MB: https://aws.amazon.com/step-functions/pricing/
  private static final double EXPRESS_GIGABYTES = 0.0625;

  private final Path prepared;
  private final int rounds;
  private final StringBuilder counts = new StringBuilder();
  private final StringBuilder parts = new StringBuilder();
  private final StringBuilder costs = new StringBuilder();

  private CostBenchmark(Path prepared, int rounds) {
    this.prepared = prepared;
    this.rounds = rounds;
  }

  static void run(Path prepared, int rounds, Path results) throws Exception {
    String text = new CostBenchmark(prepared, rounds).text();
    System.out.print(text);
    Files.writeString(results.resolve("cost.txt"), text);
  }

  private String text() throws Exception {
    counts.append(
        "%-36s %-7s %8s %8s %8s %8s %8s %8s %8s%n"
            .formatted(
                "counted in one run",
                "",
                "invoked",
                "takes s",
                "billed s",
                "SQS",
                "log KB",
                "resets",
                "look-ups"));
    parts.append(
        "%-36s %-7s %9s %9s %9s %9s%n".formatted("US cents", "", "Lambda", "SQS", "log", "X-Ray"));
    row("US cents", "this", "boto3", "Scheduler", "Standard", "Express");
    aThousandResets();
    defaultSchedule();
    burst("10,000 events, 50 entities", FEW_ENTITIES);
    burst("10,000 events, 10,000 entities", EVENTS);
    withoutWindow(
        "schedule, without window",
        RUNS_A_MONTH,
        ListPrice.SCHEDULED_INVOCATION.dollars(1),
        accountWithFlows(),
        run -> run.invoke(SCHEDULED_REQUEST));
    burstWithoutWindow("50 entities, without window", FEW_ENTITIES);
    burstWithoutWindow("10,000 entities, without window", EVENTS);
    return String.join(System.lineSeparator(), counts, parts, costs, ListPrice.table());
  }

  private void aThousandResets() throws Exception {
    AppFlowAccount account = Events.account(RESETS);
    double scheduler = ListPrice.SCHEDULED_INVOCATION.dollars(RESETS);
    double standard = ListPrice.TRANSITION.dollars(1 + RESETS);
    List<String> calls = IntStream.range(0, RESETS).mapToObj(Events::request).toList();
    costs(
        "1,000 resets, by the queue",
        1,
        function(account, run -> run.send(List.of(request(RESETS, Map.of())))),
        boto3(account, run -> run.send(calls)),
        scheduler,
        standard,
        express(RESETS),
        0);
    costs(
        "1,000 resets, direct (wait)",
        1,
        function(account, run -> run.invoke(request(RESETS, Map.of("wait", true)))),
        boto3(account, run -> run.invoke(Events.batch(RESETS))),
        scheduler,
        standard,
        express(RESETS),
        0);
  }

  private void defaultSchedule() throws Exception {
    Usage function = function(accountWithFlows(), run -> run.invoke(SCHEDULED_REQUEST));
    int resets = function.resets();
    // The schedule's input is the list of calls.
    Usage boto3 = boto3(Events.account(resets), run -> run.invoke(Events.batch(resets)));
    double trigger = ListPrice.SCHEDULED_INVOCATION.dollars(1);
    costs(
        "default schedule, a month",
        RUNS_A_MONTH,
        function,
        boto3,
        ListPrice.SCHEDULED_INVOCATION.dollars(resets),
        trigger + ListPrice.TRANSITION.dollars(1 + resets),
        trigger + express(resets),
        trigger);
    double polling = ListPrice.SQS_REQUEST.dollars(IDLE_RECEIVES);
    double monitoring =
        ListPrice.ALARM_METRIC.dollars(ALARM_METRICS)
            + ListPrice.METRIC.dollars(function.metrics().size());
    row("polling of an idle queue, a month", cents(polling), cents(polling), "0", "0", "0");
    row("alarms and metrics, a month", cents(monitoring), "0", "0", "0", "0");
  }

  private void burst(String scenario, int entities) throws Exception {
    AppFlowAccount account = Events.account(entities);
    List<String> events = events(entities);
    // The rule's input transformer makes the call of the event.
    List<String> calls =
        IntStream.range(0, EVENTS).mapToObj(number -> Events.request(number % entities)).toList();
    // An execution for each event, with one step.
    costs(
        scenario,
        1,
        function(account, run -> run.sendEach(events)),
        boto3(account, run -> run.sendEach(calls)),
        Double.NaN,
        ListPrice.TRANSITION.dollars(EVENTS),
        EVENTS * express(1),
        0);
  }

  private void burstWithoutWindow(String scenario, int entities) throws Exception {
    List<String> events = events(entities);
    withoutWindow(scenario, 1, 0, Events.account(entities), run -> run.sendEach(events));
  }

  /// The same work with the largest batches for which Lambda needs no batch window.
  ///
  /// @param trigger what Scheduler takes for each run
  private void withoutWindow(
      String scenario, int runs, double trigger, AppFlowAccount account, Work work)
      throws Exception {
    Usage usage =
        shortest(
            Candidate.zip(prepared, CONCURRENT_CALLS), account, Mappings.SMALL_BATCHES, true, work);
    usage(scenario, "this", usage, runs);
    row(scenario, cents(runs * (trigger + usage.dollars())), "-", "-", "-", "-");
  }

  private static List<String> events(int entities) throws IOException {
    String report = Files.readString(Path.of("events/appflow-end-flow-run-failed.json"));
    return IntStream.range(0, EVENTS)
        .mapToObj(number -> event(report, number, number % entities))
        .toList();
  }

  /// What a run is made to do, before it processes the messages that are on the queue then.
  @FunctionalInterface
  private interface Work {
    void start(CountedRun run) throws IOException;
  }

  private Usage function(AppFlowAccount account, Work work) throws Exception {
    return shortest(
        Candidate.zip(prepared, CONCURRENT_CALLS), account, Mappings.DEFAULT, true, work);
  }

  private Usage boto3(AppFlowAccount account, Work work) throws Exception {
    return shortest(
        Candidate.boto3(prepared, CONCURRENT_CALLS), account, Mappings.DEFAULT, false, work);
  }

  /// The usage of the shortest of all rounds: what else runs on the machine can only prolong them.
  private Usage shortest(
      Candidate candidate,
      AppFlowAccount account,
      EventSourceMapping.Settings mapping,
      boolean isTraced,
      Work work)
      throws Exception {
    List<Usage> usages = new ArrayList<>();
    for (int i = 0; i < rounds; i++) {
      try (CountedRun run = CountedRun.start(prepared, candidate, account, mapping, isTraced)) {
        work.start(run);
        run.drain();
        usages.add(run.usage());
      }
    }
    return Collections.min(usages, Comparator.comparing(Usage::billedMillis));
  }

  /// An Express execution with an inline map, or with one step.
  private static double express(int resets) {
    double seconds = Math.ceilDiv(resets, MAP_CONCURRENCY) * CountedRun.CALL_MILLIS / 1000.0;
    return ListPrice.EXPRESS_REQUEST.dollars(1)
        + ListPrice.EXPRESS_GB_SECOND.dollars(EXPRESS_GIGABYTES * seconds);
  }

  /// @param trigger what Scheduler takes for each run of this function and of the baseline
  private void costs(
      String scenario,
      int runs,
      Usage function,
      Usage boto3,
      double scheduler,
      double standard,
      double express,
      double trigger) {
    usage(scenario, "this", function, runs);
    usage(scenario, "boto3", boto3, runs);
    row(
        scenario,
        cents(runs * (trigger + function.dollars())),
        cents(runs * (trigger + boto3.dollars())),
        cents(runs * scheduler),
        cents(runs * standard),
        cents(runs * express));
  }

  private void row(
      String title,
      String function,
      String boto3,
      String scheduler,
      String standard,
      String express) {
    costs.append(
        "%-36s %9s %9s %9s %9s %9s%n"
            .formatted(title, function, boto3, scheduler, standard, express));
  }

  private void usage(String scenario, String candidate, Usage usage, int runs) {
    counts.append(
        "%-36s %-7s %8d %8.1f %8.1f %8d %8.1f %8d %8d%n"
            .formatted(
                scenario,
                candidate,
                usage.invocations(),
                usage.millis() / 1000.0,
                usage.billedMillis() / 1000.0,
                usage.sqsRequests(),
                usage.logBytes() / 1000.0,
                usage.resets(),
                usage.lookUps()));
    parts.append(
        "%-36s %-7s %9s %9s %9s %9s%n"
            .formatted(
                scenario,
                candidate,
                cents(runs * usage.lambdaDollars()),
                cents(runs * usage.sqsDollars()),
                cents(runs * usage.logDollars()),
                cents(runs * usage.traceDollars())));
  }

  /// With two significant digits.
  private static String cents(double dollars) {
    if (Double.isNaN(dollars)) {
      return "-";
    }
    return BigDecimal.valueOf(100 * dollars).round(new MathContext(2)).toPlainString();
  }

  /// Each flow reads an entity of its own, and writes to S3.
  private static AppFlowAccount accountWithFlows() {
    AppFlowAccount account = Events.account(FLOWS / PROFILES);
    List<String> profiles = new ArrayList<>(List.of(Events.PROFILE));
    for (int i = 1; i < PROFILES; i++) {
      String profile = "crm-" + i;
      profiles.add(profile);
      account.addProfile(Profile.of(profile, "Salesforce"));
    }
    for (int i = 0; i < FLOWS; i++) {
      String profile = profiles.get(i % PROFILES);
      String entity = Events.entity(i / PROFILES);
      account.addEntity(profile, entity);
      account.addFlow(
          Flow.active(
              "flow-" + i, FlowEnd.of("Salesforce", profile, entity), FlowEnd.s3("example-lake")));
    }
    return account;
  }

  /// A request for entities.
  private static String request(int entities, Map<String, Object> more) {
    Map<String, Object> members = new LinkedHashMap<>(more);
    members.put("connectorProfileName", Events.PROFILE);
    members.put("entities", IntStream.range(0, entities).mapToObj(Events::entity).toList());
    return JsonValue.write(members);
  }

  /// AppFlow's report of a failed run of a flow that reads an entity.
  private static String event(String report, int number, int entity) {
    return report
        .replace("000000000003", "%012d".formatted(number))
        .replace("/crm-prod", "/" + Events.PROFILE)
        .replace("\"Account\"", "\"" + Events.entity(entity) + "\"");
  }
}
