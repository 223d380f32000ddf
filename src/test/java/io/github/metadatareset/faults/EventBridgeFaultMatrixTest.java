package io.github.metadatareset.faults;

import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.aws.ManualTimers;
import io.github.metadatareset.check.TestReport;
import io.github.metadatareset.local.EventBusEmulator;
import io.github.metadatareset.local.EventBusEmulator.Event;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.EventBridgeException;

/// Every fault of EventBridge, over HTTP with the real SDK, when a report is published. None is a
/// permanent failure, so the check is made again.
///
/// Only the calls with a fault that has no end have a timeout: all others may take as long as they
/// need on this machine.
@LongSuite("Every fault of EventBridge is a failure that is retried.")
class EventBridgeFaultMatrixTest {

  /// A fault, and the failure that the function must report. Without a fault EventBridge cannot be
  /// reached.
  record Row(String name, Optional<Fault> fault, Class<? extends Failure> failure, String code) {

    boolean isReachable() {
      return fault.isPresent();
    }

    /// Whether only a timeout ends the call.
    boolean isEndless() {
      return fault.filter(it -> it instanceof Fault.Stall || it instanceof Fault.Drip).isPresent();
    }

    /// Each row has a bus of its own.
    String eventBusName() {
      return "bus-" + ROWS.indexOf(this);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static final List<Row> ROWS =
      List.of(
          error(500, "InternalException"),
          error(500, "InternalFailure"),
          error(503, "ServiceUnavailable"),
          error(400, "ValidationException"),
          error(400, "ResourceNotFoundException"),
          error(400, "UnknownOperationException"),
          error(408, "RequestTimeout"),
          error(400, "BrandNewException"),
          error(400, "ThrottlingException", Failure.Throttled.class),
          error(429, "TooManyRequestsException", Failure.Throttled.class),
          error(400, "AccessDeniedException", Failure.Denied.class),
          error(403, "ExpiredTokenException", Failure.Denied.class),
          error(400, "UnrecognizedClientException", Failure.Denied.class),
          error(403, "InvalidSignatureException", Failure.Denied.class),
          row("a 500 without content", new Fault.Answer(500, "text/plain", "", false), "HTTP 500"),
          row("a 503 without content", new Fault.Answer(503, "text/plain", "", false), "HTTP 503"),
          row("a 200 in HTML", Fault.html(), "SdkClientException"),
          row("an empty 200", Fault.emptyBody(), "InvalidResponse"),
          row("a 200 that is not JSON", Fault.garbageBody(), "SdkClientException"),
          row("a 200 without entries", Fault.withoutRequestId(), "InvalidResponse"),
          row("a 200 with an entry without ID", answer(0, "{}"), "InvalidResponse"),
          row("a 200 that counts a failure", answer(1, "{\"EventId\":\"1\"}"), "InvalidResponse"),
          refusal("InternalFailure", Failure.Unavailable.class),
          refusal("MalformedDetail", Failure.Unavailable.class),
          refusal("ThrottlingException", Failure.Throttled.class),
          refusal("AccessDeniedException", Failure.Denied.class),
          refusal("NotAuthorizedForSourceException", Failure.Denied.class),
          row("a truncated body", Fault.cutBody(), "SdkClientException"),
          row("a garbage status line", Fault.garbageStatusLine(), "SdkClientException"),
          row("a closed connection", Fault.raw(""), "SdkClientException"),
          row("a connection reset", Fault.connectionReset(), "SdkClientException"),
          row(
              "a redirect",
              Fault.raw("HTTP/1.1 307 No\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
              "HTTP 307"),
          row("a stalled connection", Fault.stall(), "ApiCallTimeoutException"),
          row(
              "a slow answer",
              new Fault.Drip(
                  "",
                  "HTTP/1.1 200 OK\r\nX: %s\r\nContent-Length: 2\r\n\r\n{}"
                      .formatted("x".repeat(9999))),
              "ApiCallTimeoutException"),
          new Row(
              "a closed port", Optional.empty(), Failure.Unavailable.class, "SdkClientException"));

  private static final Map<Row, Future<Optional<Failure>>> TRIALS = new HashMap<>();
  private static EventBusEmulator eventBus;

  @BeforeAll
  static void runAll() {
    eventBus = EventBusEmulator.start();
    LocalStack.pointSdkTo(eventBus.endpoint(), eventBus.endpoint());
    LocalStack.pointEventBridgeTo(eventBus.endpoint());
    run(ROWS.stream().filter(Row::isReachable).toList());
    LocalStack.pointEventBridgeTo(URI.create("http://127.0.0.1:1"));
    run(ROWS.stream().filter(row -> !row.isReachable()).toList());
    LocalStack.pointEventBridgeTo(eventBus.endpoint());
  }

  @AfterAll
  static void stop() {
    eventBus.close();
  }

  private static void run(List<Row> rows) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Row row : rows) {
        row.fault()
            .ifPresent(
                fault ->
                    eventBus
                        .faults()
                        .always(
                            EventBusEmulator.PUT_EVENTS,
                            fault,
                            input -> row.eventBusName().equals(eventBusName(input))));
        TRIALS.put(row, threads.submit(() -> publish(row)));
      }
    }
  }

