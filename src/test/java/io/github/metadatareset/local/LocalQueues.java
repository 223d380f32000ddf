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
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.elasticmq.Limits;
import org.elasticmq.RelaxedSQSLimits$;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.elasticmq.util.NowProvider;
import scala.Option;
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

/// A request queue and its dead-letter queue on ElasticMQ, which runs in this JVM and is called
/// over HTTP, as SQS is.
public final class LocalQueues implements AutoCloseable {

  /// Settings of the request queue and the port of ElasticMQ. Port 0 means a free port.
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

  /// The number of messages in a queue.
  ///
  /// @param visible can be received now
  /// @param invisible are being processed, or wait for a retry
  /// @param delayed were sent with a delay that has not passed
  public record Depth(int visible, int invisible, int delayed) {
    public boolean isEmpty() {
      return visible + invisible + delayed == 0;
    }
  }

  private static final int BATCH_SIZE = 10;

  /// The maximum number of messages in a call for the event source mapping.
  static final int BULK_SIZE = 100;

  private static final int PARALLEL_CALLS = 8;
  private static final Duration INSPECTION_TIMEOUT = Duration.ofMinutes(5);
  private static final Duration MOVE_LIMIT = Duration.ofMinutes(1);

  private final ActorSystem actors = ActorSystem.create("elasticmq");
  private final ActorRef queueManager =
      actors.actorOf(
          Props.create(
              QueueManagerActor.class,
              () ->
                  new QueueManagerActor(
                      new NowProvider(), StrictSQSLimits$.MODULE$, Option.empty())));
  private final URI endpoint;
  private final SqsClient client;

  /// For the event source mapping, on a port where calls may have more than ten messages: how
  /// Lambda itself receives and deletes is not tested, and few large calls take less time.
  private final SqsClient bulkClient;

  private final Queue requests;
  private final Queue deadLetters;

  private record Queue(String url, String arn) {}

  private LocalQueues(Settings settings) {
    this.endpoint = serve(settings.port(), StrictSQSLimits$.MODULE$);
    this.client = newClient();
    this.bulkClient = newClient(serve(0, RelaxedSQSLimits$.MODULE$));
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

  private URI serve(int port, Limits limits) {
    var server =
        SQSRestServerBuilder.withActorSystem(actors)
            .withQueueManagerActor(queueManager)
            .withSQSLimits(limits)
            .withInterface("127.0.0.1")
            .withPort(port)
            .withAWSRegion(Region.US_EAST_1.id())
            .withAWSAccountId("111122223333")
            .start();
    return URI.create("http://127.0.0.1:" + server.waitUntilStarted().localAddress().getPort());
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

  /// The endpoint, and the URL and the ARN of each queue, as text for a person.
  public String describe() {
    return """
        SQS                %s
        Request queue      %s
                           %s
        Dead-letter queue  %s
                           %s"""
        .formatted(
            endpoint,
            requestQueueUrl(),
            requestQueueArn(),
            deadLetterQueueUrl(),
            deadLetterQueueArn());
  }

  /// A client of these queues. It is closed with them.
  public SqsClient client() {
    return client;
  }

  /// Another client of these queues. The caller must close it.
  public SqsClient newClient() {
    return newClient(endpoint);
  }

  private static SqsClient newClient(URI endpoint) {
    return SqsClient.builder()
        .endpointOverride(endpoint)
        .region(Region.US_EAST_1)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        .build();
  }

  /// Sends a request and returns its message ID.
  public String send(String body) {
    return send(body, Map.of());
  }

  /// Sends a request with message attributes of type String, and returns its message ID.
  public String send(String body, Map<String, String> attributes) {
    return client
        .sendMessage(
            r ->
                r.queueUrl(requestQueueUrl())
                    .messageBody(body)
                    .messageAttributes(stringAttributes(attributes)))
        .messageId();
  }

  /// Sends requests in parallel batches. The order is undefined.
  public void sendAll(List<String> bodies) {
    inBatches(BATCH_SIZE, bodies, this::sendBatch);
  }

  /// The visible messages of a queue, with their attributes. They stay in the queue, but their
  /// receive counts increase.
  public List<Message> messages(String queueUrl) {
    List<Message> messages = receiveAll(queueUrl);
    changeVisibility(queueUrl, messages, Duration.ZERO);
    return messages;
  }

  /// The messages in the dead-letter queue: see [#messages].
  public List<Message> deadLetters() {
    return messages(deadLetterQueueUrl());
  }

  /// Receives and deletes all visible messages of a queue.
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

  /// Moves all dead letters to the request queue with a message move task, as an operator does, and
  /// waits until it has ended. Returns the number of messages that it moved.
  ///
  /// It names the destination, because SQS requires that for messages that were sent to the
  /// dead-letter queue and not moved there by the redrive policy. ElasticMQ does not require it.
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
    throw new IllegalStateException("the message move task has not ended within " + MOVE_LIMIT);
  }

  @Override
  public void close() {
    client.close();
    bulkClient.close();
    actors.terminate();
    actors.getWhenTerminated().toCompletableFuture().join();
  }

  /// Receives messages with all their attributes, under the queue's visibility timeout.
  ///
  /// @param maxMessages 1 to 100
  List<Message> receive(String queueUrl, int maxMessages, Duration maxWait) {
    return bulkClient
        .receiveMessage(receiveRequest(queueUrl, maxMessages, maxWait).build())
        .messages();
  }

  /// Deletes messages. As with SQS, a message that was received again meanwhile stays in the queue.
  void delete(String queueUrl, List<Message> messages) {
    inBatches(BULK_SIZE, messages, elements -> deleteBatch(queueUrl, elements));
  }

  void changeVisibility(String queueUrl, List<Message> messages, Duration timeout) {
    inBatches(BULK_SIZE, messages, elements -> changeVisibilityBatch(queueUrl, elements, timeout));
  }

  private List<Message> receiveAll(String queueUrl) {
    List<Message> all = new ArrayList<>();
    var request =
        receiveRequest(queueUrl, BATCH_SIZE, Duration.ZERO)
            .visibilityTimeout((int) INSPECTION_TIMEOUT.toSeconds())
            .build();
    for (List<Message> received = client.receiveMessage(request).messages();
        !received.isEmpty();
        received = client.receiveMessage(request).messages()) {
      all.addAll(received);
    }
    return all;
  }

  private static ReceiveMessageRequest.Builder receiveRequest(
      String queueUrl, int maxMessages, Duration maxWait) {
    return ReceiveMessageRequest.builder()
        .queueUrl(queueUrl)
        .maxNumberOfMessages(maxMessages)
        .waitTimeSeconds((int) maxWait.toSeconds())
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
    bulkClient.deleteMessageBatch(r -> r.queueUrl(queueUrl).entries(entries));
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
    bulkClient.changeMessageVisibilityBatch(r -> r.queueUrl(queueUrl).entries(entries));
  }

  /// Passes all elements on in parallel batches. Fails if one of the batches fails.
  private static <T> void inBatches(int size, List<T> all, Consumer<List<T>> batch) {
    all.stream()
        .gather(Gatherers.windowFixed(size))
        .gather(
            Gatherers.mapConcurrent(
                PARALLEL_CALLS,
                elements -> {
                  batch.accept(elements);
                  return elements.size();
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
        .orElseThrow(() -> new IllegalStateException("unknown message move task: " + handle));
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
