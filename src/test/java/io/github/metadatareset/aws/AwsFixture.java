package io.github.metadatareset.aws;

import io.github.metadatareset.queue.Deadline;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The function's clients for a local server, and deadlines on a clock that stands still, so that a
/// slow machine does not change the result.
final class AwsFixture {

  static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

  static final InstantSource CLOCK = InstantSource.fixed(NOON);

  private AwsFixture() {}

  /// Clients whose calls never time out.
  static AwsClients clients(URI endpoint, int maxConcurrentCalls) {
    return clients(endpoint, maxConcurrentCalls, new ManualTimers());
  }

  /// Clients whose calls time out when the test says so.
  static AwsClients clients(URI endpoint, int maxConcurrentCalls, ManualTimers timers) {
    pointSdkTo(endpoint);
    return new AwsClients(maxConcurrentCalls, timers);
  }

  /// Sets the endpoint for all SDK clients that are created from now on.
  static void pointSdkTo(URI endpoint) {
    System.setProperty("aws.region", "us-east-1");
    System.setProperty("aws.accessKeyId", "test");
    System.setProperty("aws.secretAccessKey", "test");
    System.setProperty("aws.endpointUrlAppflow", endpoint.toString());
    System.setProperty("aws.endpointUrlSqs", endpoint.toString());
    System.setProperty("aws.endpointUrlEventBridge", endpoint.toString());
  }

  static Deadline in(Duration left) {
    return Deadline.in(CLOCK, left);
  }

  static Deadline inAMinute() {
    return in(Duration.ofMinutes(1));
  }
}
