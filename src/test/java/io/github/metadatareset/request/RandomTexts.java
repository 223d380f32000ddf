package io.github.metadatareset.request;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Random strings: valid values of requests, and unusual or invalid ones.
public record RandomTexts(RandomGenerator random) {

  private static final String ALPHANUMERIC =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  private static final String PROFILE = ALPHANUMERIC + "_/!@#+=.-";
  private static final String LABEL = ALPHANUMERIC + "_!@#.-";
  private static final String PATH = PROFILE + ", \t\n\u000B\f\r";
  private static final List<String> ENTITY =
      List.of("A", "z", "0", "_", "/", "?", "\"", "\\", "\u0000", "é", "\u00A0", "\u2028", "😀");
  private static final List<String> UNUSUAL =
      List.of(
          "", " ", "\n", "\t", "\u0000", "\u001F", "\u007F", "\u0085", "\u00A0", "\u2028", "\uFEFF",
          "\uFFFE", "\r", "\u001B", "\u2029", "\u202E", "\u2066", "é", "İ", "ſ", "😀", "\uD83D",
          "\uDE00", "*", "?", "/", "~", "\"", "\\", ";", ":");

  String profileName() {
    return of(PROFILE, length(256));
  }

  /// With at least one wildcard.
  String profilePattern() {
    return withWildcard(of(PROFILE + "*?*?*?", length(255)));
  }

  String label() {
    return of(ALPHANUMERIC, 1) + of(LABEL, length(255));
  }

  String flowName() {
    return label();
  }

  String flowPattern() {
    return random.nextBoolean() ? withWildcard("") : withWildcard(of(ALPHANUMERIC, 1) + "-");
  }

  String entityName() {
    return of(ENTITY, length(1024));
  }

  String apiVersion() {
    return random.nextBoolean() ? "v" + random.nextInt(9) : of(ENTITY, length(256));
  }

  String entitiesPath() {
    return of(PATH, length(256));
  }

  /// Control characters, white space, wildcards, surrogates and other unusual characters.
  public String unusual() {
    return of(UNUSUAL, random.nextInt(4));
  }

  /// The text with unusual characters, truncated, or extended to a length at a limit.
  public String corrupted(String text) {
    int at = random.nextInt(text.length() + 1);
    return switch (random.nextInt(4)) {
      case 0 -> text.substring(0, at) + unusual() + text.substring(at);
      case 1 -> text + unusual();
      case 2 -> text.substring(0, at);
      default -> lengthened(text, oneOf(List.of(256, 257, 1024, 1025)));
    };
  }

  private static String lengthened(String text, int length) {
    return text + "x".repeat(Math.max(0, length - text.codePointCount(0, text.length())));
  }

  public <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String withWildcard(String text) {
    int at = random.nextInt(text.length() + 1);
    return text.substring(0, at) + of("*?", 1) + text.substring(at);
  }

  /// Mostly short, sometimes the maximum.
  private int length(int max) {
    return random.nextInt(20) == 0 ? max : 1 + random.nextInt(Math.min(max, 8));
  }

  private String of(String alphabet, int length) {
    return of(List.of(alphabet.split("")), length);
  }

  private String of(List<String> characters, int length) {
    return IntStream.range(0, length)
        .mapToObj(_ -> oneOf(characters))
        .collect(Collectors.joining());
  }
}
