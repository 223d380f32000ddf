package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Values have the limits of AppFlow's API model.
class LimitTest {

  private static final JsonValue SHAPES = shapesOfTheModel();

  @ParameterizedTest
  @MethodSource
  void allowsWhatTheApiModelAllows(String shape, Function<String, ?> value) {
    JsonValue model = SHAPES.member(shape).orElseThrow();
    int max = model.member("max").orElseThrow().asInt("a length");
    Pattern pattern = Pattern.compile(model.text("pattern").orElseThrow());
    Map<Boolean, Integer> verdicts = new TreeMap<>(Map.of(true, 0, false, 0));
    RandomCases cases = new RandomCases(2_000);

    cases.check(
        random -> {
          RandomTexts texts = new RandomTexts(random);
          String text = random.nextBoolean() ? texts.label() : texts.corrupted(texts.profileName());
          boolean legal =
              text.codePoints().count() <= max
                  && pattern.matcher(text).matches()
                  && !hasLoneSurrogate(text)
                  && !(shape.equals("EntityName") && text.contains("*"));

          assertEquals(legal, exists(value, text), () -> JsonValue.write(text));
          verdicts.merge(legal, 1, Integer::sum);
        });

    assertTrue(
        verdicts.values().stream().allMatch(n -> n > cases.count() / 50), verdicts::toString);
  }

  /// Each code point alone and inside a text, including lone surrogates.
  @ParameterizedTest
  @CsvSource({
    "ConnectorProfileName, CONNECTOR_PROFILE_NAME",
    "ConnectorLabel, CONNECTOR_LABEL",
    "EntityName, ENTITY_NAME",
    "EntitiesPath, ENTITIES_PATH",
    "ApiVersion, API_VERSION"
  })
  void allowsTheCodePointsOfTheApiModel(String shape, Limit limit) {
    Pattern pattern =
        Pattern.compile(SHAPES.member(shape).orElseThrow().text("pattern").orElseThrow());

    everyCodePoint()
        .flatMap(c -> Stream.of(c, "ab" + c + "c"))
        .filter(
            text ->
                limit.allows(text)
                    != (pattern.matcher(text).matches()
                        && !hasLoneSurrogate(text)
                        && !(limit == Limit.ENTITY_NAME && text.contains("*"))))
        .findFirst()
        .ifPresent(text -> fail(JsonValue.write(text)));
  }

  @ParameterizedTest
  @CsvSource({"CONNECTOR_PROFILE_PATTERN, CONNECTOR_PROFILE_NAME", "FLOW_PATTERN, CONNECTOR_LABEL"})
  void aPatternAllowsTheCodePointsOfTheNameAndWildcards(Limit pattern, Limit name) {
    everyCodePoint()
        .filter(
            c ->
                pattern.allows("ab" + c)
                    != (name.allows("ab" + c) || c.equals("*") || c.equals("?")))
        .findFirst()
        .ifPresent(c -> fail(JsonValue.write(c)));
  }

  private static Stream<String> everyCodePoint() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT).mapToObj(Character::toString);
  }

  static Stream<Arguments> allowsWhatTheApiModelAllows() {
    return Stream.of(
        ofShape("ConnectorProfileName", ProfileName::new),
        ofShape("ConnectorLabel", ConnectorLabel::new),
        ofShape("EntityName", EntityName::new),
        ofShape("EntitiesPath", EntitiesPath::new),
        ofShape("ApiVersion", ApiVersion::new),
        ofShape(
            "FlowName",
            name -> {
              FlowPattern flow = new FlowPattern(name);
              if (!flow.isName()) {
                throw new IllegalArgumentException("a pattern");
              }
              return flow;
            }));
  }

  @Test
  void theConnectorTypesAreThoseOfTheApiModel() {
    assertEquals(
        SHAPES.member("ConnectorType").flatMap(type -> type.member("enum")).orElseThrow().content(),
        Arrays.stream(ConnectorType.values()).map(ConnectorType::apiName).toList());
  }

  @ParameterizedTest
  @EnumSource
  void hasAMaximumLength(Limit limit) {
    int max = limit == Limit.ENTITY_NAME ? 1024 : 256;

    assertTrue(limit.allows("x".repeat(max)));
    assertFalse(limit.allows("x".repeat(max + 1)));
  }

  @ParameterizedTest
  @EnumSource(names = {"ENTITY_NAME", "API_VERSION"})
  void countsCodePoints(Limit limit) {
    int max = limit == Limit.ENTITY_NAME ? 1024 : 256;

    assertTrue(limit.allows("😀".repeat(max)));
    assertFalse(limit.allows("😀".repeat(max) + "x"));
  }

  /// AppFlow's model allows these names, but they only come from a mistake.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "Acc*",
        "ALL",
        "USED_BY_FLOWS",
        "<e>",
        "$.detail.e",
        "a${e}",
        "{{e}}",
        "{%e%}"
      })
  void anEntityNameIsNoPatternNoKeywordAndNoPlaceholder(String name) {
    assertFalse(Limit.ENTITY_NAME.allows(name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "ALLY", "<e>f", "a<e>", "a$.e", "$e", "{e}", "a?b"})
  void anEntityNameMayLookLikeOne(String name) {
    assertTrue(Limit.ENTITY_NAME.allows(name));
  }

  @Test
  void aPatternMayBeOneWildcard() {
    for (String pattern : List.of("*", "?", "a*", "?a", "*-", "a?.b")) {
      assertTrue(exists(FlowPattern::new, pattern), pattern);
      assertTrue(exists(ProfilePattern::new, pattern), pattern);
    }
  }

  @Test
  void aPatternThatCanMatchNoNameIsInvalid() {
    for (String pattern : List.of("-*", "_?", "!*", "*/x", "* ", "a", "*\n", "")) {
      assertFalse(exists(FlowPattern::new, pattern), pattern);
    }
  }

  private static Arguments ofShape(String shape, Function<String, ?> value) {
    return arguments(shape, value);
  }

  private static boolean exists(Function<String, ?> value, String text) {
    try {
      value.apply(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean hasLoneSurrogate(String text) {
    return text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF);
  }

  private static JsonValue shapesOfTheModel() {
    try (InputStream model = LimitTest.class.getResourceAsStream("/appflow/model.json")) {
      return JsonValue.parse(model.readAllBytes()).member("shapes").orElseThrow();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
