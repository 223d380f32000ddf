package io.github.metadatareset.aws;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/// Which messages Amazon SQS accepts, by its API reference and quotas. Written independently of the
/// function's own limits, so that tests check those against SQS's.
public final class SqsRules {

  private static final int MAX_BYTES = 1024 * 1024;
  private static final int MAX_ENTRIES = 10;
  private static final int MAX_ATTRIBUTES = 10;

  private static final Pattern ENTRY_ID = Pattern.compile("[A-Za-z0-9_-]{1,80}");
  private static final Pattern GROUP_ID =
      Pattern.compile("[A-Za-z0-9!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]{1,128}");
  private static final Pattern ATTRIBUTE_NAME =
      Pattern.compile("(?!(?i:aws\\.|amazon\\.))(?!\\.)(?!.*\\.\\.)[A-Za-z0-9_.-]{1,256}(?<!\\.)");

  private SqsRules() {}

  /// Whether SQS accepts the body. It accepts every body that it has delivered.
  public static boolean takes(String body) {
    return !body.isEmpty() && isText(body) && bytes(body) <= MAX_BYTES;
  }

  /// Why SQS refuses the batch as a whole; empty if it decides on each entry.
  static Optional<String> violation(List<SendMessageBatchRequestEntry> batch) {
    Set<String> ids = new HashSet<>();
    if (batch.isEmpty() || batch.size() > MAX_ENTRIES) {
      return Optional.of(batch.size() + " entries");
    }
    if (!batch.stream().allMatch(entry -> ENTRY_ID.matcher(entry.id()).matches())) {
      return Optional.of("an entry ID has an illegal character or length");
    }
    if (!batch.stream().allMatch(entry -> ids.add(entry.id()))) {
      return Optional.of("two entries have the same ID");
    }
    int bytes = batch.stream().mapToInt(SqsRules::bytes).sum();
    return bytes > MAX_BYTES ? Optional.of(bytes + " bytes") : Optional.empty();
  }

  /// Why SQS refuses the entry; empty if it accepts it.
  static Optional<String> violation(SendMessageBatchRequestEntry entry) {
    return Stream.of(
            unless(takes(entry.messageBody()), "illegal body"),
            unless(entry.messageAttributes().size() <= MAX_ATTRIBUTES, "too many attributes"),
            unless(
                entry.messageAttributes().entrySet().stream().allMatch(SqsRules::isLegal),
                "illegal attribute"),
            unless(
                entry.messageGroupId() == null
                    || GROUP_ID.matcher(entry.messageGroupId()).matches(),
                "illegal message group ID"))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> unless(boolean legal, String violation) {
    return legal ? Optional.empty() : Optional.of(violation);
  }

  private static boolean isLegal(Map.Entry<String, MessageAttributeValue> attribute) {
    String value = attribute.getValue().stringValue();
    return ATTRIBUTE_NAME.matcher(attribute.getKey()).matches()
        && attribute.getValue().dataType().equals("String")
        && !value.isEmpty()
        && isText(value);
  }

  /// SQS accepts the characters of XML 1.0.
  private static boolean isText(String text) {
    return text.codePoints()
        .allMatch(
            c ->
                c == 0x9
                    || c == 0xA
                    || c == 0xD
                    || (c >= 0x20 && c <= 0xD7FF)
                    || (c >= 0xE000 && c <= 0xFFFD)
                    || c >= 0x10000);
  }

  private static int bytes(SendMessageBatchRequestEntry entry) {
    return bytes(entry.messageBody())
        + entry.messageAttributes().entrySet().stream()
            .mapToInt(
                a ->
                    bytes(a.getKey())
                        + bytes(a.getValue().dataType())
                        + bytes(a.getValue().stringValue()))
            .sum();
  }

  private static int bytes(String text) {
    return text.getBytes(UTF_8).length;
  }
}
