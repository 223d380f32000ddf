package io.github.metadatareset.check;

import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.RequestFailedException;

/// The port to the event bus that gets the reports with findings.
@FunctionalInterface
public interface ReportPublisher {

  /// Publishes a report. Returns when the event bus has accepted it.
  ///
  /// @throws RequestFailedException (retryable) if it did not
  void publish(FlowReport report, Deadline deadline);
}
