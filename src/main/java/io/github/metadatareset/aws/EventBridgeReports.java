package io.github.metadatareset.aws;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.event.ReportEvent;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

/// An event bus in Amazon EventBridge, where each report is an event.
record EventBridgeReports(EventBridgeClient client, String eventBusName)
    implements ReportPublisher {

  private static final String OPERATION = "PutEvents";

  @Override
  public void publish(FlowReport report, Deadline deadline) {
    try {
      Duration timeout = BoundedCalls.timeoutWithin(deadline, AwsClients.SHORT_CALL_TIMEOUT);
      requireAccepted(
          client.putEvents(
              request ->
                  request
                      .entries(entry(report))
                      .overrideConfiguration(override -> override.apiCallTimeout(timeout))));
    } catch (Exception e) {
      throw new RequestFailedException(AwsFailures.retryable(e).during(OPERATION));
    }
  }

  private PutEventsRequestEntry entry(FlowReport report) {
    return PutEventsRequestEntry.builder()
        .eventBusName(eventBusName)
        .source(ReportEvent.SOURCE)
        .detailType(ReportEvent.DETAIL_TYPE)
        .resources(report.flow().flowArn())
        .detail(JsonValue.write(report.members()))
        .build();
  }

  /// EventBridge responds with 200 even if it refused the event. Only an event that it accepted has
  /// an ID:
  /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>.
  private static void requireAccepted(PutEventsResponse response) {
    for (PutEventsResultEntry entry : response.entries()) {
      if (entry.errorCode() != null) {
        throw refused(entry);
      }
    }
    boolean anyFailed = Optional.ofNullable(response.failedEntryCount()).orElse(0) > 0;
    boolean hasId = response.entries().stream().anyMatch(entry -> entry.eventId() != null);
    if (anyFailed || !hasId) {
      throw BoundedCalls.invalidResponse("EventBridge's response has no ID of the event");
    }
  }

  /// As if the call had failed with the entry's error, as its code means the same.
  private static AwsServiceException refused(PutEventsResultEntry entry) {
    AwsErrorDetails error =
        AwsErrorDetails.builder()
            .errorCode(entry.errorCode())
            .errorMessage(Optional.ofNullable(entry.errorMessage()).orElse("no message"))
            .build();
    return AwsServiceException.builder().awsErrorDetails(error).build();
  }
}
