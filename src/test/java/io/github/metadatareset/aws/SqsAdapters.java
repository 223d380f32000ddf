package io.github.metadatareset.aws;

import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.RequestQueue;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The function's queues on an SQS client of the test.
public record SqsAdapters(SqsClient client) {

  public RequestQueue requestQueue(String url) {
    return new SqsRequestQueue(() -> client, url);
  }

  public DeadLetterQueue deadLetterQueue(String url) {
    return new SqsDeadLetterQueue(() -> client, url);
  }
}
