package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.local.EventBusEmulator.Event;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.EventBridgeException;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequestEntry;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;

/// Calls the emulator with the AWS SDK for Java.
class EventBusEmulatorTest {

  private final EventBusEmulator eventBus = EventBusEmulator.start();
  private final EventBridgeClient client =
      EventBridgeClient.builder()
          .endpointOverride(eventBus.endpoint())
          .region(Region.US_EAST_1)
          .credentialsProvider(
              StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
          .httpClientBuilder(UrlConnectionHttpClient.builder())
          .overrideConfiguration(
              override -> override.retryStrategy(DefaultRetryStrategy.doNotRetry()))
          .build();

  @AfterEach
  void close() {
    client.close();
    eventBus.close();
  }

  @Test
  void keepsTheEventsThatItAccepted() {
    PutEventsResponse response =
        put(
            entry().eventBusName("flow-checks").resources("arn:a", "arn:b").build(),
            entry().source("aws.appflow").build(),
            entry().detailType("Other").build());

    assertEquals(1, response.failedEntryCount());
    assertEquals(
        List.of(true, false, true),
        response.entries().stream().map(entry -> entry.eventId() != null).toList());
    assertEquals(
        List.of(
            new Event("flow-checks", "test", "Type", List.of("arn:a", "arn:b"), "{\"a\":1}"),
            new Event("default", "test", "Other", List.of(), "{\"a\":1}")),
        eventBus.events());

    eventBus.forgetEvents();
    assertEquals(List.of(), eventBus.events());
  }

  @ParameterizedTest(name = "{0}, {1}, {2}: {3}")
  @CsvSource({
    "     , Type, {}   , InvalidArgument",
    "test ,     , {}   , InvalidArgument",
    "test , Type,      , InvalidArgument",
    "aws.a, Type, {}   , NotAuthorizedForSourceException",
    "test , Type, []   , MalformedDetail",
    "test , Type, {a:1}, MalformedDetail",
  })
  void refusesAnEventThatEventBridgeRefuses(
      String source, String detailType, String detail, String code) {
    PutEventsResponse response =
        put(entry().source(source).detailType(detailType).detail(detail).build());

    assertEquals(1, response.failedEntryCount());
    assertEquals(code, response.entries().getFirst().errorCode());
    assertEquals(List.of(), eventBus.events());
  }

  @Test
  void refusesALongDetailType() {
    assertEquals(0, put(entry().detailType("t".repeat(128)).build()).failedEntryCount());
    assertEquals(1, put(entry().detailType("t".repeat(129)).build()).failedEntryCount());
  }

  @Test
  void refusesACallWithTooManyEntriesOrBytes() {
    String detail = "{\"a\":\"%s\"}".formatted("é".repeat(128 * 1024 - 8));
    PutEventsRequestEntry.Builder large = entry().source("s").detailType("type").detail(detail);

    assertEquals(0, put(large.resources("ar").build()).failedEntryCount());
    assertEquals(
        List.of("ValidationException", "ValidationException", "ValidationException"),
        List.of(
            errorCode(large.resources("arn").build()),
            errorCode(),
            errorCode(
                Collections.nCopies(11, entry().build()).toArray(PutEventsRequestEntry[]::new))));
  }

  @Test
  void refusesWhatIsNoNameOfAnEventBus() {
    assertEquals("ValidationException", errorCode(entry().eventBusName("a bus").build()));
  }

  @Test
  void knowsNoOtherOperation() {
    assertEquals(
        "UnknownOperationException",
        assertThrows(EventBridgeException.class, () -> client.listRules(_ -> {}))
            .awsErrorDetails()
            .errorCode());
  }

  @Test
  void aFaultFailsTheNextCall() {
    eventBus.faults().next(1, EventBusEmulator.PUT_EVENTS, Fault.throttled());

    assertEquals("ThrottlingException", errorCode(entry().build()));
    assertEquals(0, put(entry().build()).failedEntryCount());
  }

  private static PutEventsRequestEntry.Builder entry() {
    return PutEventsRequestEntry.builder().source("test").detailType("Type").detail("{\"a\":1}");
  }

  private PutEventsResponse put(PutEventsRequestEntry... entries) {
    return client.putEvents(request -> request.entries(entries));
  }

  private String errorCode(PutEventsRequestEntry... entries) {
    return assertThrows(EventBridgeException.class, () -> put(entries))
        .awsErrorDetails()
        .errorCode();
  }
}
