package io.github.metadatareset.aws;

import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.Failure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The dead-letter queue in Amazon SQS.
final class SqsDeadLetterQueue implements DeadLetterQueue {

  private final SqsBatchSender batches;

  SqsDeadLetterQueue(SqsClient client, String queueUrl) {
    this.batches = new SqsBatchSender(client, queueUrl);
  }

  @Override
  public Sent send(List<DeadLetter> deadLetters, Deadline deadline) {
    List<Optional<Failure>> results =
        batches.send(
            deadLetters.stream()
                .map(
                    deadLetter ->
                        new SqsBatchSender.Message(
                            deadLetter.body(),
                            deadLetter.attributes(),
                            deadLetter.messageGroupId()))
                .toList(),
            deadline);
    Set<DeadLetter> accepted = new HashSet<>();
    Map<DeadLetter, Failure> refused = new HashMap<>();
    for (int i = 0; i < deadLetters.size(); i++) {
      DeadLetter deadLetter = deadLetters.get(i);
      results
          .get(i)
          .ifPresentOrElse(
              failure -> refused.put(deadLetter, failure.during(SqsBatchSender.OPERATION)),
              () -> accepted.add(deadLetter));
    }
    return new Sent(accepted, refused);
  }
}
