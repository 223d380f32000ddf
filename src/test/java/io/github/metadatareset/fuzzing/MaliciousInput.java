package io.github.metadatareset.fuzzing;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RandomJson;
import io.github.metadatareset.request.RandomTexts;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Random messages from malicious senders, and an AppFlow whose errors hold malicious text.
public record MaliciousInput(RandomGenerator random, RandomTexts texts) {

  public MaliciousInput(RandomGenerator random) {
    this(random, new RandomTexts(random));
  }

  /// Their IDs differ, as in SQS.
  public List<MaliciousMessage> messages() {
    return IntStream.range(0, random.nextInt(1, 5))
        .mapToObj(
            i -> new MaliciousMessage(i + text(), body(), text(), text(), random.nextInt(1, 14)))
        .toList();
  }

  /// A body that the function executes, refuses or ignores.
  public String body() {
    return switch (random.nextInt(7)) {
      case 0 -> text();
      case 1 -> JsonValue.write(text());
      case 2 -> JsonValue.write(Map.of(text(), text()));
      case 3 -> JsonValue.write(new RandomJson(random).any());
      case 4 -> JsonValue.write(recordedCall());
      case 5 ->
          JsonValue.write(
              Map.of("Type", "Notification", "Message", JsonValue.write(recordedCall())));
      default ->
          JsonValue.write(
              Map.of("connectorProfileName", "crm", "connectorEntityName", "E" + entityNamePart()));
    };
  }

  /// An AppFlow that fails about half of the calls.
  public FakeAppFlow appFlow() {
    return new FakeAppFlow()
        .resetsFailing(_ -> random.nextBoolean() ? Optional.empty() : Optional.of(failure()));
  }

  private Failure failure() {
    return random.nextBoolean()
        ? new Failure.Permanent(text(), text())
        : new Failure.Denied(text(), text());
  }

  private Map<String, Object> recordedCall() {
    return Map.of(
        "source",
        "aws.appflow",
        "detail-type",
        "AWS API Call via CloudTrail",
        "detail",
        Map.of("eventSource", "appflow.amazonaws.com", "eventName", text()));
  }

  /// Without the white space and lone surrogates that AppFlow refuses in a name.
  private String entityNamePart() {
    return texts.unusual().replaceAll("[ \\t\\n\\x0B\\f\\r\\x{D800}-\\x{DFFF}]", "");
  }

  /// A few unusual characters, sometimes very many.
  public String text() {
    int pieces = random.nextInt(200) == 0 ? 50_000 : random.nextInt(4);
    return Stream.generate(texts::unusual).limit(pieces).collect(Collectors.joining());
  }
}
