package io.github.metadatareset.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Gatherers;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeadLetterTest {

  /// The largest message of SQS, including its attributes: 1 MiB.
  private static final int MAX_BYTES = 1024 * 1024;

  private static final Failure MISSING =
      new Failure.Permanent("ResourceNotFoundException", "There is no profile ghost.");

  /// The attributes in the order of their importance.
  private static final List<String> BY_IMPORTANCE =
      List.of(
          "ErrorCode",
          "CorrelationId",
          "ErrorMessage",
          "SourceMessageId",
          "ReceiveCount",
          "RequestID");

  @Test
  void hasTheReasonTheSourceAndTheReceiveCount() {
    assertEquals(
        Map.of(
            "ErrorCode", "ResourceNotFoundException",
            "ErrorMessage", "There is no profile ghost.",
            "RequestID", "request-1",
            "CorrelationId", "correlation-1",
            "SourceMessageId", "message-1",
            "ReceiveCount", "3"),
        deadLetter("{}", MISSING).attributes());
  }

  @Test
  void hasTheMessageGroupOfItsMessage() {
    assertEquals(Optional.of("crm"), deadLetter("{}", MISSING).messageGroupId());
  }

  @Test
  void replacesInvalidCharactersWithQuestionMarks() {
    Failure failure = new Failure.Permanent("Größe", "line 1\nline 2\u0000 \ud83d\ude00 \ud800");

    Map<String, String> attributes = deadLetter("{}", failure).attributes();

    assertEquals("Gr??e", attributes.get("ErrorCode"));
    assertEquals("line 1?line 2? ? ?", attributes.get("ErrorMessage"));
  }

  @Test
  void hasNoEmptyAttribute() {
    Map<String, String> attributes =
        deadLetter("{}", new Failure.Permanent("", "  "), message("", "", 1), "").attributes();

    assertEquals("-", attributes.get("ErrorCode"));
    assertEquals("-", attributes.get("ErrorMessage"));
    assertEquals("-", attributes.get("RequestID"));
    assertEquals("-", attributes.get("SourceMessageId"));
    assertEquals("-", attributes.get("CorrelationId"));
  }

  @Test
  void truncatesALongErrorMessage() {
    Failure failure = new Failure.Permanent("Long", "x".repeat(5000));

    assertEquals("x".repeat(1024), deadLetter("{}", failure).attributes().get("ErrorMessage"));
  }

  @Test
  void isValidForSqsWhateverTheFailureSays() {
    new RandomCases(5_000)
        .check(
            random -> {
              Failure failure = new Failure.Permanent(anyText(random), anyText(random));
              SqsMessage source = message(anyText(random), anyText(random), random.nextInt());
              deadLetter("{}", failure, source, anyText(random))
                  .attributes()
                  .forEach(
                      (name, value) ->
                          assertTrue(value.matches("[ -~]{1,1024}"), () -> name + " is: " + value));
            });
  }

  @Test
  void isValidForSqsForEveryCodePoint() {
    IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .mapToObj(Character::toString)
        .gather(Gatherers.windowFixed(256))
        .map(characters -> String.join("", characters))
        .map(
            text ->
                deadLetter("{}", new Failure.Permanent(text, text), message(text, text, 1), text))
        .flatMap(deadLetter -> deadLetter.attributes().values().stream())
        .forEach(value -> assertTrue(value.matches("[ -~]{1,1024}"), value));
  }

  @Test
  void dropsTheLeastImportantAttributesIfTheBodyIsTooLong() {
    List<List<String>> kept = new ArrayList<>();
    for (int size = MAX_BYTES - 400; size <= MAX_BYTES; size++) {
      Map<String, String> attributes = deadLetter("x".repeat(size), MISSING).attributes();
      List<String> names = List.copyOf(attributes.keySet());
      if (kept.isEmpty() || !kept.getLast().equals(names)) {
        kept.add(names);
      }
    }

    assertEquals(
        IntStream.iterate(BY_IMPORTANCE.size(), n -> n >= 0, n -> n - 1)
            .mapToObj(n -> BY_IMPORTANCE.subList(0, n))
            .toList(),
        kept);
  }

  @Test
  void keepsAllAttributesThatFit() {
    for (int size = MAX_BYTES - 400; size <= MAX_BYTES; size++) {
      DeadLetter deadLetter = deadLetter("x".repeat(size), MISSING);
      int kept = deadLetter.attributes().size();
      assertTrue(bytes(deadLetter, kept) <= MAX_BYTES, "too long at " + size);
      assertFalse(
          kept < BY_IMPORTANCE.size() && bytes(deadLetter, kept + 1) <= MAX_BYTES,
          "dropped too much at " + size);
    }
  }

  @Test
  void countsBytesAndNotCharacters() {
    String half = "ü".repeat(MAX_BYTES / 2);

    assertEquals(Map.of(), deadLetter(half, MISSING).attributes());
    assertEquals(6, deadLetter(half.substring(0, 500_000), MISSING).attributes().size());
  }

  /// The size of the dead letter with this many of the attributes, as SQS counts it: the body, and
  /// the name, data type and value of each attribute.
  private static int bytes(DeadLetter deadLetter, int attributes) {
    Map<String, String> all = deadLetter("", MISSING).attributes();
    return deadLetter.body().getBytes(UTF_8).length
        + BY_IMPORTANCE.stream()
            .limit(attributes)
            .mapToInt(name -> (name + "String" + all.get(name)).length())
            .sum();
  }

  private static DeadLetter deadLetter(String body, Failure failure) {
    return deadLetter(body, failure, message("message-1", "correlation-1", 3), "request-1");
  }

  private static DeadLetter deadLetter(
      String body, Failure failure, SqsMessage source, String requestId) {
    return new DeadLetter(body, failure, requestId, source);
  }

  private static SqsMessage message(String messageId, String correlationId, int receiveCount) {
    return new SqsMessage(
        messageId,
        "receipt-1",
        "{}",
        receiveCount,
        Optional.empty(),
        Optional.empty(),
        new Correlation(correlationId),
        Optional.of("crm"));
  }

  /// Up to 2,000 characters of any kind, lone surrogates among them.
  private static String anyText(RandomGenerator random) {
    int range = random.nextBoolean() ? 0x80 : 0x10000;
    return random
        .ints(random.nextInt(random.nextBoolean() ? 4 : 2_000), 0, range)
        .collect(StringBuilder::new, (text, c) -> text.append((char) c), StringBuilder::append)
        .toString();
  }
}
