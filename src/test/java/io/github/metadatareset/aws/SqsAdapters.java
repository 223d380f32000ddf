package io.github.metadatareset.aws;

import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.RequestQueue;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The function's queues with an SQS client that a test provides.
public record SqsAdapters(SqsClient client) {

  public RequestQueue requestQueue(String url) {
    return new SqsRequestQueue(client, url);
  }

  public DeadLetterQueue deadLetterQueue(String url) {
    return new SqsDeadLetterQueue(client, url);
  }
}
