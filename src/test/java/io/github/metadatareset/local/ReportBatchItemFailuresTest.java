package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.amazonaws.services.lambda.runtime.serialization.PojoSerializer;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import io.github.metadatareset.local.EventSourceMapping.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Compares the event source mapping with AWS's documentation: "Handling errors for an SQS event
/// source in Lambda", section "Success and failure conditions"
/// (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
///
/// A function is invoked with the messages 1, 2 and 3 and responds as the row says; $1, $2 and $3
/// stand for their message IDs. The messages that it receives again have returned to the queue; the
/// others were deleted.
class ReportBatchItemFailuresTest {

  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final Settings SETTINGS =
      Settings.DEFAULT.withBatchSize(10).withConcurrency(1).withImmediateRetries();

  private static final Set<String> ALL = Set.of("1", "2", "3");
  private static final PojoSerializer<SQSEvent> EVENTS =
      LambdaEventSerializers.serializerFor(SQSEvent.class, ClassLoader.getSystemClassLoader());

  private static LocalQueues queues;

  @BeforeAll
  static void startQueues() {
    queues =
        LocalQueues.start(LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1)));
  }

  @AfterAll
  static void closeQueues() {
    queues.close();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          an empty list                 | {"batchItemFailures": []}
          a null list                   | {"batchItemFailures": null}
          an empty response             | {}
          a response of something else  | {"something": "else"}
          a null response               | null
          no response at all            | ``
          """)
  void treatsTheResponseAsACompleteSuccess(String what, String answer) throws Exception {
    assertEquals(Set.of(), returnedAfter(answer));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          one identifier      | {"batchItemFailures": [{"itemIdentifier": "$2"}]}                                             | 2
          two                 | {"batchItemFailures": [{"itemIdentifier": "$3"}, {"itemIdentifier": "$1"}]}                     | 13
          all                 | {"batchItemFailures": [{"itemIdentifier": "$1"}, {"itemIdentifier": "$2"}, {"itemIdentifier": "$3"}]} | 123
          one of them twice   | {"batchItemFailures": [{"itemIdentifier": "$2"}, {"itemIdentifier": "$2"}]}                     | 2
          more members        | {"batchItemFailures": [{"itemIdentifier": "$2", "why": "x"}], "more": 1}                        | 2
          """)
  void treatsTheResponseAsAPartialSuccess(String what, String answer, String numbers)
      throws Exception {
    assertEquals(Set.of(numbers.split("")), returnedAfter(answer));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          invalid JSON                              | not JSON
          invalid JSON                              | {"batchItemFailures": [
          invalid JSON                              | {"batchItemFailures": []} {}
          invalid JSON                              | ` `
          an empty string as identifier             | {"batchItemFailures": [{"itemIdentifier": ""}]}
          a null identifier                         | {"batchItemFailures": [{"itemIdentifier": null}]}
          an identifier with a bad key name         | {"batchItemFailures": [{"ItemIdentifier": "$2"}]}
          an identifier with a bad key name         | {"batchItemFailures": [{"messageId": "$2"}]}
          an identifier with a bad key name         | {"batchItemFailures": [{}]}
          a message id that does not exist          | {"batchItemFailures": [{"itemIdentifier": "6c0a1f5e-unknown"}]}
          ... with one that does                    | {"batchItemFailures": [{"itemIdentifier": "$2"}, {"itemIdentifier": "6c0a1f5e-unknown"}]}
          ... with a null identifier                | {"batchItemFailures": [{"itemIdentifier": "$2"}, {"itemIdentifier": null}]}
          undocumented: a list of something else | {"batchItemFailures": ["$2"]}
          undocumented: a list of something else | {"batchItemFailures": [null]}
          undocumented: a list of something else | {"batchItemFailures": [{"itemIdentifier": 7}]}
          undocumented: no list                  | {"batchItemFailures": {"itemIdentifier": "$2"}}
          undocumented: no list                  | {"batchItemFailures": "$2"}
          undocumented: no object                | "$2"
          undocumented: no object                | []
          undocumented: no object                | true
          """)
  void treatsTheResponseAsACompleteFailure(String what, String answer) throws Exception {
    assertEquals(ALL, returnedAfter(answer));
  }

  @Test
  void treatsAnExceptionAsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        returnedAfter(
            _ -> {
              throw new IllegalStateException("the function fails");
            }));
  }

  @Test
  void treatsAnErrorAsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        returnedAfter(
            _ -> {
              throw new StackOverflowError();
            }));
  }

  @Test
  void treatsATimeoutAsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        returnedAfter(
            _ -> {
              new CountDownLatch(1).await();
              return "{}";
            },
            SETTINGS.withFunctionTimeout(Duration.ofMillis(500))));
  }

  /// At-least-once delivery allows that a batch has the same message twice.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"batchItemFailures": []}                         | 1
          {"batchItemFailures": [{"itemIdentifier": "$1"}]} | 2
          """)
  void deletesOrReturnsADuplicateInTheBatchOnce(String answer, int invocations) throws Exception {
    var receivedAgainAtOnce = LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ZERO);
    try (var twice = LocalQueues.start(receivedAgainAtOnce)) {
      String id = twice.send("1");

      List<List<SQSMessage>> batches =
          batches(twice, records -> withMessageIds(answer, records), SETTINGS.withBatchSize(2));

      assertEquals(
          List.of(id, id), batches.getFirst().stream().map(SQSMessage::getMessageId).toList());
      assertEquals(invocations, batches.size());
    }
  }

  /// The response to a batch.
  private interface Function {
    String answer(List<SQSMessage> records) throws Exception;
  }

  private static Set<String> returnedAfter(String answer) throws Exception {
    return returnedAfter(records -> withMessageIds(answer, records));
  }

  private static Set<String> returnedAfter(Function function) throws Exception {
    return returnedAfter(function, SETTINGS);
  }

  private static Set<String> returnedAfter(Function function, Settings settings) throws Exception {
    queues.sendAll(List.of("1", "2", "3"));
    List<List<SQSMessage>> batches = batches(queues, function, settings);
    assertEquals(ALL, bodies(batches.getFirst().stream()));
    return bodies(batches.stream().skip(1).flatMap(List::stream));
  }

  /// Processes all messages and returns the batches. The function responds to the first batch, and
  /// all further batches succeed.
  private static List<List<SQSMessage>> batches(
      LocalQueues queues, Function function, Settings settings) throws Exception {
    List<List<SQSMessage>> batches = new CopyOnWriteArrayList<>();
    RequestStreamHandler handler =
        (in, out, _) -> {
          batches.add(EVENTS.fromJson(in).getRecords());
          if (batches.size() == 1) {
            out.write(answer(function, batches.getFirst()).getBytes(UTF_8));
          }
        };
    try (var mapping = new EventSourceMapping(queues, handler, settings)) {
      assertTrue(mapping.drain(LIMIT));
    }
    return batches;
  }

  private static String answer(Function function, List<SQSMessage> records) throws IOException {
    try {
      return function.answer(records);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private static String withMessageIds(String answer, List<SQSMessage> records) {
    String result = answer;
    for (SQSMessage record : records) {
      result = result.replace("$" + record.getBody(), record.getMessageId());
    }
    return result;
  }

  private static Set<String> bodies(Stream<SQSMessage> messages) {
    return messages.map(SQSMessage::getBody).collect(toSet());
  }
}
