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

  /// What SQS takes as one message, its attributes included: 1 MiB.
  private static final int MAX_BYTES = 1024 * 1024;

  private static final Failure MISSING =
      new Failure.Permanent("ResourceNotFoundException", "There is no profile ghost.");

  /// The most important first.
  private static final List<String> KEPT_LONGEST_FIRST =
      List.of(
          "ErrorCode",
          "CorrelationId",
          "ErrorMessage",
          "SourceMessageId",
          "ReceiveCount",
          "RequestID");

  @Test
  void saysWhyWhenceAndAfterHowManyReceives() {
    assertEquals(
        Map.of(
            "ErrorCode", "ResourceNotFoundException",
            "ErrorMessage", "There is no profile ghost.",
            "RequestID", "request-1",
            "CorrelationId", "cause-1",
            "SourceMessageId", "message-1",
            "ReceiveCount", "3"),
        letter("{}", MISSING).attributes());
  }

  @Test
  void goesIntoTheMessageGroupOfItsMessage() {
    assertEquals(Optional.of("crm"), letter("{}", MISSING).messageGroupId());
  }

  @Test
  void showsWhatSqsDoesNotTakeAsQuestionMarks() {
    Failure failure = new Failure.Permanent("Größe", "line 1\nline 2\u0000 \ud83d\ude00 \ud800");

    Map<String, String> attributes = letter("{}", failure).attributes();

    assertEquals("Gr??e", attributes.get("ErrorCode"));
    assertEquals("line 1?line 2? ? ?", attributes.get("ErrorMessage"));
  }

  @Test
  void neverHasAnEmptyAttributeAsSqsWouldRefuseIt() {
    Map<String, String> attributes =
        letter("{}", new Failure.Permanent("", "  "), message("", "", 1), "").attributes();

    assertEquals("-", attributes.get("ErrorCode"));
    assertEquals("-", attributes.get("ErrorMessage"));
    assertEquals("-", attributes.get("RequestID"));
    assertEquals("-", attributes.get("SourceMessageId"));
    assertEquals("-", attributes.get("CorrelationId"));
  }

  @Test
  void cutsALongMessage() {
    Failure failure = new Failure.Permanent("Long", "x".repeat(5000));

    assertEquals("x".repeat(1024), letter("{}", failure).attributes().get("ErrorMessage"));
  }

  @Test
  void isLegalForSqsWhateverTheFailureSays() {
    new RandomCases(5_000)
        .check(
            random -> {
              Failure failure = new Failure.Permanent(anyText(random), anyText(random));
              SqsMessage source = message(anyText(random), anyText(random), random.nextInt());
              letter("{}", failure, source, anyText(random))
                  .attributes()
                  .forEach(
                      (name, value) ->
                          assertTrue(value.matches("[ -~]{1,1024}"), () -> name + " is: " + value));
            });
  }

  @Test
  void isLegalForSqsForEveryCodePoint() {
    IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .mapToObj(Character::toString)
        .gather(Gatherers.windowFixed(256))
        .map(characters -> String.join("", characters))
        .map(text -> letter("{}", new Failure.Permanent(text, text), message(text, text, 1), text))
        .flatMap(letter -> letter.attributes().values().stream())
        .forEach(value -> assertTrue(value.matches("[ -~]{1,1024}"), value));
  }

  @Test
  void dropsAttributesFromTheLastToTheFirstAsTheBodyGrows() {
    List<List<String>> kept = new ArrayList<>();
    for (int size = MAX_BYTES - 400; size <= MAX_BYTES; size++) {
      Map<String, String> attributes = letter("x".repeat(size), MISSING).attributes();
      List<String> names = List.copyOf(attributes.keySet());
      if (kept.isEmpty() || !kept.getLast().equals(names)) {
        kept.add(names);
      }
    }

    assertEquals(
        IntStream.iterate(KEPT_LONGEST_FIRST.size(), n -> n >= 0, n -> n - 1)
            .mapToObj(n -> KEPT_LONGEST_FIRST.subList(0, n))
            .toList(),
        kept);
  }

  @Test
  void keepsWhateverFitsAtEverySizeAroundTheLimit() {
    for (int size = MAX_BYTES - 400; size <= MAX_BYTES; size++) {
      DeadLetter letter = letter("x".repeat(size), MISSING);
      int kept = letter.attributes().size();
      assertTrue(bytes(letter, kept) <= MAX_BYTES, "too long at " + size);
      assertFalse(
          kept < KEPT_LONGEST_FIRST.size() && bytes(letter, kept + 1) <= MAX_BYTES,
          "dropped too much at " + size);
    }
  }

  @Test
  void countsTheBytesOfABodyAndNotItsCharacters() {
    String half = "ü".repeat(MAX_BYTES / 2);

    assertEquals(Map.of(), letter(half, MISSING).attributes());
    assertEquals(6, letter(half.substring(0, 500_000), MISSING).attributes().size());
  }

  /// The size of the letter with the first so many attributes, as SQS counts it: the body, and of
  /// each attribute its name, its data type and its value.
  private static int bytes(DeadLetter letter, int attributes) {
    Map<String, String> all = letter("", MISSING).attributes();
    return letter.body().getBytes(UTF_8).length
        + KEPT_LONGEST_FIRST.stream()
            .limit(attributes)
            .mapToInt(name -> (name + "String" + all.get(name)).length())
            .sum();
  }

  private static DeadLetter letter(String body, Failure failure) {
    return letter(body, failure, message("message-1", "cause-1", 3), "request-1");
  }

  private static DeadLetter letter(
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
