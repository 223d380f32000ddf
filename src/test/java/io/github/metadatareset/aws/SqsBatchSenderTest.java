package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.queue.Correlation;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Messages go in as few batches as SQS's limits let them, to the byte.
class SqsBatchesTest {

  private static final Correlation CAUSE = new Correlation("cause-1");

  private static final int MAX_BYTES = 1024 * 1024;

  private final List<StrictSqs.Message> taken = new ArrayList<>();
  private final StrictSqs sqs = new StrictSqs(taken::add, taken::add);

  @ParameterizedTest
  @CsvSource({"-1, 1", "0, 1", "1, 2"})
  void countTheirAttributesAndTheBytesOfEachCharacter(int more, int batches) {
    int attributes = 2 * bytes(letter("x"));
    String half = "é".repeat(MAX_BYTES / 4);
    String rest = "x".repeat(MAX_BYTES / 2 - attributes + more);

    send(List.of(letter(half), letter(rest)));

    assertEquals(batches, sqs.batches().size());
  }

  @ParameterizedTest
  @CsvSource({"9, 1", "10, 1", "11, 2", "20, 2", "21, 3"})
  void holdTenMessages(int messages, int batches) {
    send(IntStream.range(0, messages).mapToObj(i -> letter("body " + i)).toList());

    assertEquals(batches, sqs.batches().size());
    assertTrue(Collections.max(sqs.batches()) <= 10);
  }

  @Test
  void takeEveryCharacterOfAProfilesNameAsAMessageGroup() {
    List<Request> requests = new ArrayList<>();
    for (char c = '!'; c <= '~'; c++) {
      String name = String.valueOf(c);
      if (name.matches("[\\w/!@#+=.-]")) {
        requests.add(
            new Request.OfConnector(new NamedProfile(new ProfileName(name)), new Entities.Names()));
      }
    }

    sqs.requestQueue().enqueue(requests, CAUSE, SdkAppFlowTest.inAMinute());

    assertEquals(71, taken.stream().map(StrictSqs.Message::messageGroupId).distinct().count());
  }

  private void send(List<DeadLetter> letters) {
    assertEquals(
        new HashSet<>(letters),
        sqs.deadLetterQueue().send(letters, SdkAppFlowTest.inAMinute()).accepted());
    assertEquals(letters.size(), taken.size());
  }

  /// Of the attributes.
  private static int bytes(DeadLetter letter) {
    return letter.attributes().entrySet().stream()
        .mapToInt(a -> (a.getKey() + "String" + a.getValue()).length())
        .sum();
  }

  private static DeadLetter letter(String body) {
    return new DeadLetter(
        body,
        new Failure.Permanent("InvalidRequest", "no request"),
        "request-1",
        new SqsMessage(
            "message-1",
            "handle",
            "",
            1,
            Optional.empty(),
            Optional.empty(),
            CAUSE,
            Optional.empty()));
  }
}
