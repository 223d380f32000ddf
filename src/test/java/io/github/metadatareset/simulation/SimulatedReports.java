package io.github.metadatareset.simulation;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.simulation.FaultSchedule.Fault;
import software.amazon.awssdk.core.exception.AbortedException;

/// EventBridge, which gets the reports of checks: slow, and with faults.
final class SimulatedReports implements ReportPublisher {

  private static final Failure REFUSED = new Failure.Unavailable("InternalFailure", "try again");
  private static final Failure TIMEOUT =
      new Failure.Unavailable("ApiCallTimeoutException", "no answer in time");

  private final World world;
  private final Environment environment;

  SimulatedReports(World world, Environment environment) {
    this.world = world;
    this.environment = environment;
  }

  @Override
  public void publish(FlowReport report, Deadline deadline) {
    Invocation invocation = environment.invocation();
    try {
      environment.exchange(
          world.random().nextLong(5, 400),
          Math.max(1, deadline.remaining().toMillis()),
          () -> {
            boolean fails = world.faults().occurs(Fault.REPORTS_FAIL);
            if (!fails || world.random().nextBoolean()) {
              world.report(invocation, report.flow().flowName());
            }
            if (fails) {
              throw failed(invocation, REFUSED);
            }
            return report;
          },
          () -> failed(invocation, TIMEOUT));
    } catch (AbortedException e) {
      throw failed(invocation, new Failure.Unavailable("AbortedException", e.getMessage()));
    }
  }

  private static RequestFailedException failed(Invocation invocation, Failure failure) {
    invocation.errorCodes.add(failure.code());
    return new RequestFailedException(failure);
  }
}
