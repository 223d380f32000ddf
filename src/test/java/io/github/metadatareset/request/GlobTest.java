package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.random.RandomCases;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "*, ''", "*, crm-prod", "crm-*, crm-", "crm-*, crm-prod", "*-prod, crm-prod", "?, a",
    "crm-????, crm-prod", "*m*p*, crm-prod", "**, a", "*?, a", "crm-prod, crm-prod", "'', ''",
    "a.b, a.b", "a*b*b, abab"
  })
  void matchesTheWholeName(String pattern, String name) {
    assertTrue(new Glob(pattern).matches(name));
  }

  @ParameterizedTest
  @CsvSource({
    "?, ''", "crm-*, crm", "crm-*, my-crm-prod", "*-prod, crm-prod2", "?, ab", "*?, ''",
    "CRM-*, crm-prod", "crm-prod, crm-prod2", "crm-prod2, crm-prod", "'', a", "a.b, axb", "[ab], a",
    "a*b*c, abab"
  })
  void matchesNoOtherName(String pattern, String name) {
    assertFalse(new Glob(pattern).matches(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "?", "crm-*", "a?b"})
  void hasAWildcard(String pattern) {
    assertTrue(new Glob(pattern).hasWildcard());
    assertFalse(new Glob("crm-prod.[a-z]+").hasWildcard());
  }

  private enum Verdict {
    MATCHES,
    DIFFERS
  }

  @Test
  void matchesByItsDefinition() {
    RandomCases cases = new RandomCases(5_000);
    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);

    cases.check(
        random -> {
          String pattern = text(random, "aab*?*");
          String name = text(random, "aab");
          boolean matches = matchesByDefinition(pattern, name);

          assertEquals(matches, new Glob(pattern).matches(name), () -> pattern + " and " + name);
          verdicts.merge(matches ? Verdict.MATCHES : Verdict.DIFFERS, 1, Integer::sum);
        });

    assertTrue(verdicts.get(Verdict.MATCHES) > cases.count() / 10, verdicts::toString);
    assertTrue(verdicts.get(Verdict.DIFFERS) > cases.count() / 10, verdicts::toString);
  }

  @Test
  void matchesEveryPatternQuickly() {
    String pattern = "*a".repeat(127) + "*b";
    String name = "a".repeat(256);

    assertTimeoutPreemptively(
        Duration.ofMinutes(1), () -> assertFalse(new Glob(pattern).matches(name)));
  }

  private static String text(RandomGenerator random, String alphabet) {
    return random
        .ints(random.nextInt(8), 0, alphabet.length())
        .mapToObj(alphabet::charAt)
        .collect(StringBuilder::new, StringBuilder::append, StringBuilder::append)
        .toString();
  }

  /// The definition, in a simple and slow form.
  private static boolean matchesByDefinition(String pattern, String name) {
    if (pattern.isEmpty()) {
      return name.isEmpty();
    }
    String rest = pattern.substring(1);
    return switch (pattern.charAt(0)) {
      case '*' ->
          matchesByDefinition(rest, name)
              || (!name.isEmpty() && matchesByDefinition(pattern, name.substring(1)));
      case '?' -> !name.isEmpty() && matchesByDefinition(rest, name.substring(1));
      default ->
          name.startsWith(pattern.substring(0, 1)) && matchesByDefinition(rest, name.substring(1));
    };
  }
}
