package io.github.metadatareset.load;

import static io.github.metadatareset.queue.SentMessage.message;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.MetadataResetHandlerTest;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.local.BatchAnswer;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SentMessage;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every record fails in passing, and at once, so that as many threads as can be end at the same
/// moment. One that is then missing from the answer is lost: it is deleted, though it was not done.
@LongSuite("A million failing records all come back to the queue, however many calls run at once.")
class AMillionFailingRecordsTest {

  private static final int HALF = 500_000;

  private static final Failure THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");

  @ParameterizedTest(name = "{0} calls at a time")
  @ValueSource(ints = {8, 64})
  void comeBackOnceEachAndAfterABackoff(int maxConcurrentCalls) {
    LastDelayed delayed = new LastDelayed();
    Trial trial = new Trial(function(maxConcurrentCalls, delayed));

    new RandomCases(1)
        .check(
            random -> {
              while (trial.records < HALF) {
                Given given = trial.giveBatch(random);
                assertEquals(Set.of(), given.notIn(given.answered()));
                assertEquals(Set.of(), given.notIn(delayed.ids));
                assertEquals(given.ids().size(), given.answered().size(), "and nothing else");
              }
            });

    System.out.printf("%d calls at a time: %s%n", maxConcurrentCalls, trial);
    assertEquals(0, trial.lost);
  }

  private static MetadataResetHandler function(int maxConcurrentCalls, RequestQueue requestQueue) {
    DeadLetterQueue unused =
        (_, _) -> {
          throw new AssertionError("no record is on its last receive");
        };
    return HandlerFixture.of(
            _ -> new FakeAppFlow().resetsFailing(_ -> Optional.of(THROTTLED)), requestQueue, unused)
        .limits(
            new Limits(
                HandlerFixture.MAX_RECEIVE_COUNT,
                maxConcurrentCalls,
                HandlerFixture.MAX_CALLS_PER_EVENT,
                ProfilePattern.ALL))
        .handler();
  }

  /// A batch, and the answer to it; empty after an exception.
  private record Given(List<String> ids, Optional<String> answer) {

    List<String> answered() {
      return MetadataResetHandlerTest.ids(answer.orElseThrow());
    }

    Set<String> notIn(Collection<String> others) {
      Set<String> missing = new HashSet<>(ids);
      missing.removeAll(Set.copyOf(others));
      return missing;
    }

    int lost() {
      Set<String> batch = Set.copyOf(ids);
      return answer
          .map(json -> batch.size() - BatchAnswer.failedOf(batch, json.getBytes(UTF_8)).size())
          .orElse(0);
    }
  }

  /// A function, and how many failing records it was given and lost.
  private static final class Trial {
    private final RequestStreamHandler function;
    private int batches;
    private int records;
    private int lost;

    Trial(RequestStreamHandler function) {
      this.function = function;
    }

    /// Of 10, of 100 or of 10,000 records, each size for a third of all records.
    Given giveBatch(RandomGenerator random) {
      int draw = random.nextInt(1101);
      int size = draw == 0 ? 10_000 : draw <= 100 ? 100 : 10;
      List<String> ids =
          IntStream.range(records, records + size).mapToObj(i -> "message-" + i).toList();
      Given given = new Given(ids, answer(SentMessage.batch(messages(ids))));
      batches++;
      records += size;
      lost += given.lost();
      return given;
    }

    private Optional<String> answer(String event) {
      try {
        return Optional.of(MetadataResetHandlerTest.invoke(function, event, Duration.ofMinutes(2)));
      } catch (CompletionException e) {
        return Optional.empty();
      }
    }

    /// Each asks for a call of its own.
    private static SentMessage[] messages(List<String> ids) {
      return ids.stream()
          .map(
              id ->
                  message(
                      id,
                      "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'%s'}"
                          .formatted(id)))
          .toArray(SentMessage[]::new);
    }

    @Override
    public String toString() {
      return "%,d batches, %,d failing records, %,d lost".formatted(batches, records, lost);
    }
  }

  /// The messages that were delayed last.
  private static final class LastDelayed implements RequestQueue {
    private Set<String> ids = Set.of();

    @Override
    public void enqueue(List<? extends Request> requests, Correlation cause, Deadline deadline) {
      throw new AssertionError("nothing is split");
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      ids = returned.keySet().stream().map(SqsMessage::messageId).collect(toSet());
    }
  }
}
