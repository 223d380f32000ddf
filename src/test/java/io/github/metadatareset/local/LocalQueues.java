package io.github.metadatareset.local;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ListMessageMoveTasksResultEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// A request queue and its dead-letter queue, on ElasticMQ in this JVM and reached over HTTP, as
/// SQS is.
public final class LocalQueues implements AutoCloseable {

  /// How the request queue is set up. `port` 0 means a free one.
  public record Settings(Duration visibilityTimeout, int maxReceiveCount, int port) {
    public static final Settings DEFAULT = new Settings(Duration.ofSeconds(30), 12, 0);

    public Settings withVisibilityTimeout(Duration timeout) {
      return new Settings(timeout, maxReceiveCount, port);
    }

    public Settings withMaxReceiveCount(int count) {
      return new Settings(visibilityTimeout, count, port);
    }

    public Settings withPort(int fixed) {
      return new Settings(visibilityTimeout, maxReceiveCount, fixed);
    }
  }

  /// How many messages a queue holds: to be received now, being worked on or waiting to be retried,
  /// and sent with a delay that is not over.
  public record Depth(int visible, int invisible, int delayed) {
    public boolean isEmpty() {
      return visible + invisible + delayed == 0;
    }
  }

  private static final int BATCH = 10;
  private static final int PARALLEL = 8;
  private static final Duration PEEK = Duration.ofMinutes(5);
  private static final Duration MOVE_LIMIT = Duration.ofSeconds(30);

  private final SQSRestServer server;
  private final URI endpoint;
  private final SqsClient client;
  private final Queue requests;
  private final Queue deadLetters;

  private record Queue(String url, String arn) {}

  private LocalQueues(Settings settings) {
    this.server =
        SQSRestServerBuilder.withInterface("127.0.0.1")
            .withPort(settings.port())
            .withAWSRegion(Region.US_EAST_1.id())
            .withAWSAccountId("111122223333")
            .start();
    this.endpoint =
        URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
    this.client = newClient();
    this.deadLetters =
        queue(
            "dead-letters",
            Map.of(
                QueueAttributeName.MESSAGE_RETENTION_PERIOD,
                String.valueOf(Duration.ofDays(14).toSeconds())));
    this.requests =
        queue(
            "requests",
            Map.of(
                QueueAttributeName.VISIBILITY_TIMEOUT,
                String.valueOf(settings.visibilityTimeout().toSeconds()),
                QueueAttributeName.REDRIVE_POLICY,
                "{\"deadLetterTargetArn\":\"%s\",\"maxReceiveCount\":%d}"
                    .formatted(deadLetters.arn(), settings.maxReceiveCount())));
  }

  public static LocalQueues start() {
    return start(Settings.DEFAULT);
  }

  public static LocalQueues start(Settings settings) {
    return new LocalQueues(settings);
  }

  public URI endpoint() {
    return endpoint;
  }

  public String requestQueueUrl() {
    return requests.url();
  }

  public String requestQueueArn() {
    return requests.arn();
  }

  public String deadLetterQueueUrl() {
    return deadLetters.url();
  }

  public String deadLetterQueueArn() {
    return deadLetters.arn();
  }

  /// What a person needs to use these queues from outside, a line for each.
  public String describe() {
    return "SQS endpoint       %s%nrequest queue      %s%ndead-letter queue  %s"
        .formatted(endpoint, requestQueueUrl(), deadLetterQueueUrl());
  }

  /// A client of these queues; closed with them.
  public SqsClient client() {
    return client;
  }

