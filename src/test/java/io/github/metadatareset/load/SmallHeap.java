package io.github.metadatareset.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.aws.StrictSqs;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.RequestFailedException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// A program in which one function handles every expensive body, and then many different ones. A
/// test runs it with a small heap.
final class SmallHeap {

  /// The largest batch that Lambda sends.
  private static final int MAX_BATCH_BYTES = 6 * 1024 * 1024;

  /// Attributes with which the function remembers a completed request.
  private static final Map<String, String> TIMESTAMPS =
      Map.of("SentTimestamp", "1", "ApproximateFirstReceiveTimestamp", "2");

  private static final String NO_FAILURES = "{\"batchItemFailures\":[]}";

  private final MetadataResetHandler function;

  private SmallHeap() {
    StrictSqs sqs = new StrictSqs(_ -> {}, _ -> {});
    FakeAppFlow appFlow = new FakeAppFlow().profile("crm", ConnectorType.SALESFORCE);
    function = HandlerFixture.of(_ -> appFlow, sqs.requestQueue(), sqs.deadLetterQueue()).handler();
  }

  public static void main(String[] arguments) throws IOException {
    SmallHeap heap = new SmallHeap();
    heap.handleDirectly("{\"Records\":[0" + ",0".repeat(999_990) + "]}");
    for (ExpensiveBody body : ExpensiveBody.ALL) {
      System.out.println(body.shape());
      heap.handle(body.text().apply(0));
    }
    for (int number = 1; number <= 60; number++) {
      for (ExpensiveBody body : ExpensiveBody.WITH_MANY_NAMES) {
        System.out.println(body.shape() + ", once more");
        heap.handleAll(List.of(body.text().apply(number)));
      }
    }
  }

  /// In a direct invocation, in a batch with another message, and as often as it fits into a batch.
  private void handle(String body) throws IOException {
    handleDirectly(body);
    handleAll(List.of(body, "{\"connectorProfileName\":\"crm\"}"));
    handleAll(
        Collections.nCopies(Math.max(1, MAX_BATCH_BYTES / batch(List.of(body)).length), body));
  }

  private void handleDirectly(String event) throws IOException {
    try {
      invoke(event.getBytes(UTF_8));
    } catch (RequestFailedException e) {
      // expected if the body is not a request
    }
  }

  private void handleAll(List<String> bodies) throws IOException {
    String answer = invoke(batch(bodies));
    if (!answer.equals(NO_FAILURES)) {
      throw new AssertionError(answer);
    }
  }

  private String invoke(byte[] event) throws IOException {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    function.handleRequest(
        new ByteArrayInputStream(event), answer, LocalContext.withTimeout(Duration.ofMinutes(2)));
    return answer.toString(UTF_8);
  }

  private static byte[] batch(List<String> bodies) {
    List<Map<String, Object>> records =
        IntStream.range(0, bodies.size()).mapToObj(i -> record("m" + i, bodies.get(i))).toList();
    return JsonValue.write(Map.of("Records", records)).getBytes(UTF_8);
  }

  private static Map<String, Object> record(String id, String body) {
    return Map.of(
        "messageId", id, "body", body, "attributes", TIMESTAMPS, "eventSource", "aws:sqs");
  }
}
