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

/// Random messages from senders who mean harm, and an AppFlow that answers in kind.
public record RandomHostility(RandomGenerator random, RandomTexts texts) {

  public RandomHostility(RandomGenerator random) {
    this(random, new RandomTexts(random));
  }

  /// With ids of their own, as SQS's are.
  public List<HostileMessage> messages() {
    return IntStream.range(0, random.nextInt(1, 5))
        .mapToObj(
            i -> new HostileMessage(i + text(), body(), text(), text(), random.nextInt(1, 14)))
        .toList();
  }

  /// What a sender may write to be read, refused or ignored.
  public String body() {
    return switch (random.nextInt(7)) {
      case 0 -> text();
      case 1 -> JsonValue.write(text());
      case 2 -> JsonValue.write(Map.of(text(), text()));
      case 3 -> JsonValue.write(new RandomJson(random).any());
      case 4 -> JsonValue.write(recordedCall());
      case 5 -> JsonValue.write(Map.of("Message", JsonValue.write(recordedCall())));
      default ->
          JsonValue.write(
              Map.of("connectorProfileName", "crm", "connectorEntityName", "E" + blackened()));
    };
  }

  /// Which fails as often as not, and says something nasty of it.
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

  /// Without the spaces that AppFlow does not take in a name.
  private String blackened() {
    return texts.nasty().replaceAll("[ \\t\\n\\x0B\\f\\r\\x{D800}-\\x{DFFF}]", "");
  }

  /// Some nasty characters, mostly few.
  public String text() {
    int pieces = random.nextInt(200) == 0 ? 50_000 : random.nextInt(4);
    return Stream.generate(texts::nasty).limit(pieces).collect(Collectors.joining());
  }
}