  /// The failure; empty if the report counts as published.
  private static Optional<Failure> publish(Row row) {
    AwsClients aws = row.isEndless() ? new AwsClients(1) : new ManualTimers().clients(1);
    Duration left = row.isEndless() ? Duration.ofSeconds(2) : Duration.ofMinutes(1);
    try {
      aws.reports(row.eventBusName())
          .publish(TestReport.breaking(), Deadline.in(new SettableClock(), left));
      return Optional.empty();
    } catch (RequestFailedException e) {
      return Optional.of(e.failure());
    }
  }

  @ParameterizedTest(name = "with {0}")
  @FieldSource("ROWS")
  void aReportThatIsNotPublishedIsAFailureThatIsRetried(Row row) throws Throwable {
    Failure failure = trial(row).orElseThrow();

    assertEquals(row.failure(), failure.getClass());
    assertEquals(row.code(), failure.code());
    assertEquals(Optional.of("PutEvents"), failure.operation());
    assertTrue(!failure.message().isBlank(), "the failure has a message");
  }

  @Test
  void aReportIsPublishedIfTheSecondRetrySucceeds() {
    eventBus
        .faults()
        .next(
            2,
            EventBusEmulator.PUT_EVENTS,
            Fault.error(500, "InternalException"),
            input -> "retried".equals(eventBusName(input)));

    new ManualTimers()
        .clients(1)
        .reports("retried")
        .publish(TestReport.breaking(), Deadline.in(new SettableClock(), Duration.ofMinutes(1)));

    assertEquals(
        List.of("AppFlow Flow Check Report"),
        eventBus.events().stream()
            .filter(event -> event.eventBusName().equals("retried"))
            .map(Event::detailType)
            .toList());
  }

  @Test
  void theTableHasEveryErrorThatTheSdkDeclares() {
    Set<String> declared =
        Stream.of(EventBridgeClient.class.getMethods())
            .filter(method -> method.getName().equals("putEvents"))
            .flatMap(method -> Stream.of(method.getExceptionTypes()))
            .filter(EventBridgeException.class::isAssignableFrom)
            .filter(type -> type != EventBridgeException.class)
            .map(Class::getSimpleName)
            .collect(toSet());

    assertTrue(declared.contains("InternalException"), declared::toString);
    ROWS.forEach(row -> declared.remove(row.code()));
    assertEquals(Set.of(), declared);
  }

  /// @throws Throwable what the function threw, other than the documented exception
  private static Optional<Failure> trial(Row row) throws Throwable {
    try {
      return TRIALS.get(row).get();
    } catch (ExecutionException e) {
      throw e.getCause();
    }
  }

  private static Object eventBusName(Map<String, Object> input) {
    return input.get("Entries") instanceof List<?> entries
        ? ((Map<?, ?>) entries.getFirst()).get("EventBusName")
        : "";
  }

  private static Row error(int status, String code) {
    return error(status, code, Failure.Unavailable.class);
  }

  private static Row error(int status, String code, Class<? extends Failure> failure) {
    return new Row(
        code,
        Optional.of(
            new Fault.Answer(
                status,
                "application/x-amz-json-1.1",
                "{\"__type\":\"%s\",\"message\":\"no\"}".formatted(code),
                true)),
        failure,
        code);
  }

  /// A 200 that refuses the event.
  private static Row refusal(String code, Class<? extends Failure> failure) {
    return new Row(
        "an event refused with " + code,
        Optional.of(answer(1, "{\"ErrorCode\":\"%s\",\"ErrorMessage\":\"no\"}".formatted(code))),
        failure,
        code);
  }

  private static Fault answer(int failed, String entry) {
    return new Fault.Answer(
        200,
        "application/x-amz-json-1.1",
        "{\"FailedEntryCount\":%d,\"Entries\":[%s]}".formatted(failed, entry),
        true);
  }

  private static Row row(String name, Fault fault, String code) {
    return new Row(name, Optional.of(fault), Failure.Unavailable.class, code);
  }
}
