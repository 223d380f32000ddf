package io.github.metadatareset.aws;

import static io.github.metadatareset.aws.AwsFixture.inAMinute;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue.Sent;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Failure;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

class SqsDeadLetterQueueTest {

  private final FakeSqsClient sqs = new FakeSqsClient();
  private final SqsDeadLetterQueue queue = new SqsDeadLetterQueue(sqs, "https://queue");

  @Test
  void sendsBodyAttributesAndMessageGroupOfADeadLetter() {
    DeadLetter deadLetter = deadLetter("message-1");

    queue.send(List.of(deadLetter), inAMinute());

    SendMessageBatchRequestEntry entry = sqs.sends().getFirst().entries().getFirst();
    assertEquals(deadLetter.body(), entry.messageBody());
    assertEquals(deadLetter.attributes().keySet(), entry.messageAttributes().keySet());
    assertEquals("crm", entry.messageGroupId());
  }

  @Test
  void tellsTheAcceptedFromTheRefused() {
    DeadLetter accepted = deadLetter("message-1");
    DeadLetter refused = deadLetter("message-2");
    sqs.onSend(
        _ ->
            FakeSqsClient.accepting(List.of("0"))
                .failed(FakeSqsClient.refused("1", "InternalError", "try again"))
                .build());

    assertEquals(
        new Sent(
            Set.of(accepted),
            Map.of(
                refused,
                new Failure.Unavailable("InternalError", "try again").during("SendMessageBatch"))),
        queue.send(List.of(accepted, refused), inAMinute()));
  }

  private static DeadLetter deadLetter(String messageId) {
    return new DeadLetter(
        "{}",
        new Failure.Permanent("InvalidRequest", "no connector"),
        "request-1",
        new SqsMessage(
            messageId,
            "receipt",
            "{}",
            3,
            Optional.empty(),
            Optional.empty(),
            new Correlation("correlation-1"),
            Optional.of("crm")));
  }
}
