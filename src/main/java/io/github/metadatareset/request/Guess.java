package io.github.metadatareset.request;

import io.github.metadatareset.json.JsonValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// What a sender probably meant. Each text is the end of a refusal, and empty if nothing is known.
final class Guess {

  /// What templates of EventBridge, Step Functions, CloudFormation, Terraform and others leave
  /// where they found no value.
  private static final Pattern PLACEHOLDER =
      Pattern.compile("<[^>]*>|\\$\\.[\\s\\S]*|\\{%[\\s\\S]*|[\\s\\S]*(\\$\\{|\\{\\{)[\\s\\S]*");

  private static final Pattern APPFLOW_ARN =
      Pattern.compile("arn:[^:/]*:appflow:[^/]*:(?:connectorprofile|flow|connector)/(.+)");

  private static final int MAX_LENGTH = 64;

  private Guess() {}

  /// The candidate that differs only in case and punctuation; else the only one that contains the
  /// value; else one that differs in at most two letters.
  static <T> Optional<T> nearest(String value, List<T> candidates, Function<T, String> text) {
    String letters = letters(value);
    if (letters.length() < 2 || letters.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    Optional<T> equal =
        candidates.stream().filter(each -> letters(text.apply(each)).equals(letters)).findFirst();
    if (equal.isPresent() || letters.length() < 3) {
      return equal;
    }
    List<T> longer =
        candidates.stream().filter(each -> letters(text.apply(each)).contains(letters)).toList();
    if (!longer.isEmpty()) {
      return longer.size() == 1 ? Optional.of(longer.getFirst()) : Optional.empty();
    }
    int most = letters.length() < 6 ? 1 : 2;
    return candidates.stream()
        .filter(each -> distance(letters, letters(text.apply(each))) <= most)
        .findFirst();
  }

  static String didYouMean(String meant) {
    return ". Did you mean %s?".formatted(meant);
  }

  /// What is wrong with a value that is no valid name.
  static String ofName(Object content) {
    if (content == null) {
      return ". Leave the member out instead of null";
    }
    if (!(content instanceof String text)) {
      return "";
    }
    if (PLACEHOLDER.matcher(text).matches()) {
      return ". This is a placeholder that was not filled in: check the input transformer, or in a"
          + " state machine let the member's name end in .$";
    }
    var arn = APPFLOW_ARN.matcher(text);
    if (arn.matches()) {
      return didYouMean(JsonValue.write(arn.group(1)));
    }
    return text.startsWith("arn:") ? ". Give a name, and no ARN" : "";
  }

  private static String letters(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /// Levenshtein's distance: a library that has it would be 0.9 MB of the artifact.
  private static int distance(String one, String other) {
    int[] previous = new int[other.length() + 1];
    Arrays.setAll(previous, i -> i);
    for (int i = 1; i <= one.length(); i++) {
      int[] current = new int[other.length() + 1];
      current[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int change = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        current[j] = Math.min(previous[j - 1] + change, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[other.length()];
  }
}
