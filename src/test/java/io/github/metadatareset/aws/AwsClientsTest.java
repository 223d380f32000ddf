package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.check.TestReport;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.retries.api.RetryStrategy;

class AwsClientsTest {

  private static final SqsMessage MESSAGE =
      new SqsMessage(
          "message-1",
          "receipt",
          "{}",
          1,
          Optional.empty(),
          Optional.empty(),
          new Correlation("correlation-1"),
          Optional.empty());

  @Test
  void offlineEveryCallGetsTheSameResponse() {
    AwsClients offline = AwsClients.offline(1, "{\"flows\":[],\"connectorProfileDetails\":[]}");
    AppFlow appFlow = offline.appFlow(inAMinute());

    assertEquals(List.of(), appFlow.flows());
    assertEquals(List.of(), appFlow.profiles());

    Map<SqsMessage, Duration> returned = Map.of(MESSAGE, Duration.ZERO);
    assertEquals(
        "InvalidResponse",
        assertThrows(
                RequestFailedException.class,
                () -> offline.requestQueue("https://queue").delay(returned, inAMinute()))
            .failure()
            .code());
    DeadLetter deadLetter =
        DeadLetter.of(MESSAGE, new Failure.Permanent("InvalidRequest", "no JSON"), "request-1");
    assertEquals(
        Set.of(deadLetter),
        offline
            .deadLetterQueue("https://queue")
            .send(List.of(deadLetter), inAMinute())
            .refused()
            .keySet());
    ReportPublisher reports = offline.reports("default");
    assertEquals(
        "InvalidResponse",
        assertThrows(
                RequestFailedException.class,
                () -> reports.publish(TestReport.breaking(), inAMinute()))
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
