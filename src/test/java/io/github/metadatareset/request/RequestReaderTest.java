package io.github.metadatareset.request;

import static io.github.metadatareset.json.Refusals.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.Entities.All;
import io.github.metadatareset.request.Entities.Listed;
import io.github.metadatareset.request.Entities.Names;
import io.github.metadatareset.request.Entities.One;
import io.github.metadatareset.request.Entities.UsedByFlows;
import io.github.metadatareset.request.Request.OfConnector;
import io.github.metadatareset.request.Request.OfFlows;
import io.github.metadatareset.request.Request.Several;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {

  private static final RequestSchema SCHEMA = RequestSchema.load();
  private static final NamedProfile CRM = new NamedProfile(new ProfileName("crm-prod"));
  private static final EntityName ACCOUNT = new EntityName("Account");
  private static final EntityName CONTACT = new EntityName("Contact");
  private static final OfConnector NAMES_OF_CRM = new OfConnector(CRM, new Names());

  private static final String A_REQUEST =
      "an object with connectorProfileName, a connectorType without profile, flowName or requests";
  private static final String A_MEMBER =
      "one of the members [apiVersion, check, connectorEntityName, connectorLabel, connectorProfileName,"
          + " connectorType, depth, dryRun, entities, entitiesPath, flowName, requests, wait]";
  private static final String A_PLACEHOLDER =
      ". This is a placeholder that was not filled in: check the input transformer, or in a state"
          + " machine let the member's name end in .$";
  private static final String A_DEPTH = "a whole number from 0 to 5";
  private static final String SOME_ENTITIES =
      "\"USED_BY_FLOWS\", \"ALL\" or a list of 1 to 1000 entity names";
  private static final String SOME_REQUESTS =
      "a list of 1 to 1000 requests that have no member requests themselves";

  @ParameterizedTest
  @MethodSource
  void readsEveryKindOfRequest(String json, Request expected) {
    assertEquals(expected, read(json));
  }

  static Stream<Arguments> readsEveryKindOfRequest() {
    return Stream.of(
        arguments(
            """
            {"connectorProfileName": "crm-prod"}""",
            NAMES_OF_CRM),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "connectorType": "Salesforce"}""",
            new OfConnector(
                new NamedProfile(new ProfileName("crm-prod"), ConnectorType.SALESFORCE),
                new Names())),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "connectorEntityName": "Account"}""",
            new OfConnector(CRM, new One(ACCOUNT))),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "connectorEntityName": "Account",
             "entitiesPath": "Objects", "apiVersion": "v1"}""",
            new OfConnector(
                CRM,
                new One(ACCOUNT),
                Optional.of(new EntitiesPath("Objects")),
                Optional.of(new ApiVersion("v1")))),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "entities": ["Account", "Contact"]}""",
            new OfConnector(CRM, new Listed(List.of(ACCOUNT, CONTACT)))),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "entities": "USED_BY_FLOWS"}""",
            new OfConnector(CRM, new UsedByFlows())),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "entities": "ALL"}""",
            new OfConnector(CRM, new All(0))),
        arguments(
            """
            {"connectorProfileName": "crm-prod", "entities": "ALL", "entitiesPath": "Objects",
             "depth": 5}""",
            new OfConnector(CRM, new All(5)).withEntitiesPath(new EntitiesPath("Objects"))),
        arguments(
            """
            {"connectorProfileName": "crm-*"}""",
            new OfConnector(new MatchingProfiles(new ProfilePattern("crm-*")), new Names())),
        arguments(
            """
            {"connectorProfileName": "?", "connectorType": "Slack"}""",
            new OfConnector(
                new MatchingProfiles(
                    new ProfilePattern("?"), Optional.of(ConnectorType.SLACK), Optional.empty()),
                new Names())),
        arguments(
            """
            {"connectorProfileName": "*", "connectorLabel": "SharePoint"}""",
            new OfConnector(
                new MatchingProfiles(
                    ProfilePattern.ALL,
                    Optional.empty(),
                    Optional.of(new ConnectorLabel("SharePoint"))),
                new Names())),
        arguments(
            """
            {"connectorProfileName": "*", "connectorLabel": "SharePoint",
             "connectorType": "CustomConnector"}""",
            new OfConnector(
                new MatchingProfiles(
                    ProfilePattern.ALL,
                    Optional.of(ConnectorType.CUSTOMCONNECTOR),
                    Optional.of(new ConnectorLabel("SharePoint"))),
                new Names())),
        arguments(
            """
            {"connectorType": "S3", "entities": "ALL"}""",
            new OfConnector(new WithoutProfile(ConnectorType.S3), new All(0))),
        arguments(
            """
            {"flowName": "crm-account-to-lake"}""",
            new OfFlows(new FlowPattern("crm-account-to-lake"))),
        arguments(
            """
            {"flowName": "*"}""",
            new OfFlows(FlowPattern.ALL)),
        arguments(
            """
            {"requests": [{"connectorProfileName": "crm-prod"}, {"flowName": "*"}]}""",
            new Several(List.of(NAMES_OF_CRM, new OfFlows(FlowPattern.ALL)))));
  }

  /// Two forms of the same request are equal, so that it is executed once.
  @Nested
  class EqualRequests {

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            "entities": ["E"]                  | "connectorEntityName": "E"
            "entities": ["E", "E"]             | "connectorEntityName": "E"
            "entities": ["E", "F", "E"]        | "entities": ["E", "F"]
            "entities": "ALL", "depth": 0      | "entities": "ALL"
            "entities": "ALL", "depth": 1.0    | "entities": "ALL", "depth": 1
            "apiVersion": "1", "entitiesPath": "" | "apiVersion": "1"
            "apiVersion": "1", "connectorEntityName": "E" | "entities": ["E"], "apiVersion": "1"
            """)
    void mayHaveDifferentForms(String members, String others) {
      assertEquals(ofProfile(members), ofProfile(others));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            "apiVersion": "1"                  | "apiVersion": "1.0"
            "apiVersion": "1"                  | "apiVersion": "1", "connectorType": "Slack"
            "apiVersion": "1"                  | "apiVersion": "1", "entitiesPath": " "
            "entities": "USED_BY_FLOWS"        | "entities": "ALL"
            "entities": ["E"]                  | "entities": ["e"]
            """)
    void differIfTheyDoNotMeanTheSame(String members, String others) {
      assertNotEquals(ofProfile(members), ofProfile(others));
    }

    @Test
    void aListOfOneIsItsElement() {
      assertEquals(
          read("{\"flowName\": \"f*\"}"), read("{\"requests\": [{\"flowName\": \"f*\"}]}"));
    }

    @Test
    void areMergedInAList() {
      assertEquals(
          read(
              """
              {"requests": [{"flowName": "f*"}, {"connectorType": "S3"}]}"""),
          read(
              """
              {"requests": [{"flowName": "f*"}, {"connectorType": "S3"}, {"flowName": "f*"},
                            {"connectorType": "S3", "entitiesPath": ""}]}"""));
    }

    private static Request ofProfile(String members) {
      return read("{\"connectorProfileName\": \"crm-prod\", %s}".formatted(members));
    }
  }

  /// Values that AppFlow would refuse.
  @Nested
  class InvalidValues {

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"crm prod\"", "\"crm:prod\"", "\"caf\\u00E9\"", "\"crm\\n\""})
    void refusesAnInvalidProfileName(String value) {
      assertValueRefused(
          "{\"connectorProfileName\":%s}",
          "/connectorProfileName",
          value,
          "a connector profile name: 1 to 256 characters of A-Z a-z 0-9 _ / ! @ # + = . -");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"* *\"", "\"crm:*\"", "\"[a-z]*\"", "\"?\\u0000\"", "\"*\\n\""})
    void refusesAnInvalidProfilePattern(String value) {
      assertValueRefused(
          "{\"connectorProfileName\":%s}",
          "/connectorProfileName",
          value,
          "a connector profile name pattern: 1 to 256 characters of A-Z a-z 0-9 _ / ! @ # + = . - * ?");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        quoteCharacter = '`',
        textBlock =
            """
            ""                   |
            "*"                  |
            "HubSpot"            |
            "GoogleAnalytics4"   |
            "salesforce"         | "Salesforce"
            "SALESFORCE"         | "Salesforce"
            "Salesforce "        | "Salesforce"
            "Sales Force"        | "Salesforce"
            "Saleforce"          | "Salesforce"
            "ServiceNow"         | "Servicenow"
            "Google Analytics"   | "Googleanalytics"
            "SAP"                | "SAPOData"
            "Amazon S3"          | "S3"
            "CUSTOM_CONNECTOR"   | "CustomConnector"
            """)
    void refusesAnUnknownConnectorTypeAndSaysWhichWasMeant(String value, String meant) {
      String advice =
          meant == null
              ? ". The newer connectors, such as HubSpot, are of the type CustomConnector; beside a"
                  + " connectorProfileName you can leave the type out"
              : ". Did you mean %s?".formatted(meant);
      assertValueRefused(
          "{\"connectorProfileName\":\"crm-prod\",\"connectorType\":%s}",
          "/connectorType",
          value,
          "one of [Salesforce, Singular, Slack, Redshift, S3, Marketo, Googleanalytics, Zendesk,"
              + " Servicenow, Datadog, Trendmicro, Snowflake, Dynatrace, Infornexus, Amplitude,"
              + " Veeva, EventBridge, LookoutMetrics, Upsolver, Honeycode, CustomerProfiles,"
              + " SAPOData, CustomConnector, Pardot]"
              + advice);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"\"\"", "\"A\"", "\"_ab\"", "\"a/b\"", "\"a+b\"", "\"ab*\"", "\"ab\\n\""})
    void refusesAnInvalidLabel(String value) {
      assertValueRefused(
          "{\"connectorProfileName\":\"*\",\"connectorLabel\":%s}",
          "/connectorLabel",
          value,
          "a connector label: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or"
              + " digit");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"\"\"", "\"a b\"", "\"a\\t\"", "\"\\u000B\"", "\"\\uD83D\"", "\"\\uDE00a\""})
    void refusesAnInvalidEntityName(String value) {
      String anEntityName = "an entity name: 1 to 1024 characters without spaces or *";
      assertValueRefused(
          "{\"connectorProfileName\":\"crm-prod\",\"connectorEntityName\":%s}",
          "/connectorEntityName", value, anEntityName);
      assertValueRefused(
          "{\"connectorProfileName\":\"crm-prod\",\"entities\":[\"Account\",%s]}",
          "/entities/1", value, anEntityName);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"\"a;b\"", "\"a:b\"", "\"a(b)\"", "\"caf\\u00E9\"", "\"\\u00A0\"", "\"*\""})
    void refusesAnInvalidEntitiesPath(String value) {
      assertValueRefused(
          "{\"connectorProfileName\":\"crm-prod\",\"entitiesPath\":%s}",
          "/entitiesPath",
          value,
          "a parent entity's name: at most 256 characters of A-Z a-z 0-9 _ / ! @ # + = , . - and white"
              + " space");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\" \"", "\"v 1\"", "\"v1\\n\"", "\"v1\\uD83D\""})
    void refusesAnInvalidApiVersion(String value) {
      assertValueRefused(
          "{\"connectorProfileName\":\"crm-prod\",\"apiVersion\":%s}",
          "/apiVersion", value, "an API version: 1 to 256 characters without spaces");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"f\"", "\"-f\"", "\"a/b\"", "\"a b\"", "\"-*\"", "\"f*\\n\""})
    void refusesAnInvalidFlowNameOrPattern(String value) {
      assertValueRefused(
          "{\"flowName\":%s}",
          "/flowName",
          value,
          "a flow name or pattern: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or"
              + " digit, with * and ? as wildcards");
    }

    private static void assertValueRefused(
        String request, String pointer, String value, String expectation) {
      assertRefused(
          "%s: %s; expected %s".formatted(pointer, value, expectation),
          () -> read(request.formatted(value)));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          connectorProfileName | a connector profile's name, or a pattern of one with * and ?
          connectorType        | a connector type
          connectorLabel       | a connector label: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or digit
          connectorEntityName  | an entity name: 1 to 1024 characters without spaces or *
          entitiesPath         | a parent entity's name: at most 256 characters of A-Z a-z 0-9 _ / ! @ # + = , . - and white space
          apiVersion           | an API version: 1 to 256 characters without spaces
          flowName             | a flow name or pattern: 2 to 256 characters of A-Z a-z 0-9 _ ! @ # . - that start with a letter or digit, with * and ? as wildcards
          """,
      quoteCharacter = '`')
  void refusesValuesOfAnotherType(String member, String expectation) {
    String alone = "{\"%s\":%s}";
    String besideAPattern = "{\"connectorProfileName\":\"*\",\"%s\":%s}";
    String request =
        member.equals("connectorProfileName") || member.equals("flowName") ? alone : besideAPattern;

    assertRefused(
        "/%s: null; expected %s. Leave the member out instead of null"
            .formatted(member, expectation),
        () -> read(request.formatted(member, "null")));
    for (String value : List.of("7", "true", "[]", "{}", "[\"Account\"]")) {
      assertRefused(
          "/%s: %s; expected %s".formatted(member, value, expectation),
          () -> read(request.formatted(member, value)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "7", "true", "{}", "[]", "\"\""})
  void refusesOtherValuesOfEntities(String value) {
    assertRefused(
        "/entities: %s; expected %s".formatted(value, SOME_ENTITIES),
        () -> read("{\"connectorProfileName\":\"crm-prod\",\"entities\":%s}".formatted(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "all"           | "ALL"
          "*"             | "ALL"
          "Used by flows" | "USED_BY_FLOWS"
          "USED_BY_FLOW"  | "USED_BY_FLOWS"
          "Account"       | ["Account"]
          "Account, Lead" | ["Account","Lead"]
          """)
  void saysWhichValueOfEntitiesWasMeant(String value, String meant) {
    assertRefused(
        "/entities: %s; expected %s. Did you mean %s?".formatted(value, SOME_ENTITIES, meant),
        () -> read("{\"connectorProfileName\":\"crm-prod\",\"entities\":%s}".formatted(value)));
  }

  @Test
  void anEntitiesTextThatIsLongIsNotRepeated() {
    String longest = "a".repeat(64);
    String refusal = "/entities: \"%s\"; expected %s";

    assertRefused(
        refusal.formatted(longest, SOME_ENTITIES) + ". Did you mean [\"%s\"]?".formatted(longest),
        () -> readEntities(longest));
    assertFalse(
        assertThrows(InvalidJsonException.class, () -> readEntities(longest + "a"))
            .getMessage()
            .contains("Did you mean"));
    assertRefused(
        refusal.formatted("${Entities}", SOME_ENTITIES) + A_PLACEHOLDER,
        () -> readEntities("${Entities}"));
  }

  private static void readEntities(String text) {
    read("{\"connectorProfileName\":\"crm-prod\",\"entities\":\"%s\"}".formatted(text));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "*"               | . Entity names are no patterns; for all of them use "entities": "ALL"
          "Acc*"            | . Entity names are no patterns; for all of them use "entities": "ALL"
          "ALL"             | . Did you mean "entities": "ALL"?
          "USED_BY_FLOWS"   | . Did you mean "entities": "USED_BY_FLOWS"?
          "<entity>"        | PLACEHOLDER
          "$.detail.entity" | PLACEHOLDER
          "${Entity}"       | PLACEHOLDER
          "x-{{entity}}"    | PLACEHOLDER
          """)
  void saysWhatIsWrongWithANameThatIsNoEntity(String value, String advice) {
    String expected =
        "%s; expected an entity name: 1 to 1024 characters without spaces or *%s"
            .formatted(value, advice.replace("PLACEHOLDER", A_PLACEHOLDER));

    assertRefused(
        "/connectorEntityName: " + expected,
        () -> read("{\"connectorProfileName\":\"a\",\"connectorEntityName\":%s}".formatted(value)));
    assertRefused(
        "/entities/0: " + expected,
        () -> read("{\"connectorProfileName\":\"a\",\"entities\":[%s]}".formatted(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"connectorProfileName": "<profile>"}                        | PLACEHOLDER
          {"connectorProfileName": "${Profile}"}                       | PLACEHOLDER
          {"connectorProfileName": "a", "apiVersion": "<version>"}     | PLACEHOLDER
          {"flowName": "$.detail.flow-name"}                           | PLACEHOLDER
          {"connectorProfileName": "a", "entitiesPath": "{{parent}}"}  | PLACEHOLDER
          {"connectorProfileName": "arn:aws:appflow:us-east-1:111122223333:connectorprofile/a"} | . Did you mean "a"?
          {"flowName": "arn:aws:appflow:us-east-1:111122223333:flow/crm-to-lake"} | . Did you mean "crm-to-lake"?
          {"flowName": "arn:aws:s3:::bucket"}                          | . Give a name, and no ARN
          """)
  void saysWhatIsWrongWithAPlaceholderOrAnArn(String json, String advice) {
    String message = assertThrows(InvalidJsonException.class, () -> read(json)).getMessage();

    assertTrue(message.endsWith(advice.replace("PLACEHOLDER", A_PLACEHOLDER)), message);
  }

  /// Tracers and Step Functions add members to requests.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"flowName\":\"f*\",\"_datadog\":{\"a\":[null]}}",
        "{\"flowName\":\"f*\",\"AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID\":\"arn:x\"}",
        "{\"_\":1,\"requests\":[{\"_trace\":\"t\",\"flowName\":\"f*\"}],\"_b\":2}"
      })
  void ignoresMembersThatAreNotTheSenders(String json) {
    assertEquals(new OfFlows(new FlowPattern("f*")), read(json));
  }

  @Test
  void ignoredMembersAreNoRequest() {
    assertRefused(
        "the request: {\"_datadog\":{}}; expected " + A_REQUEST, () -> read("{\"_datadog\":{}}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "[7]", "[]", "{}"})
  void refusesListElementsThatAreNotNames(String value) {
    assertRefused(
        "/entities/0: %s; expected an entity name: 1 to 1024 characters without spaces or *"
            .formatted(value),
        () -> read("{\"connectorProfileName\":\"crm-prod\",\"entities\":[%s]}".formatted(value)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          null         | null
          "1"          | "1"
          true         | true
          -1           | -1
          6            | 6
          10           | 10
          0.5          | 0.5
          1.0000000001 | 1.0000000001
          4294967297   | 4294967297
          1e-999999999 | 1E-999999999
          """)
  void refusesAnInvalidDepth(String value, String shown) {
    assertRefused(
        "/depth: %s; expected %s".formatted(shown, A_DEPTH),
        () ->
            read(
                "{\"connectorProfileName\":\"a\",\"entities\":\"ALL\",\"depth\":%s}"
                    .formatted(value)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1E+400", "-1E+400", "1E+999999999", "18446744073709551616"})
  void refusesAHugeDepth(String depth) {
    var json =
        JsonValue.parse(
            "{\"connectorProfileName\":\"a\",\"entities\":\"ALL\",\"depth\":%s}".formatted(depth),
            "");

    assertRefused(
        "/depth: %s; expected %s".formatted(depth, A_DEPTH),
        () -> new RequestReader(AllowedProfiles.ALL).read(json));
  }

  @Nested
  class MembersThatExcludeEachOther {

    @ParameterizedTest
    @MethodSource
    void areRefused(String json, String message) {
      assertRefused(message, () -> read(json));
    }

    static Stream<Arguments> areRefused() {
      return Stream.of(
          arguments(
              """
              {"connectorProfileName": "a", "connectorEntityName": "E", "entities": ["E"]}""",
              "/connectorEntityName: \"E\"; expected either connectorEntityName or entities, not both"),
          arguments(
              """
              {"connectorProfileName": "a", "depth": 1}""",
              "/depth: 1; expected depth only together with \"entities\": \"ALL\""),
          arguments(
              """
              {"connectorProfileName": "a", "depth": 1, "entities": "USED_BY_FLOWS"}""",
              "/depth: 1; expected depth only together with \"entities\": \"ALL\""),
          arguments(
              """
              {"connectorProfileName": "a", "depth": 1, "entities": ["ALL"]}""",
              "/depth: 1; expected depth only together with \"entities\": \"ALL\""),
          arguments(
              """
              {"connectorProfileName": "a", "entities": "USED_BY_FLOWS", "entitiesPath": ""}""",
              "/entitiesPath: \"\"; expected no entitiesPath, as \"USED_BY_FLOWS\" means entities of all levels"),
          arguments(
              """
              {"connectorProfileName": "a", "connectorLabel": "Erp"}""",
              "/connectorLabel: \"Erp\"; expected connectorLabel only if connectorProfileName is a pattern"),
          arguments(
              """
              {"connectorType": "S3", "connectorLabel": "Erp"}""",
              "/connectorLabel: \"Erp\"; expected connectorLabel only if connectorProfileName is a pattern"),
          arguments(
              """
              {"connectorProfileName": "*", "connectorLabel": "Erp", "connectorType": "Slack"}""",
              "/connectorType: \"Slack\"; expected \"CustomConnector\" or no connectorType, as connectorLabel is given"),
          arguments(
              """
              {"connectorProfileName": "*", "connectorType": "S3"}""",
              "/connectorType: \"S3\"; expected a connectorType that has profiles, as connectorProfileName is a pattern"),
          arguments(
              """
              {"flowName": "f*", "apiVersion": "v1"}""",
              "/apiVersion: \"v1\"; expected no member other than flowName and check"),
          arguments(
              """
              {"requests": [{"flowName": "f*"}], "depth": null}""",
              "/depth: null; expected no member other than requests"));
    }
  }

  @Nested
  class ATypeWithoutProfile {

    @ParameterizedTest
    @EnumSource(
        names = {"CUSTOMERPROFILES", "EVENTBRIDGE", "LOOKOUTMETRICS", "S3", "UPSOLVER"},
        mode = EnumSource.Mode.INCLUDE)
    void isARequestByItself(ConnectorType type) {
      assertEquals(
          new OfConnector(new WithoutProfile(type), new Names()),
          read("{\"connectorType\":\"%s\"}".formatted(type.apiName())));
    }

    @ParameterizedTest
    @EnumSource(
        names = {"CUSTOMERPROFILES", "EVENTBRIDGE", "LOOKOUTMETRICS", "S3", "UPSOLVER"},
        mode = EnumSource.Mode.EXCLUDE)
    void needsNoProfileUnlikeOtherTypes(ConnectorType type) {
      String json = "{\"connectorType\":\"%s\"}".formatted(type.apiName());

      assertRefused(
          "the request: %s; expected a connectorProfileName, as %s has profiles"
              .formatted(json, type.apiName()),
          () -> read(json));
    }

    @Test
    void cannotBeResetByFlows() {
      assertRefused(
          "/entities: \"USED_BY_FLOWS\"; expected \"ALL\" or a list of entity names, as the connectorType has no profiles",
          () -> read("{\"connectorType\":\"S3\",\"entities\":\"USED_BY_FLOWS\"}"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[]",
        "null",
        "7",
        "\"crm-prod\"",
        "[{\"flowName\":\"f*\"}]",
        "{\"apiVersion\":\"v1\"}"
      })
  void refusesEverythingElse(String json) {
    assertRefused("the request: %s; expected %s".formatted(json, A_REQUEST), () -> read(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"flowName":"f*","":{}}                   | /: {}
          {"connectorType":"S3","a/b~c":[null]}     | /a~1b~0c: [null]
          {"connectorType":"S3","a\\u000Ab":1}      | /a\\nb: 1
          {"connectorType":"S3","\\u00E9\\uD83D":1} | /\\u00E9\\uD83D: 1
          """)
  void refusesUnknownMembers(String json, String member) {
    assertRefused(member + "; expected " + A_MEMBER, () -> read(json));
  }

  @ParameterizedTest
  @CsvSource({
    "connectorprofilename, connectorProfileName",
    "ConnectorProfileName, connectorProfileName",
    "connector_profile_name, connectorProfileName",
    "profile, connectorProfileName",
    "conectorProfileName, connectorProfileName",
    "entity, connectorEntityName",
    "type, connectorType",
    "label, connectorLabel",
    "version, apiVersion",
    "flow-name, flowName",
    "dry-run, dryRun",
    "waits, wait",
    "Entities, entities"
  })
  void saysWhichMemberWasMeant(String name, String meant) {
    assertRefused(
        "/%s: 1; expected %s. Did you mean %s?".formatted(name, A_MEMBER, meant),
        () -> read("{\"%s\":1}".formatted(name)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"flowName":"f*"}                                 | DEFAULT
          {"flowName":"f*","dryRun":false,"wait":false}     | DEFAULT
          {"flowName":"f*","dryRun":true}                   | DRY_RUN
          {"flowName":"f*","dryRun":true,"wait":false}      | DRY_RUN
          {"connectorType":"S3","wait":true}                | WAIT
          {"requests":[{"flowName":"f*"}],"wait":true}      | WAIT
          """)
  void readsHowTheRequestIsExecuted(String json, Mode mode) {
    assertEquals(mode, RequestReader.mode(JsonValue.parse(json, "")));
    assertEquals(
        read(json.contains("S3") ? "{\"connectorType\":\"S3\"}" : "{\"flowName\":\"f*\"}"),
        read(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"flowName":"f*","dryRun":true,"wait":true}      | /wait: true; expected only one of dryRun, wait and check
          {"flowName":"f*","dryRun":"true"}                | /dryRun: "true"; expected true or false
          {"flowName":"f*","wait":1}                       | /wait: 1; expected true or false
          {"flowName":"f*","wait":null}                    | /wait: null; expected true or false
          {"requests":[{"flowName":"f*","wait":true}]}     | /requests/0/wait: true; expected dryRun and wait only beside the list of requests
          {"requests":[{"flowName":"f*","dryRun":false}]}  | /requests/0/dryRun: false; expected dryRun and wait only beside the list of requests
          {"flowName":"f","dryRun":true,"check":true}      | /check: true; expected only one of dryRun, wait and check
          {"flowName":"f","check":"yes"}                   | /check: "yes"; expected true or false
          {"requests":[{"flowName":"f","check":1}]}        | /requests/0/check: 1; expected true or false
          {"requests":[{"flowName":"f","check":true}],"wait":true} | /requests/0/check: true; expected no check in a list with dryRun or wait
          {"requests":[{"flowName":"f"}],"check":true}     | /check: true; expected check only beside flowName, as it is flows that are checked
          {"connectorProfileName":"crm","check":true}      | /check: true; expected check only beside flowName, as it is flows that are checked
          {"connectorType":"S3","check":true}              | /check: true; expected check only beside flowName, as it is flows that are checked
          {"flowName":"f","check":true,"entities":"ALL"}   | /entities: "ALL"; expected no member other than flowName and check
          {"check":true}                                   | the request: {"check":true}; expected an object with connectorProfileName, a connectorType without profile, flowName or requests
          {"dryRun":true}                                  | the request: {"dryRun":true}; expected an object with connectorProfileName, a connectorType without profile, flowName or requests
          """)
  void refusesFlagsThatAreWrongOrInTheWrongPlace(String json, String message) {
    assertRefused(message, () -> read(json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"flowName":"f*","check":true}                             | true
          {"flowName":"f*","check":true,"wait":false,"dryRun":false} | true
          {"requests":[{"flowName":"f*","check":true}]}              | true
          {"requests":[{"flowName":"f*","check":true}],"check":false}| true
          {"flowName":"f*","check":false}                            | false
          {"flowName":"f*","check":false,"wait":true}                | false
          """)
  void readsWhetherFlowsAreChecked(String json, boolean isCheck) {
    FlowPattern flows = new FlowPattern("f*");

    assertEquals(isCheck ? new Request.Check(flows) : new Request.OfFlows(flows), read(json));
  }

  @ParameterizedTest
  @ValueSource(strings = {"name", "scheduledTime", "orderId", "x", "bucket"})
  void guessesNoMemberThatIsFarAway(String name) {
    assertRefused(
        "/%s: 1; expected %s".formatted(name, A_MEMBER), () -> read("{\"%s\":1}".formatted(name)));
  }

  @Test
  void acceptsUsedByFlowsForATypeWithProfiles() {
    assertEquals(
        new Request.OfConnector(
            new Connector.NamedProfile(new ProfileName("crm"), ConnectorType.SALESFORCE),
            new Entities.UsedByFlows()),
        read(
            "{\"connectorProfileName\":\"crm\",\"connectorType\":\"Salesforce\",\"entities\":\"USED_BY_FLOWS\"}"));
  }

  @Test
  void truncatesALongValue() {
    assertRefused(
        "/connectorProfileName: \"%s...; expected a connector profile name: 1 to 256 characters of A-Z a-z 0-9"
                .formatted("x".repeat(99))
            + " _ / ! @ # + = . -",
        () -> read("{\"connectorProfileName\":\"%s\"}".formatted("x".repeat(257))));
  }

  @Test
  void truncatesALongPointer() {
    assertRefused(
        "/%s...: 1; expected no member other than requests".formatted("m".repeat(99)),
        () -> read("{\"requests\":[],\"%s\":1}".formatted("m".repeat(200))));
  }

  @Nested
  class AListOfRequests {

    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "{}", "\"f*\"", "7"})
    void mustBeAList(String value) {
      assertRefused(
          "/requests: %s; expected %s".formatted(value, SOME_REQUESTS),
          () -> read("{\"requests\":%s}".formatted(value)));
    }

    @Test
    void cannotBeNested() {
      assertRefused(
          "/requests/1/requests: [{\"flowName\":\"f*\"}]; expected no member \"requests\" inside a list of requests",
          () ->
              read(
                  """
                  {"requests": [{"flowName": "f*"}, {"requests": [{"flowName": "f*"}]}]}"""));
    }

    @Test
    void hasThePointerOfAnInvalidElement() {
      assertRefused(
          "/requests/1/connectorEntityName: 5; expected an entity name: 1 to 1024 characters without spaces or *",
          () ->
              read(
                  """
                  {"requests": [
                    {"flowName": "f*"},
                    {"connectorProfileName": "crm-prod", "connectorEntityName": 5}]}"""));
    }

    @Test
    void hasAtMostAThousandElements() {
      assertEquals(1000, ((Several) read(flows(1000))).requests().size());

      assertRefused(
          "/requests: %s...; expected %s"
              .formatted(elements(1001).substring(0, 100), SOME_REQUESTS),
          () -> read(flows(1001)));
    }

    @Test
    void isCountedBeforeEqualRequestsAreMerged() {
      String same = String.join(",", Collections.nCopies(1001, "{\"flowName\":\"f*\"}"));

      assertRefused(
          "/requests: %s...; expected %s".formatted(("[" + same).substring(0, 100), SOME_REQUESTS),
          () -> read("{\"requests\":[%s]}".formatted(same)));
    }

    @Test
    void mayBeAMebibyteOfShortNames() {
      String profile = "{\"connectorProfileName\":\"p%d\",\"entities\":[\"a\"%s]}";
      String names = ",\"b\"".repeat(249);
      String json =
          IntStream.range(0, 1000)
              .mapToObj(i -> profile.formatted(i, names))
              .collect(Collectors.joining(",", "{\"requests\":[", "]}"));

      assertTrue(json.length() > 1_000_000 && json.length() <= 1_048_576);
      assertEquals(1000, ((Several) read(json)).requests().size());
    }

    private static String flows(int count) {
      return "{\"requests\":%s}".formatted(elements(count));
    }

    private static String elements(int count) {
      return IntStream.range(0, count)
          .mapToObj("{\"flowName\":\"flow%d\"}"::formatted)
          .toList()
          .toString()
          .replace(" ", "");
    }
  }

  @Test
  void acceptsAtMostAThousandEntities() {
    List<String> names = IntStream.range(0, 1001).mapToObj("\"E%d\""::formatted).toList();
    String request = "{\"connectorProfileName\":\"crm-prod\",\"entities\":[%s]}";
    String thousand = String.join(",", names.subList(0, 1000));
    String oneMore = String.join(",", names);

    assertEquals(
        1000,
        ((Listed) ((OfConnector) read(request.formatted(thousand))).entities()).names().size());
    assertRefused(
        "/entities: %s...; expected %s".formatted(("[" + oneMore).substring(0, 100), SOME_ENTITIES),
        () -> read(request.formatted(oneMore)));
  }

  /// The two patterns also limit the IAM permissions of the function.
  @Nested
  class NamesOfAllowedProfiles {

    private static final RequestReader PRODUCTION =
        new RequestReader(new AllowedProfiles(new ProfilePattern("*-prod")));

    @Test
    void oneCanBeNamed() {
      assertEquals(NAMES_OF_CRM, PRODUCTION.read(json("crm-prod")));
    }

    @Test
    void othersCannotBeNamed() {
      assertRefused(
          "/connectorProfileName: \"crm-sandbox\"; expected an allowed profile,"
              + " as CONNECTOR_PROFILE_PATTERN is *-prod",
          () -> PRODUCTION.read(json("crm-sandbox")));
    }

    @Test
    void excludedOnesCannotBeNamed() {
      RequestReader withoutLegacy =
          new RequestReader(
              new AllowedProfiles(ProfilePattern.ALL, Optional.of(new ProfilePattern("legacy-*"))));

      assertEquals(NAMES_OF_CRM, withoutLegacy.read(json("crm-prod")));
      assertRefused(
          "/connectorProfileName: \"legacy-crm\"; expected an allowed profile, as"
              + " EXCLUDED_PROFILE_PATTERN is legacy-*",
          () -> withoutLegacy.read(json("legacy-crm")));
    }

    @Test
    void doNotLimitPatternsWhenRead() {
      assertEquals(
          new OfConnector(new MatchingProfiles(new ProfilePattern("crm-*")), new Names()),
          PRODUCTION.read(json("crm-*")));
    }

    @Test
    void doNotLimitTypesWithoutProfile() {
      assertEquals(
          new OfConnector(new WithoutProfile(ConnectorType.S3), new Names()),
          PRODUCTION.read(JsonValue.parse("{\"connectorType\":\"S3\"}", "")));
    }

    private static JsonValue json(String profile) {
      return JsonValue.parse("{\"connectorProfileName\":\"%s\"}".formatted(profile), "");
    }
  }

  /// Also checks that the schema agrees.
  private static Request read(String json) {
    try {
      Request request = new RequestReader(AllowedProfiles.ALL).read(JsonValue.parse(json, ""));
      assertTrue(SCHEMA.accepts(json), () -> "the schema refuses " + json);
      return request;
    } catch (InvalidJsonException e) {
      assertFalse(SCHEMA.accepts(json), () -> "the schema accepts " + json);
      throw e;
    }
  }
}
