package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuessTest {

  @ParameterizedTest
  @CsvSource({"sap_odata, SAP-OData", "s3, S3", "S_3, S3"})
  void aNameThatDiffersOnlyInCaseAndPunctuationIsMeant(String value, String meant) {
    assertEquals(Optional.of(meant), nearest(value, "Slack", meant));
  }

  @Test
  void theOnlyNameThatContainsTheValueIsMeant() {
    assertEquals(Optional.of("connectorLabel"), nearest("label", "connectorLabel", "flowName"));
    assertEquals(Optional.empty(), nearest("connector", "connectorLabel", "connectorType"));
  }

  @ParameterizedTest
  @CsvSource({"slakc, ''", "slack1, Slack", "slck, Slack", "account, acocunt", "notoin, notion"})
  void oneOtherLetterIsATypoAndInSixLettersTwo(String value, String name) {
    assertEquals(Optional.of(name).filter(each -> !each.isEmpty()), nearest(value, "Slack", name));
  }

  @ParameterizedTest
  @CsvSource({"abcdeg, xyzabcdef", "accountxyz, account", "xyzaccount, account", "zendesk, Slack"})
  void moreOtherLettersAreAnotherName(String value, String name) {
    assertEquals(Optional.empty(), nearest(value, name));
  }

  @Test
  void aValueOfOneLetterOrOfMoreThan64MeansNothing() {
    String longest = "a".repeat(64);

    assertEquals(Optional.of(longest), nearest(longest, longest));
    assertEquals(Optional.empty(), nearest(longest + "a", longest + "a"));
    assertEquals(Optional.empty(), nearest("a", "a"));
  }

  private static Optional<String> nearest(String value, String... candidates) {
    return Guess.nearest(value, List.copyOf(Arrays.asList(candidates)), text -> text);
  }
}
