package io.github.metadatareset.aws;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.services.eventbridge.EventBridgeClient;
import software.amazon.awssdk.services.eventbridge.model.PutEventsRequest;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResponse;
import software.amazon.awssdk.services.eventbridge.model.PutEventsResultEntry;

/// Records the calls, and accepts the event unless a test sets another response.
final class FakeEventBridgeClient implements EventBridgeClient {

  private final List<PutEventsRequest> calls = new ArrayList<>();

  private Supplier<PutEventsResponse> response =
      () -> response(0, PutEventsResultEntry.builder().eventId("event-1").build());

  void respond(Supplier<PutEventsResponse> other) {
    response = other;
  }

  List<PutEventsRequest> calls() {
    return List.copyOf(calls);
  }

  static PutEventsResponse response(Integer failed, PutEventsResultEntry... entries) {
    return PutEventsResponse.builder().failedEntryCount(failed).entries(entries).build();
  }

  @Override
  public PutEventsResponse putEvents(PutEventsRequest request) {
    calls.add(request);
    return response.get();
  }

  @Override
  public String serviceName() {
    return "events";
  }

  @Override
  public void close() {}
}
