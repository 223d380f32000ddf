package io.github.metadatareset.json;

import static io.github.metadatareset.json.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.RandomJson;
import io.github.metadatareset.request.RandomTexts;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonValueTest {

  @Nested
  class ReadingJson {

    @ParameterizedTest
    @MethodSource
    void takesOneValueOfAnyKind(String text, Object content) {
      assertEquals(content, JsonValue.parse(text, "").content());
      assertEquals(content, JsonValue.parse(text.getBytes(StandardCharsets.UTF_8)).content());
    }

    static Stream<Arguments> takesOneValueOfAnyKind() {
      return Stream.of(
          arguments("null", null),
          arguments(" true\n", true),
          arguments("\"caf\u00E9 \\ud83d\\ude00\"", "caf\u00E9 \uD83D\uDE00"),
          arguments("7", 7),
          arguments("-0", 0),
          arguments("2147483647", Integer.MAX_VALUE),
          arguments("2147483648", 2147483648L),
          arguments("9223372036854775807", Long.MAX_VALUE),
          arguments("-9223372036854775808", Long.MIN_VALUE),
          arguments("9223372036854775808", new BigDecimal("9223372036854775808")),
          arguments("1e2", new BigDecimal("1e2")),
          arguments("1.50", new BigDecimal("1.50")),
          arguments("1e999999999", new BigDecimal("1e999999999")),
          arguments("1e-999999999", new BigDecimal("1e-999999999")),
          arguments("[1,[]]", List.of(1, List.of())),
          arguments("{\"a\":{\"b\":false}}", Map.of("a", Map.of("b", false))));
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          " ",
          "nul",
          "TRUE",
          "{",
          "[1,",
          "\"a",
          "{'a':1}",
          "{a:1}",
          "{\"a\":1,}",
          "[1,]",
          "[1;2]",
          "{\"a\"=1}",
          "{\"a\":1;\"b\":2}",
          "01",
          "+1",
          ".5",
          "1.",
          "0x1",
          "NaN",
          "-Infinity",
          "// note\n1",
          "# note\n1",
          ")]}'\n1",
          "\"\u0000\"",
          "\"\n\"",
          "\"\\\n\"",
          "\"\\'\"",
          "{\"\t\":1}",
          "\"\\x\"",
          "\"\\u12\"",
          "1e9999999999",
          "[-1e-9999999999]"
        })
    void takesNothingElse(String text) {
      assertNoJson(() -> JsonValue.parse(text, ""));
      assertNoJson(() -> JsonValue.parse((text + "[").getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void takesNothingThatIsNoUtf8() {
      assertNotUtf8(1, new byte[] {(byte) 0xFF});
      assertNotUtf8(2, new byte[] {'"', (byte) 0xC3, '(', '"'});
      assertNotUtf8(3, new byte[] {'1', ' ', (byte) 0xC3});
      assertNotUtf8(2, new byte[] {'"', (byte) 0xC0, (byte) 0x80, '"'});
      assertNotUtf8(2, new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'});
      assertNotUtf8(3, new byte[] {0, 0, (byte) 0xFF, (byte) 0xFE, 1, 1, 1, 1});
      assertNotUtf8(1, "{\"a\":\"\u00E9\"}".getBytes(StandardCharsets.UTF_16));
      assertNoJson(() -> JsonValue.parse("[1]".getBytes(StandardCharsets.UTF_16LE)));
    }

    private static void assertNotUtf8(int at, byte[] bytes) {
      assertRefused(
          "the request: not UTF-8 at byte %d; expected JSON in UTF-8".formatted(at),
          () -> JsonValue.parse(bytes));
    }

    @Test
    void passesOverTheByteOrderMarkOfAnEventAlone() {
      assertEquals(1, JsonValue.parse("\uFEFF1".getBytes(StandardCharsets.UTF_8)).content());
      assertNoJson(() -> JsonValue.parse("\uFEFF1", ""));
      assertRefused(
          "the request: not JSON at line 1, column 2, near \"1[\": Unexpected character ('['"
              + " (code 91)): Expected space separating root-level values;"
              + " expected JSON (RFC 8259)",
          () -> JsonValue.parse("\uFEFF1[".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void takesNothingAfterTheValue() {
      assertRefused(
          "the request: a second JSON value at line 1, column 4, near \"{} {}\";"
              + " expected one JSON value, such as {\"requests\": [...]} for several requests",
          () -> JsonValue.parse("{} {}", ""));
      assertRefused(
          "/Message: not JSON at line 1, column 4, near \"{} x\": Unrecognized token 'x': was"
              + " expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false');"
              + " expected JSON (RFC 8259)",
          () -> JsonValue.parse("{} x", "/Message"));
    }

    @Test
    void takesNoKeyTwice() {
      assertRefused(
          "/detail/a/0/b: the key \"b\" twice at line 1, column 14, near"
              + " \"{\\\"a\\\":[{\\\"b\\\":1,\\\"b\\\":1}]}\"; expected JSON with each key once",
          () -> JsonValue.parse("{\"a\":[{\"b\":1,\"b\":1}]}", "/detail"));
      assertNoJson(() -> JsonValue.parse("{\"a\":1,\"\\u0061\":1}", ""));
      assertNoJson(() -> JsonValue.parse("{\"a\":null,\"b\":{\"a\":1},\"a\":null}", ""));
      JsonValue.parse("{\"a\":{\"a\":[{\"a\":1},{\"a\":1}]}}", "");
    }

    @Test
    void keepsEqualNamesOnce() {
      List<JsonValue> objects = JsonValue.parse("[{\"name\":1},{\"name\":2}]", "").asList("");

      assertSame(
          objects.getFirst().memberNames().getFirst(), objects.getLast().memberNames().getFirst());
    }

    @Test
    void takesNoNumberThatIsThousandsOfDigitsLong() {
      assertEquals("9".repeat(1000), JsonValue.parse("9".repeat(1000), "").content().toString());
      assertRefused(
          "/1: over a limit at line 1, column 1005, near \"%s]\": number of more than 1000"
                  .formatted("9".repeat(20))
              + " characters; expected JSON within the limits",
          () -> JsonValue.parse("[0,%s]".formatted("9".repeat(1001)), ""));
      assertNoJson(() -> JsonValue.parse("0." + "9".repeat(1000), ""));
      assertNoJson(() -> JsonValue.parse("9".repeat(100_000), ""));
    }

    @Test
    void goesDownSixtyFourLevels() {
      assertEquals(
          "[".repeat(64) + "]".repeat(64),
          JsonValue.write(JsonValue.parse("[".repeat(64) + "]".repeat(64), "").content()));
      assertNoJson(() -> JsonValue.parse("[".repeat(65) + "]".repeat(65), ""));
      assertNoJson(() -> JsonValue.parse("{\"a\":".repeat(500_000), ""));
    }

    @Test
    void takesNoMoreValuesThanARequestOrABatchOfTheGreatestSizeHas() {
      assertEquals(299_998, ((List<?>) JsonValue.parse(zeros(299_998), "").content()).size());
      assertRefused(
          "the request: over a limit at line 1, column 600000, near \"0,0,0,0,0,0,0,0,0,0]\": Token"
              + " count (300001) exceeds the maximum allowed (300000, from"
              + " `StreamReadConstraints.getMaxTokenCount()`); expected JSON within the limits",
          () -> JsonValue.parse(zeros(299_999), ""));
      assertEquals(99_999, JsonValue.parse(members(99_999), "").memberNames().size());
      assertNoJson(() -> JsonValue.parse(members(100_000), ""));

      byte[] most = zeros(999_998).getBytes(StandardCharsets.UTF_8);
      assertEquals(999_998, ((List<?>) JsonValue.parse(most).content()).size());
      assertNoJson(() -> JsonValue.parse(zeros(999_999).getBytes(StandardCharsets.UTF_8)));
    }

    private static String zeros(int count) {
      return "[0" + ",0".repeat(count - 1) + "]";
    }

    /// Each of three tokens.
    private static String members(int count) {
      return IntStream.range(0, count)
          .mapToObj(i -> i % 2 == 0 ? "\"a%d\":[]".formatted(i) : "\"a%d\":{}".formatted(i))
          .collect(Collectors.joining(",", "{", "}"));
    }

    private static void assertNoJson(Runnable parsing) {
      var refusal = assertThrows(InvalidJsonException.class, parsing::run);
      assertTrue(refusal.getMessage().contains("; expected JSON"), refusal::getMessage);
    }
  }

  @Nested
  class SayingWhatIsWrong {

    @Test
    void namesTheWholeByItsPurpose() {
      assertRefused(
          "the request: 7; expected x", () -> throwing(JsonValue.parse("7", "").refused("x")));
    }

    @Test
    void namesAMemberByItsPointer() {
      JsonValue value = JsonValue.parse("{\"a/b\":[{\"m~n\":\"v\"}]}", "/Message");
      JsonValue element = value.member("a/b").orElseThrow().asList("a list").getFirst();

      assertRefused(
          "/Message/a~1b/0/m~0n: \"v\"; expected x",
          () -> throwing(element.member("m~n").orElseThrow().refused("x")));
    }

    @ParameterizedTest
    @MethodSource
    void namesWhatIsWrongAndWhereInTheText(String text, String pointer, String place, String why) {
      assertRefused(
          "%s: not JSON at %s, near %s: %s; expected JSON (RFC 8259)"
              .formatted(pointer, place, JsonValue.write(text), why),
          () -> JsonValue.parse(text, "/detail"));
    }

    private static final String NOT_FILLED_IN =
        "a placeholder or a path that was not filled in; in a state machine let the member's name"
            + " end in .$";

    static Stream<Arguments> namesWhatIsWrongAndWhereInTheText() {
      String anyValue = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
      return Stream.of(
          arguments(
              "{",
              "/detail",
              "line 1, column 2",
              "Unexpected end-of-input: expected close marker for Object (start marker at [Source:"
                  + " (StringReader); line: 1, column: 1])"),
          arguments(
              "{'a':1}",
              "/detail",
              "line 1, column 2",
              "no double quotes; in Python use json.dumps"),
          arguments("{\"a\":1,}", "/detail/a", "line 1, column 8", "a comma too many before it"),
          arguments(
              "{\"a\":,\"b\":1}",
              "/detail/a",
              "line 1, column 6",
              "a value is missing before it; a path of the input transformer may not exist"),
          arguments(
              "{\"a/b\":[1,{\"c~\":nul}]}",
              "/detail/a~1b/1/c~0",
              "line 1, column 17",
              "a name or a text without double quotes"),
          arguments(
              "{\"a\":[[1],[1],\n[1,tru]]}",
              "/detail/a/2/1",
              "line 2, column 4",
              "a name or a text without double quotes"),
          arguments(
              "{\"a\":{\"b\":1},\"c\":}",
              "/detail/c",
              "line 1, column 18",
              "a value is missing before it; a path of the input transformer may not exist"),
          arguments(
              "{\"\":{\" path $.a\":01}}",
              "/detail// path $.a",
              "line 1, column 19",
              "Invalid numeric value: Leading zeroes not allowed"),
          arguments(
              "[1 2]",
              "/detail/1",
              "line 1, column 4",
              "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries"),
          arguments(
              "{\"a\":1 \"b\":2}",
              "/detail/a",
              "line 1, column 8",
              "Unexpected character ('\\\"' (code 34)): was expecting comma to separate Object"
                  + " entries"),
          arguments(
              "{\"a\" 1}",
              "/detail/a",
              "line 1, column 6",
              "Unexpected character ('1' (code 49)): was expecting a colon to separate field"
                  + " name and value"),
          arguments(
              "[\"a",
              "/detail/0",
              "line 1, column 4",
              "Unexpected end-of-input: was expecting closing quote for a string value"),
          arguments(
              "[\"\t\"]",
              "/detail/0",
              "line 1, column 3",
              "Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash"
                  + " to be included in string value"),
          arguments(
              "[\"\\x\"]",
              "/detail/0",
              "line 1, column 4",
              "Unrecognized character escape 'x' (code 120)"),
          arguments(
              "[\"\\\n\"]",
              "/detail/0",
              "line 1, column 4",
              "Unrecognized character escape (CTRL-CHAR, code 10)"),
          arguments(
              "[\"\\u00zz\"]",
              "/detail/0",
              "line 1, column 7",
              "Unexpected character ('z' (code 122)): expected a hex-digit for character escape"
                  + " sequence"),
          arguments("\uFEFF{}", "/detail", "line 1, column 1", "a byte order mark before the JSON"),
          arguments(
              "id,name\n1,crm\n",
              "/detail",
              "line 1, column 1",
              "text that is not JSON at all; send a JSON object"),
          arguments(
              "profile: crm\n",
              "/detail",
              "line 1, column 1",
              "text that is not JSON at all; send a JSON object"),
          arguments("eyJhIjoxfQ==", "/detail", "line 1, column 1", "Base64; send the JSON itself"),
          arguments("$.request", "/detail", "line 1, column 1", NOT_FILLED_IN),
          arguments("<request>", "/detail", "line 1, column 1", NOT_FILLED_IN),
          arguments("{\"a\": <b>}", "/detail/a", "line 1, column 7", NOT_FILLED_IN),
          arguments("{\"a\": ${b}}", "/detail/a", "line 1, column 7", NOT_FILLED_IN),
          arguments("{\"a\": {{b}}}", "/detail/a", "line 1, column 8", NOT_FILLED_IN),
          arguments(
              "{\"a\":NaN}",
              "/detail/a",
              "line 1, column 9",
              "NaN, which JSON does not have; it has null, true and false"),
          arguments(
              "{\"a\":None}",
              "/detail/a",
              "line 1, column 6",
              "None, which JSON does not have; it has null, true and false"),
          arguments(
              "{a:1}", "/detail", "line 1, column 2", "a name or a text without double quotes"),
          arguments("[1,]", "/detail/1", "line 1, column 4", "a comma too many before it"),
          arguments(
              "{} // c", "/detail", "line 1, column 4", "a comment, which JSON does not have"));
    }

    @Test
    void saysThatThereIsNothing() {
      assertRefused(
          "/detail: no JSON value at line 1, column 1, near \"\"; expected JSON (RFC 8259)",
          () -> JsonValue.parse("", "/detail"));
    }

    @Test
    void saysThatAnExponentIsOutOfRange() {
      assertRefused(
          "/detail/0: over a limit at line 1, column 14, near \"[1e9999999999]\": exponent"
              + " beyond 2147483647; expected JSON within the limits",
          () -> JsonValue.parse("[1e9999999999]", "/detail"));
    }

    @Test
    void showsTwentyCharactersBeforeAndAfterThePlace() {
      assertRefused(
          "/1: not JSON at line 1, column 1005, near \"%s\\\",?%s\": Unexpected character ('?'"
                  .formatted("a".repeat(18), "b".repeat(19))
              + " (code 63)): expected a valid value (JSON String, Number, Array, Object or token"
              + " 'null', 'true' or 'false'); expected JSON (RFC 8259)",
          () -> JsonValue.parse("[\"%s\",?%s".formatted("a".repeat(1000), "b".repeat(1000)), ""));
    }

    @Test
    void showsAHundredCharactersInFull() {
      String hundred = "v".repeat(98);

      assertRefused(
          "the request: \"%s\"; expected x".formatted(hundred),
          () -> throwing(JsonValue.parse("\"%s\"".formatted(hundred), "").refused("x")));
    }

    @Test
    void saysThatTooManyLevelsAreNested() {
      String message =
          assertThrows(InvalidJsonException.class, () -> JsonValue.parse("[".repeat(65), ""))
              .getMessage();

      assertEquals(
          "%s...: over a limit at line 1, column 66, near \"%s\": Document nesting depth (65)"
                  .formatted("/0".repeat(50), "[".repeat(20))
              + " exceeds the maximum allowed (64, from `StreamReadConstraints.getMaxNestingDepth()`);"
              + " expected JSON within the limits",
          message);
    }

    @Test
    void showsNoCharacterThatCouldForgeALine() {
      new RandomCases(2_000)
          .check(
              random -> {
                RandomTexts texts = new RandomTexts(random);
                Map<String, Object> members = new LinkedHashMap<>();
                members.put(texts.unusual(), texts.unusual());
                JsonValue value = JsonValue.parse(JsonValue.write(members), texts.unusual());
                JsonValue member = value.member(value.memberNames().getFirst()).orElseThrow();

                String message = member.refused("x").getMessage();

                assertTrue(message.matches("[ -~]+"), message);
              });
    }

    @Test
    void showsNoSuchCharacterWhereTheTextIsNoJson() {
      new RandomCases(2_000)
          .check(
              random -> {
                String text =
                    new RandomTexts(random).corrupted("{\"a\":1,\"a\u0085\n\":1,\"a\":1}");
                String message =
                    assertThrows(InvalidJsonException.class, () -> JsonValue.parse(text, ""))
                        .getMessage();

                assertTrue(message.matches("[ -~]+"), message);
              });
    }

    @Test
    void showsNoMoreThanAPersonReads() {
      String key = "k".repeat(1000);
      JsonValue value = JsonValue.parse("{\"%s\":\"%s\"}".formatted(key, "v".repeat(1000)), "");

      assertRefused(
          "/%s...: \"%s...; expected x".formatted("k".repeat(99), "v".repeat(99)),
          () -> throwing(value.member(key).orElseThrow().refused("x")));
    }

    private static void throwing(InvalidJsonException e) {
      throw e;
    }
  }

  @Nested
  class WhatIsWritten {

    @Test
    void isReadBackAsTheSame() {
      new RandomCases(3_000)
          .check(
              random -> {
                String json = JsonValue.write(new RandomJson(random).any());
                assertEquals(json, JsonValue.write(JsonValue.parse(json, "").content()));
              });
    }

    @Test
    void isEscapedWhereJsonOrALogAsksForIt() {
      assertEquals(
          "\"\\u0000\\u001F\\b\\t\\n\\f\\r\\\"\\\\/<>&=' ~\\u007F\\u0085\\uFFFF\\uDE00\"",
          JsonValue.write("\u0000\u001F\b\t\n\f\r\"\\/<>&=' ~\u007F\u0085\uFFFF\uDE00"));
    }

    @Test
    void keepsWhatIsNull() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("a\n", null);
      members.put("b", List.of());
      members.put("c", Map.of());

      assertEquals("{\"a\\n\":null,\"b\":[],\"c\":{}}", JsonValue.write(members));
      assertEquals("null", JsonValue.write(null));
    }

    @Test
    void isAsciiOnOneLine() {
      assertEquals(
          "{\"caf\\u00E9\":[\"\\uD83D\\uDE00\\uD83D\\u0000\\n\\u2028\",null,1.50]}",
          JsonValue.write(
              JsonValue.parse("{\"café\":[\"😀\\ud83d\\u0000\\n\u2028\",null,1.50]}", "")
                  .content()));
    }
  }

  @Test
  void aWholeNumberMayHaveAFraction() {
    for (String whole : List.of("10", "10.0", "1e1", "0.1e2", "1000e-2")) {
      assertEquals(10, JsonValue.parse(whole, "").asInt("a number"));
    }
    for (String other : List.of("10.5", "2147483648", "1e999999999", "1e-999999999", "\"10\"")) {
      assertThrows(InvalidJsonException.class, () -> JsonValue.parse(other, "").asInt("a number"));
    }
  }

  @Test
  void onlyAnObjectHasMembers() {
    JsonValue object = JsonValue.parse("{\"a\":null,\"b\":\"text\",\"c\":1}", "");
    JsonValue list = JsonValue.parse("[\"a\"]", "");

    assertTrue(object.isObject());
    assertEquals(List.of("a", "b", "c"), object.memberNames());
    assertTrue(object.has("a"));
    assertEquals(Optional.of(new JsonValue("/a", null)), object.member("a"));
    assertEquals(Optional.of("text"), object.text("b"));
    assertEquals(Optional.empty(), object.text("c"));
    assertEquals(Optional.empty(), object.member("d"));

    assertFalse(list.isObject());
    assertFalse(list.has("a"));
    assertEquals(List.of(), list.memberNames());
    assertEquals(Optional.empty(), list.member("a"));
  }
}
