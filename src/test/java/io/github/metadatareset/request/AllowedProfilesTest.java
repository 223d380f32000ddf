package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AllowedProfilesTest {

  private static final AllowedProfiles PRODUCTION =
      new AllowedProfiles(
          new ProfilePattern("*-prod"), Optional.of(new ProfilePattern("legacy-*")));

  @Test
  void matchTheOnePatternAndNotTheOther() {
    assertEquals(Optional.empty(), refusal("crm-prod"));
    assertEquals(Optional.of("CONNECTOR_PROFILE_PATTERN is *-prod"), refusal("crm-test"));
    assertEquals(Optional.of("EXCLUDED_PROFILE_PATTERN is legacy-*"), refusal("legacy-prod"));
    assertEquals(Optional.of("CONNECTOR_PROFILE_PATTERN is *-prod"), refusal("legacy-test"));
  }

  @Test
  void areDescribedByTheirPatterns() {
    assertEquals("CONNECTOR_PROFILE_PATTERN is *", AllowedProfiles.ALL.description());
    assertEquals(
        "CONNECTOR_PROFILE_PATTERN is *-prod and EXCLUDED_PROFILE_PATTERN is legacy-*",
        PRODUCTION.description());
  }

  @Test
  void areTheOnlyOnesThatARequestCanName() {
    List<String> names = List.of("crm", "crm-prod", "crm-test", "erp-prod", "e");
    List<String> patterns = List.of("*", "crm*", "*-prod", "?r?-*", "crm-test", "?", "none");
    new RandomCases(1000)
        .check(
            random -> {
              String name = names.get(random.nextInt(names.size()));
              String pattern = patterns.get(random.nextInt(patterns.size()));
              String excluded = patterns.get(random.nextInt(patterns.size()));

              assertEquals(
                  matches(pattern, name) && !matches(excluded, name),
                  canBeNamed(name, pattern, excluded),
                  () -> "%s with %s without %s".formatted(name, pattern, excluded));
            });
  }

  private static boolean canBeNamed(String name, String pattern, String excluded) {
    AllowedProfiles allowed =
        new AllowedProfiles(new ProfilePattern(pattern), Optional.of(new ProfilePattern(excluded)));
    try {
      new RequestReader(allowed)
          .read(JsonValue.parse("{\"connectorProfileName\":\"%s\"}".formatted(name), ""));
      return true;
    } catch (InvalidJsonException e) {
      return false;
    }
  }

  private static boolean matches(String pattern, String name) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return name.matches(regex);
  }

  private static Optional<String> refusal(String name) {
    return PRODUCTION.refusal(new ProfileName(name));
  }
}
