package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.local.LocalQueues.Depth;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/// The request queue and its dead-letter queue, as an SQS client sees them.
class LocalQueuesTest {
  private static LocalQueues queues;

  @BeforeAll
  static void start() {
    queues =
        LocalQueues.start(
            LocalQueues.Settings.DEFAULT
                .withVisibilityTimeout(Duration.ofSeconds(77))
                .withMaxReceiveCount(5));
  }

  @AfterAll
  static void close() {
    queues.close();
  }

  @AfterEach
  void emptyQueues() {
    queues.client().purgeQueue(r -> r.queueUrl(queues.requestQueueUrl()));
    queues.client().purgeQueue(r -> r.queueUrl(queues.deadLetterQueueUrl()));
  }

  @Test
  void theRequestQueueHasARedrivePolicyToTheDeadLetterQueue() {
    var attributes =
        queues
            .client()
            .getQueueAttributes(
                r -> r.queueUrl(queues.requestQueueUrl()).attributeNames(QueueAttributeName.ALL))
            .attributes();

    assertEquals("77", attributes.get(QueueAttributeName.VISIBILITY_TIMEOUT));
    String redrive = attributes.get(QueueAttributeName.REDRIVE_POLICY);
    assertTrue(redrive.contains(queues.deadLetterQueueArn()), redrive);
    assertTrue(redrive.contains("\"maxReceiveCount\":5"), redrive);
  }

  @Test
  void readsMessagesWithoutRemovingThem() {
    queues.send("{}", Map.of("CorrelationId", "c-1"));

    List<Message> first = queues.messages(queues.requestQueueUrl());
    List<Message> second = queues.messages(queues.requestQueueUrl());

    assertEquals("c-1", first.getFirst().messageAttributes().get("CorrelationId").stringValue());
    assertEquals(first.getFirst().messageId(), second.getFirst().messageId());
    assertEquals(new Depth(1, 0, 0), queues.depth());
  }

  @Test
  void sendsAndTakesMoreMessagesThanFitInOneCall() {
    List<String> bodies = IntStream.range(0, 123).mapToObj(String::valueOf).toList();

    queues.sendAll(bodies);
    assertEquals(new Depth(123, 0, 0), queues.depth());
    Set<String> taken =
        queues.takeAll(queues.requestQueueUrl()).stream()
            .map(Message::body)
            .collect(Collectors.toSet());

    assertEquals(Set.copyOf(bodies), taken);
    assertTrue(queues.depth().isEmpty());
  }

  @Test
  void replaysDeadLettersToTheRequestQueue() throws Exception {
    for (int i = 0; i < 25; i++) {
      queues.client().sendMessage(r -> r.queueUrl(queues.deadLetterQueueUrl()).messageBody("{}"));
    }

    assertEquals(25, queues.replay());

    assertEquals(new Depth(25, 0, 0), queues.depth());
    assertEquals(List.of(), queues.deadLetters());
  }

  @Test
  void describesTheQueueUrls() {
    assertTrue(queues.describe().contains(queues.requestQueueUrl()));
    assertTrue(queues.describe().contains(queues.deadLetterQueueUrl()));
  }
}
