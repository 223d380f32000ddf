package io.github.metadatareset.load;

import static io.github.metadatareset.queue.TestMessage.message;
import static java.util.stream.Collectors.toSet;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Failure;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every record fails with a retryable error, and without delay, so that as many threads as
/// possible fail at the same moment. A record that is missing from the answer would be lost: SQS
/// deletes its message.
@Tag(LongSuite.NEEDS_C2)
@LongSuite("A million failing records all return to the queue, with few or many concurrent calls.")
class AMillionFailingRecordsTest {

  private static final int HALF = 500_000;

  private static final Failure THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");

  @ParameterizedTest(name = "{0} concurrent calls")
  @ValueSource(ints = {8, 64})
  void areReturnedOnceEachWithABackoff(int maxConcurrentCalls) {
    LastDelays delays = new LastDelays();
    TestFunction function = function(maxConcurrentCalls, delays);

    new RandomCases(1)
        .check(
            random -> {
              int batches = 0;
              int records = 0;
              while (records < HALF) {
                List<String> ids = ids(records, batchSize(random));
                List<String> returned = function.returned(messages(ids));

                assertEquals(Set.of(), missing(ids, returned));
                assertEquals(Set.of(), missing(ids, delays.ids));
                assertEquals(ids.size(), returned.size(), "and nothing else");
                batches++;
                records += ids.size();
              }
              System.out.printf(
                  "%d concurrent calls: %,d batches, %,d failing records, none lost%n",
                  maxConcurrentCalls, batches, records);
            });
  }

  private static TestFunction function(int maxConcurrentCalls, RequestQueue requestQueue) {
    DeadLetterQueue unused =
        (_, _) -> {
          throw new AssertionError("no record is on its last receive");
        };
    return new TestFunction(
        HandlerFixture.of(
                _ -> new FakeAppFlow().resetsFailing(_ -> Optional.of(THROTTLED)),
                requestQueue,
                unused)
            .limits(
                new Limits(
                    HandlerFixture.MAX_RECEIVE_COUNT,
                    maxConcurrentCalls,
                    HandlerFixture.MAX_CALLS_PER_EVENT,
                    AllowedProfiles.ALL)));
  }

  /// 10, 100 or 10,000. A third of all records is in batches of each size.
  private static int batchSize(RandomGenerator random) {
    int draw = random.nextInt(1101);
    return draw == 0 ? 10_000 : draw <= 100 ? 100 : 10;
  }

  private static List<String> ids(int first, int count) {
    return IntStream.range(first, first + count).mapToObj(i -> "message-" + i).toList();
  }

  /// Each needs its own call.
  private static TestMessage[] messages(List<String> ids) {
    return ids.stream()
        .map(
            id ->
                message(
                    id,
                    "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'%s'}"
                        .formatted(id)))
        .toArray(TestMessage[]::new);
  }

  private static Set<String> missing(List<String> ids, Collection<String> others) {
    Set<String> missing = new HashSet<>(ids);
    missing.removeAll(Set.copyOf(others));
    return missing;
  }

  /// The IDs of the messages that were delayed last.
  private static final class LastDelays implements RequestQueue {
    private Set<String> ids = Set.of();

    @Override
    public void enqueue(List<Waiting> messages, Deadline deadline) {
      throw new AssertionError("no request is split");
    }

    @Override
    public void delay(Map<SqsMessage, Duration> returned, Deadline deadline) {
      ids = returned.keySet().stream().map(SqsMessage::messageId).collect(toSet());
    }
  }
}
