package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.CLOCK;
import static io.github.metadatareset.aws.AwsFixture.NOON;
import static io.github.metadatareset.aws.AwsFixture.in;
import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static io.github.metadatareset.aws.FakeEventBridgeClient.response;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.check.FlowReport;
import io.github.metadatareset.check.TestReport;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.InvocationInterruptedException;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.eventbridge.model.EventBridgeException;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

class EventBridgeReportsTest {

  private static final FlowReport REPORT = TestReport.breaking();

  private final FakeEventBridgeClient eventBridge = new FakeEventBridgeClient();
  private final EventBridgeReports reports = new EventBridgeReports(eventBridge, "flow-checks");

  @Test
  void aReportIsOneEventAboutTheFlow() {
    reports.publish(REPORT, inAMinute());

    assertEquals(
        List.of(
            PutEventsRequestEntry.builder()
                .eventBusName("flow-checks")
                .source("appflow-metadata-reset")
                .detailType("AppFlow Flow Check Report")
                .resources("arn:aws:appflow:us-east-1:111122223333:flow/nightly")
                .detail(JsonValue.write(REPORT.members()))
                .build()),
        eventBridge.calls().getFirst().entries());
  }

  /// The codes are those of
  /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>.
  /// AWS says that a retry does not help for some of them. It does after a person changed the event
  /// bus.
  @ParameterizedTest(name = "{0} as {1}")
  @CsvSource({
    "InternalFailure, Unavailable",
    "ThrottlingException, Throttled",
    "AccessDeniedException, Denied",
    "InvalidAccountIdException, Unavailable",
    "InvalidArgument, Unavailable",
    "MalformedDetail, Unavailable",
    "RedactionFailure, Unavailable",
    "NotAuthorizedForSourceException, Denied",
    "NotAuthorizedForDetailTypeException, Denied",
    "ValidationException, Unavailable",
    "BrandNewException, Unavailable",
  })
  void aRefusedEventIsRetried(String code, String failure) {
    eventBridge.respond(
        () ->
            response(
                1, PutEventsResultEntry.builder().errorCode(code).errorMessage("why").build()));

    assertFailure(failure, code, "why");
  }

  @Test
  void aRefusalWithoutMessageIsRetried() {
    eventBridge.respond(
        () -> response(1, PutEventsResultEntry.builder().errorCode("InternalFailure").build()));

    assertFailure("Unavailable", "InternalFailure", "no message");
  }

  static Stream<PutEventsResponse> withoutAnAcceptedEvent() {
    PutEventsResultEntry accepted = PutEventsResultEntry.builder().eventId("event-1").build();
    return Stream.of(
        PutEventsResponse.builder().build(),
        response(0),
        response(1),
        response(0, PutEventsResultEntry.builder().build()),
        response(1, accepted));
  }

  @ParameterizedTest
  @MethodSource("withoutAnAcceptedEvent")
  void aResponseThatDoesNotAcceptTheEventIsRetried(PutEventsResponse response) {
    eventBridge.respond(() -> response);

    assertFailure(
        "Unavailable", "InvalidResponse", "EventBridge's response has no ID of the event");
  }

  @Test
  void aResponseWithAnEventIdNeedsNoCountOfFailures() {
    eventBridge.respond(
        () -> response(null, PutEventsResultEntry.builder().eventId("event-1").build()));

    reports.publish(REPORT, inAMinute());

    assertEquals(1, eventBridge.calls().size());
  }

  @ParameterizedTest(name = "{0} as {1}")
  @CsvSource({
    "ValidationException, Unavailable",
    "ResourceNotFoundException, Unavailable",
    "InternalException, Unavailable",
    "ThrottlingException, Throttled",
    "AccessDeniedException, Denied",
    "ExpiredTokenException, Denied",
  })
  void aCallThatFailsIsRetried(String code, String failure) {
    eventBridge.respond(
        () -> {
          throw EventBridgeException.builder()
              .awsErrorDetails(
                  AwsErrorDetails.builder().errorCode(code).errorMessage("why").build())
              .build();
        });

    assertFailure(failure, code, "why");
  }

  @Test
  void aCallWithoutResponseIsRetried() {
    eventBridge.respond(
        () -> {
          throw SdkClientException.create("connection reset");
        });

    assertFailure("Unavailable", "SdkClientException", "connection reset");
  }

  @ParameterizedTest(name = "{0} left: {1}")
  @CsvSource({"PT60S, PT8S", "PT7.999S, PT7.999S"})
  void aCallTimesOutAtTheDeadlineOrAfterEightSeconds(Duration left, Duration expected) {
    reports.publish(REPORT, in(left));

    assertEquals(
        Optional.of(expected),
        eventBridge.calls().getFirst().overrideConfiguration().orElseThrow().apiCallTimeout());
  }

  @Test
  void nothingIsPublishedAtTheDeadline() {
    assertEquals("OutOfTime", failure(new Deadline(CLOCK, NOON)).code());
    assertEquals(List.of(), eventBridge.calls());
  }

  @Test
  void anInterruptedCallIsNotAFailure() {
    eventBridge.respond(
        () -> {
          throw AbortedException.create("Thread was interrupted");
        });

    assertThrows(InvocationInterruptedException.class, () -> reports.publish(REPORT, inAMinute()));
    assertTrue(Thread.interrupted());
  }

  private void assertFailure(String kind, String code, String message) {
    Failure failure = failure(inAMinute());

    assertEquals(kind, failure.getClass().getSimpleName());
    assertEquals(code, failure.code());
    assertEquals(message, failure.message());
    assertEquals(Optional.of("PutEvents"), failure.operation());
  }

  private Failure failure(Deadline deadline) {
    return assertThrows(RequestFailedException.class, () -> reports.publish(REPORT, deadline))
        .failure();
  }
}