  /// Another client of these queues, for the caller to close.
  public SqsClient newClient() {
    return SqsClient.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /// Sends a request; its message id comes back.
  public String send(String body) {
    return send(body, Map.of());
  }

  /// Sends a request with message attributes of type String; its message id comes back.
  public String send(String body, Map<String, String> attributes) {
    return client
        .sendMessage(
            r ->
                r.queueUrl(requestQueueUrl())
                    .messageBody(body)
                    .messageAttributes(stringAttributes(attributes)))
        .messageId();
  }

  /// Sends many requests, by tens and several tens at a time, in no certain order.
  public void sendAll(List<String> bodies) {
    inTens(bodies, this::sendBatch);
  }

  /// The messages that can be received now, with their attributes. They stay where they are, but
  /// each look counts as a receive.
  public List<Message> messages(String queueUrl) {
    List<Message> messages = receiveAll(queueUrl);
    changeVisibility(queueUrl, messages, Duration.ZERO);
    return messages;
  }

  /// The dead letters, as [#messages] gives them.
  public List<Message> deadLetters() {
    return messages(deadLetterQueueUrl());
  }

  /// Takes all messages that can be received now off a queue.
  public List<Message> takeAll(String queueUrl) {
    List<Message> messages = receiveAll(queueUrl);
    delete(queueUrl, messages);
    return messages;
  }

  /// The depth of the request queue.
  public Depth depth() {
    return depth(requestQueueUrl());
  }

  public Depth depth(String queueUrl) {
    var attributes =
        client
            .getQueueAttributes(r -> r.queueUrl(queueUrl).attributeNames(QueueAttributeName.ALL))
            .attributes();
    return new Depth(
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES),
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE),
        count(attributes, QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_DELAYED));
  }

  /// Moves every dead letter to the request queue with a message move task, as an operator does,
  /// and waits for its end. Returns how many it moved.
  ///
  /// The destination is named, as SQS demands for letters that were sent rather than redriven;
  /// ElasticMQ would do without.
  public long replay() throws InterruptedException {
    String handle =
        client
            .startMessageMoveTask(
                r -> r.sourceArn(deadLetterQueueArn()).destinationArn(requestQueueArn()))
            .taskHandle();
    long limit = System.nanoTime() + MOVE_LIMIT.toNanos();
    while (System.nanoTime() < limit) {
      ListMessageMoveTasksResultEntry task = moveTask(handle);
      if (!task.status().equals("RUNNING")) {
        return task.approximateNumberOfMessagesMoved();
      }
      Thread.sleep(5);
    }
    throw new IllegalStateException("the move task does not end");
  }

  @Override
  public void close() {
    client.close();
    server.stopAndWait();
  }

  /// Up to ten messages, with everything that SQS tells of them; the queue's own visibility timeout
  /// applies.
  List<Message> receive(String queueUrl, int most, Duration longestWait) {
    return client.receiveMessage(receiveRequest(queueUrl, most, longestWait).build()).messages();
  }

  /// A message that is received again by now stays, and is delivered again, as with SQS.
  void delete(String queueUrl, List<Message> messages) {
    inTens(messages, tens -> deleteBatch(queueUrl, tens));
  }

  void changeVisibility(String queueUrl, List<Message> messages, Duration timeout) {
    inTens(messages, tens -> changeVisibilityBatch(queueUrl, tens, timeout));
  }

  private List<Message> receiveAll(String queueUrl) {
    List<Message> all = new ArrayList<>();
    var request =
        receiveRequest(queueUrl, BATCH, Duration.ZERO)
            .visibilityTimeout((int) PEEK.toSeconds())
            .build();
    for (List<Message> some = client.receiveMessage(request).messages();
        !some.isEmpty();
        some = client.receiveMessage(request).messages()) {
      all.addAll(some);
    }
    return all;
  }

  private static ReceiveMessageRequest.Builder receiveRequest(
      String queueUrl, int most, Duration longestWait) {
    return ReceiveMessageRequest.builder()
        .queueUrl(queueUrl)
        .maxNumberOfMessages(most)
        .waitTimeSeconds((int) longestWait.toSeconds())
        .messageSystemAttributeNames(MessageSystemAttributeName.ALL)
        .messageAttributeNames("All");
  }

  private void sendBatch(List<String> bodies) {
    var entries =
        IntStream.range(0, bodies.size())
            .mapToObj(
                i ->
                    SendMessageBatchRequestEntry.builder()
                        .id(String.valueOf(i))
                        .messageBody(bodies.get(i))
                        .build())
            .toList();
    var answer = client.sendMessageBatch(r -> r.queueUrl(requestQueueUrl()).entries(entries));
    if (!answer.failed().isEmpty()) {
      throw new IllegalStateException("not sent: " + answer.failed());
    }
  }

  private void deleteBatch(String queueUrl, List<Message> messages) {
    var entries =
        IntStream.range(0, messages.size())
            .mapToObj(
                i ->
                    DeleteMessageBatchRequestEntry.builder()
                        .id(String.valueOf(i))
                        .receiptHandle(messages.get(i).receiptHandle())
                        .build())
            .toList();
    client.deleteMessageBatch(r -> r.queueUrl(queueUrl).entries(entries));
  }

  private void changeVisibilityBatch(String queueUrl, List<Message> messages, Duration timeout) {
    var entries =
        IntStream.range(0, messages.size())
            .mapToObj(
                i ->
                    ChangeMessageVisibilityBatchRequestEntry.builder()
                        .id(String.valueOf(i))
                        .receiptHandle(messages.get(i).receiptHandle())
                        .visibilityTimeout((int) timeout.toSeconds())
                        .build())
            .toList();
    client.changeMessageVisibilityBatch(r -> r.queueUrl(queueUrl).entries(entries));
  }

  /// Gives all elements away by tens, several tens at a time; fails if one of them does.
  private static <T> void inTens(List<T> all, Consumer<List<T>> batch) {
    all.stream()
        .gather(Gatherers.windowFixed(BATCH))
        .gather(
            Gatherers.mapConcurrent(
                PARALLEL,
                tens -> {
                  batch.accept(tens);
                  return tens.size();
                }))
        .forEach(_ -> {});
  }

  private ListMessageMoveTasksResultEntry moveTask(String handle) {
    return client
        .listMessageMoveTasks(r -> r.sourceArn(deadLetterQueueArn()).maxResults(10))
        .results()
        .stream()
        .filter(task -> handle.equals(task.taskHandle()))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no such move task: " + handle));
  }

  private Queue queue(String name, Map<QueueAttributeName, String> attributes) {
    String url = client.createQueue(r -> r.queueName(name).attributes(attributes)).queueUrl();
    String arn =
        client
            .getQueueAttributes(r -> r.queueUrl(url).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .get(QueueAttributeName.QUEUE_ARN);
    return new Queue(url, arn);
  }

  private static int count(Map<QueueAttributeName, String> attributes, QueueAttributeName name) {
    return Integer.parseInt(attributes.get(name));
  }

  private static Map<String, MessageAttributeValue> stringAttributes(Map<String, String> values) {
    return values.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                value ->
                    MessageAttributeValue.builder()
                        .dataType("String")
                        .stringValue(value.getValue())
                        .build()));
  }
}
