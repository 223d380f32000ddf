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

/// AWS's table, row by row: "Handling errors for an SQS event source in Lambda", section "Success
/// and failure conditions" (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
///
/// A function is given the messages 1, 2 and 3, and answers as the row says, where $1, $2 and $3
/// stand for their ids. What it is given after that has come back to the queue; the rest is
/// deleted.
class ReportBatchItemFailuresTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Settings SETTINGS =
      Settings.DEFAULT.withBatchSize(10).withConcurrency(1).withHurriedRetries();

  private static final Set<String> ALL = Set.of("1", "2", "3");
  private static final PojoSerializer<SQSEvent> EVENTS =
      LambdaEventSerializers.serializerFor(SQSEvent.class, ClassLoader.getSystemClassLoader());

  private static LocalQueues queues;

  @BeforeAll
  static void startQueues() {
    queues = LocalQueues.start();
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
  void isACompleteSuccess(String what, String answer) throws Exception {
    assertEquals(Set.of(), comeBackAfter(answer));
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
          more than is asked  | {"batchItemFailures": [{"itemIdentifier": "$2", "why": "x"}], "more": 1}                        | 2
          """)
  void isAPartialSuccess(String what, String answer, String numbers) throws Exception {
    assertEquals(Set.of(numbers.split("")), comeBackAfter(answer));
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
          ... beside one that does                  | {"batchItemFailures": [{"itemIdentifier": "$2"}, {"itemIdentifier": "6c0a1f5e-unknown"}]}
          ... beside a null identifier              | {"batchItemFailures": [{"itemIdentifier": "$2"}, {"itemIdentifier": null}]}
          not AWS's words: a list of something else | {"batchItemFailures": ["$2"]}
          not AWS's words: a list of something else | {"batchItemFailures": [null]}
          not AWS's words: a list of something else | {"batchItemFailures": [{"itemIdentifier": 7}]}
          not AWS's words: no list                  | {"batchItemFailures": {"itemIdentifier": "$2"}}
          not AWS's words: no list                  | {"batchItemFailures": "$2"}
          not AWS's words: no object                | "$2"
          not AWS's words: no object                | []
          not AWS's words: no object                | true
          """)
  void isACompleteFailure(String what, String answer) throws Exception {
    assertEquals(ALL, comeBackAfter(answer));
  }

  @Test
  void anExceptionIsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        comeBackAfter(
            _ -> {
              throw new IllegalStateException("out of order");
            }));
  }

  @Test
  void anErrorIsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        comeBackAfter(
            _ -> {
              throw new StackOverflowError();
            }));
  }

  @Test
  void aTimeoutIsACompleteFailure() throws Exception {
    assertEquals(
        ALL,
        comeBackAfter(
            _ -> {
              new CountDownLatch(1).await();
              return "{}";
            },
            SETTINGS.withFunctionTimeout(Duration.ofMillis(500))));
  }

  /// As at-least-once delivery allows.
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"batchItemFailures": []}                         | 1
          {"batchItemFailures": [{"itemIdentifier": "$1"}]} | 2
          """)
  void aMessageThatIsInTheBatchTwiceHasOneFate(String answer, int invocations) throws Exception {
    var receivedAgainAtOnce = LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ZERO);
    try (var twice = LocalQueues.start(receivedAgainAtOnce)) {
      String id = twice.send("1");

      List<List<SQSMessage>> batches =
          given(twice, records -> filled(answer, records), SETTINGS.withBatchSize(2));

      assertEquals(
          List.of(id, id), batches.getFirst().stream().map(SQSMessage::getMessageId).toList());
      assertEquals(invocations, batches.size());
    }
  }

  /// What the function does with a batch.
  private interface Function {
    String answer(List<SQSMessage> records) throws Exception;
  }

  private static Set<String> comeBackAfter(String answer) throws Exception {
    return comeBackAfter(records -> filled(answer, records));
  }

  private static Set<String> comeBackAfter(Function function) throws Exception {
    return comeBackAfter(function, SETTINGS);
  }

  private static Set<String> comeBackAfter(Function function, Settings settings) throws Exception {
    queues.sendAll(List.of("1", "2", "3"));
    List<List<SQSMessage>> batches = given(queues, function, settings);
    assertEquals(ALL, bodies(batches.getFirst().stream()));
    return bodies(batches.stream().skip(1).flatMap(List::stream));
  }

  /// The batches that a function is given which does so with the first, and is done with the
  /// others.
  private static List<List<SQSMessage>> given(
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

  private static String filled(String answer, List<SQSMessage> records) {
    String filled = answer;
    for (SQSMessage record : records) {
      filled = filled.replace("$" + record.getBody(), record.getMessageId());
    }
    return filled;
  }

  private static Set<String> bodies(Stream<SQSMessage> messages) {
    return messages.map(SQSMessage::getBody).collect(toSet());
  }
}
