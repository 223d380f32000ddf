package io.github.metadatareset;

import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.Services;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.request.AllowedProfiles;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// Builds the handler for a test: with the default limits of the template, a clock that stands
/// still and no log, unless the test sets others. By a clock that stands still no invocation runs
/// out of time, however slow the machine is.
public record HandlerFixture(Limits limits, Supplier<Services> services) {

  public static final int MAX_RECEIVE_COUNT = 12;
  public static final int MAX_CONCURRENT_CALLS = 8;
  public static final int MAX_CALLS_PER_EVENT = 10_000_000;

  public static final Limits LIMITS =
      new Limits(MAX_RECEIVE_COUNT, MAX_CONCURRENT_CALLS, MAX_CALLS_PER_EVENT, AllowedProfiles.ALL);

  /// For a test without checks.
  public static final ReportPublisher NO_REPORTS =
      (report, _) -> {
        throw new AssertionError("not expected: " + report.summary());
      };

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  public static HandlerFixture of(
      Function<Deadline, AppFlow> appFlow,
      RequestQueue requestQueue,
      DeadLetterQueue deadLetterQueue) {
    Services services =
        new Services(
            appFlow,
            requestQueue,
            deadLetterQueue,
            NO_REPORTS,
            InstantSource.fixed(NOON),
            new Random(1),
            new PrintStream(OutputStream.nullOutputStream()));
    return new HandlerFixture(LIMITS, () -> services);
  }

  /// With real AWS clients, for these environment variables.
  public static HandlerFixture ofEnvironment(Map<String, String> variables, OutputStream log) {
    Configuration configuration = Configuration.of(variables);
    PrintStream lines = new PrintStream(log, true);
    return new HandlerFixture(
        configuration.limits(),
        () ->
            Wiring.services(
                new AwsClients(configuration.limits().maxConcurrentCalls()), configuration, lines));
  }

  /// Runs the invocations that prime the function before SnapStart takes its snapshot.
  public static void prime(OutputStream log) {
    Priming.run(new PrintStream(log, true));
  }

  public HandlerFixture limits(Limits other) {
    return new HandlerFixture(other, services);
  }

  public HandlerFixture reports(ReportPublisher reports) {
    return with(_ -> reports, Services::clock, Services::random, Services::log);
  }

  public HandlerFixture clock(InstantSource clock) {
    return with(Services::reports, _ -> clock, Services::random, Services::log);
  }

  public HandlerFixture random(RandomGenerator random) {
    return with(Services::reports, Services::clock, _ -> random, Services::log);
  }

  public HandlerFixture log(OutputStream log) {
    PrintStream lines = new PrintStream(log, true);
    return with(Services::reports, Services::clock, Services::random, _ -> lines);
  }

  public MetadataResetHandler handler() {
    return new MetadataResetHandler(limits, services);
  }

  private HandlerFixture with(
      Function<Services, ReportPublisher> reports,
      Function<Services, InstantSource> clock,
      Function<Services, RandomGenerator> random,
      Function<Services, PrintStream> log) {
    Services old = services.get();
    Services changed =
        new Services(
            old.appFlow(),
            old.requestQueue(),
            old.deadLetterQueue(),
            reports.apply(old),
            clock.apply(old),
            random.apply(old),
            log.apply(old));
    return new HandlerFixture(limits, () -> changed);
  }
}
