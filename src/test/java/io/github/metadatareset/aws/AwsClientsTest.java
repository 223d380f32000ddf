package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.retries.api.RetryStrategy;

class AwsClientsTest {

  @Test
  void offlineEveryCallGetsTheSameResponse() {
    AwsClients offline = AwsClients.offline(1, "{\"flows\":[],\"connectorProfileDetails\":[]}");
    AppFlow appFlow = offline.appFlow(inAMinute());

    assertEquals(List.of(), appFlow.flowNames());
    assertEquals(List.of(), appFlow.profiles());
    List<Request> requests =
        List.of(
            new Request.OfConnector(
                new MatchingProfiles(ProfilePattern.ALL), new Entities.Names()));
    assertEquals(
        "InvalidResponse",
        assertThrows(
                RequestFailedException.class,
                () ->
                    offline
                        .requestQueue("https://queue")
                        .enqueue(requests, new Correlation("correlation-1"), inAMinute()))
            .failure()
            .code());
  }

  @Test
  void callsToAppFlowArePacedAndAttemptedThreeTimes() {
    RetryStrategy retries =
        AwsClients.offline(1, "{}")
            .appFlow
            .serviceClientConfiguration()
            .overrideConfiguration()
            .retryStrategy()
            .orElseThrow();

    assertInstanceOf(PacedRetries.class, retries);
    assertEquals(3, retries.maxAttempts());
  }
}
