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

/// What Amazon SQS takes, by its API reference and its quotas: put down here once more, so that
/// what the function sends is held against something else than the function.
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

  /// Whether SQS could have delivered such a body, and so takes it once more.
  public static boolean takes(String body) {
    return !body.isEmpty() && isText(body) && bytes(body) <= MAX_BYTES;
  }

  /// Why SQS refuses the batch as a whole; empty where it looks at each entry.
  static Optional<String> fault(List<SendMessageBatchRequestEntry> batch) {
    Set<String> ids = new HashSet<>();
    if (batch.isEmpty() || batch.size() > MAX_ENTRIES) {
      return Optional.of(batch.size() + " entries");
    }
    if (!batch.stream().allMatch(entry -> ENTRY_ID.matcher(entry.id()).matches())) {
      return Optional.of("the id of an entry");
    }
    if (!batch.stream().allMatch(entry -> ids.add(entry.id()))) {
      return Optional.of("an id that is there twice");
    }
    int bytes = batch.stream().mapToInt(SqsRules::bytes).sum();
    return bytes > MAX_BYTES ? Optional.of(bytes + " bytes") : Optional.empty();
  }

  /// Why SQS refuses the entry; empty where it takes it.
  static Optional<String> fault(SendMessageBatchRequestEntry entry) {
    return Stream.of(
            given(takes(entry.messageBody()), "the body"),
            given(entry.messageAttributes().size() <= MAX_ATTRIBUTES, "the number of attributes"),
            given(entry.messageAttributes().entrySet().stream().allMatch(SqsRules::takes), "one"),
            given(
                entry.messageGroupId() == null
                    || GROUP_ID.matcher(entry.messageGroupId()).matches(),
                "the message group"))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Optional<String> given(boolean legal, String what) {
    return legal ? Optional.empty() : Optional.of(what);
  }

  private static boolean takes(Map.Entry<String, MessageAttributeValue> attribute) {
    String value = attribute.getValue().stringValue();
    return ATTRIBUTE_NAME.matcher(attribute.getKey()).matches()
        && attribute.getValue().dataType().equals("String")
        && !value.isEmpty()
        && isText(value);
  }

  /// The characters of XML 1.0.
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
