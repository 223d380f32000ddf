package io.github.metadatareset.plan;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.nestedUse;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static io.github.metadatareset.plan.FakeAppFlow.use;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitterTest {

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private AllowedProfiles allowedProfiles = AllowedProfiles.ALL;

  @Nested
  class ChecksOfFlowsByPattern {

    @Test
    void areOneCheckForEachFlowThatIsNoDraft() {
      appFlow.withFlow("crm-new").withFlow("erp").withFlow("crm-old").withDraft("crm-draft");

      assertEquals(
          requests("{'flowName':'crm-new','check':true}", "{'flowName':'crm-old','check':true}"),
          split("{'flowName':'crm-*','check':true}").requests());
      assertEquals(List.of("ListFlows"), appFlow.lookups());
    }

    @Test
    void failIfNoFlowMatches() {
      appFlow.withFlow("erp").withDraft("crm-draft");

      assertEquals(
          "crm-* matches none of the 1 flows that are no drafts",
          assertThrows(
                  RequestFailedException.class, () -> split("{'flowName':'crm-*','check':true}"))
              .failure()
              .message());
    }

    @Test
    void ofEveryFlowMayBeNone() {
      assertEquals(List.of(), split("{'flowName':'*','check':true}").requests());
    }
  }

  @Nested
  class ProfilesByPattern {

    @Test
    void areOneSubRequestEachWithTheirType() {
      appFlow
          .profile("crm-eu", ConnectorType.SALESFORCE)
          .profile("crm-us", ConnectorType.SALESFORCE)
          .profile("itsm", ConnectorType.SERVICENOW);

      assertEquals(
          requests(
              "{'connectorProfileName':'crm-eu','connectorType':'Salesforce'}",
              "{'connectorProfileName':'crm-us','connectorType':'Salesforce'}"),
          split("{'connectorProfileName':'crm-*'}").requests());
    }

    @Test
    void profilesOfACustomConnectorKeepTheirListOfEntities() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("old", use("erp", "orders", "v1"))
          .withFlow("new", use("erp", "items", "v2"));
      String list =
          "{'connectorProfileName':'%s','connectorType':'CustomConnector','entities':['items','orders']}";

      assertEquals(requests(list.formatted("erp")), split(list.formatted("*")).requests());
      assertEquals(
          requests(
              "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'items','apiVersion':'v2'}",
              "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'orders','apiVersion':'v1'}"),
          split(list.formatted("erp")).requests());
    }

    @Test
    void keepTheEntitiesOfTheRequest() {
      appFlow.profile("crm-eu", ConnectorType.SALESFORCE);

      assertEquals(
          requests(
              "{'connectorProfileName':'crm-eu','connectorType':'Salesforce','entities':['A','B'],'entitiesPath':'P','apiVersion':'v1'}"),
          split(
                  "{'connectorProfileName':'crm-*','entities':['A','B'],'entitiesPath':'P','apiVersion':'v1'}")
              .requests());
    }

    @Test
    void areFilteredByTypeAndLabel() {
      appFlow
          .profile("a", ConnectorType.SALESFORCE)
          .customProfile("b", "Erp")
          .customProfile("c", "Ads")
          .connector("Erp", "v1")
          .connector("Ads", "v9");

      assertEquals(
          requests("{'connectorProfileName':'a','connectorType':'Salesforce'}"),
          split("{'connectorProfileName':'*','connectorType':'Salesforce'}").requests());
      assertEquals(
          requests(
              "{'connectorProfileName':'c','connectorType':'CustomConnector','apiVersion':'v9'}"),
          split("{'connectorProfileName':'*','connectorLabel':'Ads'}").requests());
    }

    @Test
    void includeOnlyAllowedProfiles() {
      appFlow.profile("prod", ConnectorType.SLACK).profile("dev", ConnectorType.SLACK);
      allowedProfiles = new AllowedProfiles(new ProfilePattern("prod*"));

      assertEquals(
          requests("{'connectorProfileName':'prod','connectorType':'Slack'}"),
          split("{'connectorProfileName':'*'}").requests());
    }

    @Test
    void leaveOutExcludedProfiles() {
      appFlow.profile("crm", ConnectorType.SLACK).profile("crm-old", ConnectorType.SLACK);
      allowedProfiles =
          new AllowedProfiles(ProfilePattern.ALL, Optional.of(new ProfilePattern("*-old")));

      assertEquals(
          requests("{'connectorProfileName':'crm','connectorType':'Slack'}"),
          split("{'connectorProfileName':'*'}").requests());
    }

    @Test
    void failIfNoneMatchesANarrowedWildcard() {
      appFlow.profile("a", ConnectorType.SLACK);

      assertEquals(
          new Failure.Permanent(
              "NoMatch", "* with connectorType Salesforce matches none of the 1 profiles"),
          failure("{'connectorProfileName':'*','connectorType':'Salesforce'}"));
      assertEquals(
          new Failure.Permanent(
              "NoMatch", "* with connectorLabel Erp matches none of the 1 profiles"),
          failure("{'connectorProfileName':'*','connectorLabel':'Erp'}"));
    }

    @Test
    void failWithTheLabelsThatThereAre() {
      appFlow.customProfile("b", "HubSpot").customProfile("c", "GoogleAds");

      assertEquals(
          new Failure.Permanent(
              "NoMatch",
              "* with connectorLabel Hubspot matches none of the 2 profiles; the labels of the"
                  + " profiles are [GoogleAds, HubSpot]"),
          failure("{'connectorProfileName':'*','connectorLabel':'Hubspot'}"));
      assertEquals(
          new Failure.Permanent(
              "NoMatch",
              "* with connectorLabel salesforce matches none of the 2 profiles; Salesforce is a"
                  + " connectorType, and no label; the labels of the profiles are [GoogleAds,"
                  + " HubSpot]"),
          failure("{'connectorProfileName':'*','connectorLabel':'salesforce'}"));
    }

    @Test
    void failWithoutTheLabelsOfProfilesThatAreNotAllowed() {
      allowedProfiles = new AllowedProfiles(new ProfilePattern("prod*"));
      appFlow.customProfile("prod", "HubSpot").customProfile("secret", "Takeover");

      assertEquals(
          new Failure.Permanent(
              "NoMatch",
              "* with connectorLabel Erp matches none of the 2 profiles; the labels of the profiles"
                  + " are [HubSpot]"),
          failure("{'connectorProfileName':'*','connectorLabel':'Erp'}"));
    }

    @Test
    void failIfNoneMatches() {
      appFlow.profile("a", ConnectorType.SLACK).profile("b", ConnectorType.SLACK);

      assertEquals(
          new Failure.Permanent("NoMatch", "crm-* matches none of the 2 profiles"),
          failure("{'connectorProfileName':'crm-*'}"));
    }

    @Test
    void mayBeNoneForTheWildcard() {
      assertEquals(new SubRequests(0, List.of(), List.of()), split("{'connectorProfileName':'*'}"));
    }
  }

  @Nested
  class UsedByFlows {

    @Test
    void areTheNamesAndTheEntitiesThatFlowsReadOrWrite() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .profile("itsm", ConnectorType.SERVICENOW)
          .withFlow("in", use("crm", "Account"), use("itsm", "incident"))
          .withFlow("out", use("crm", "Lead"), use("crm", "Account"));

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce'}",
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}",
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Lead'}"),
          split("{'connectorProfileName':'crm','entities':'USED_BY_FLOWS'}").requests());
    }

    @Test
    void nameTheFlowsThatUseThem() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .withFlow("c", use("crm", "Account"), use("crm", "Lead"))
          .withFlow("a", use("crm", "Account"), use("crm", "Account"))
          .withFlow("b", use("crm", "Account"))
          .withFlow("d", use("crm", "Lead"));

      SubRequests subRequests = split("{'connectorProfileName':'crm','entities':'USED_BY_FLOWS'}");

      assertEquals(
          List.of(Optional.empty(), Optional.of("a, b and 1 more"), Optional.of("c, d")),
          subRequests.requests().stream()
              .map(request -> subRequests.flows(request.json()))
              .toList());
    }

    @Test
    void nameTheFlowsThatUseThemIfTheyAreRejected() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("b", use("erp", "orders"), use("erp", "a*b"))
          .withFlow("a", use("erp", "orders"));

      SubRequests subRequests = split("{'connectorProfileName':'erp','entities':'USED_BY_FLOWS'}");

      assertEquals(
          List.of(
              "NoApiVersion Optional.empty",
              "NoApiVersion Optional[a, b]",
              "InvalidEntityName Optional[b]"),
          subRequests.rejected().stream()
              .map(each -> each.failure().code() + " " + subRequests.flows(each.body()))
              .toList());
    }

    @Test
    void readTheFlowsOnceForAllProfiles() {
      IntStream.range(0, 30).forEach(i -> appFlow.profile("p" + i, ConnectorType.SALESFORCE));
      appFlow.withFlow("a", use("p1", "Account")).withFlow("b", use("p2", "Lead"));

      assertEquals(
          32, split("{'connectorProfileName':'*','entities':'USED_BY_FLOWS'}").requests().size());
      assertEquals(
          List.of("DescribeConnectorProfiles", "DescribeFlow a", "DescribeFlow b", "ListFlows"),
          appFlow.lookups().stream().sorted().toList());
    }

    @Test
    void describeOnlyFlowsThatMayUseTheProfile() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .profile("chat", ConnectorType.SLACK)
          .customProfile("erp", "Erp")
          .customProfile("ads", "Ads")
          .connector("Erp", "v1")
          .withFlow("crm-flow", use("crm", "Account"))
          .withFlow("chat-flow", use("chat", "channels"))
          .withFlow("erp-flow", use("erp", "orders"))
          .withFlow("ads-flow", use("ads", "campaigns"))
          .withFlow("unknown-connector", use("gone", "Lead"));

      assertEquals(
          2, split("{'connectorProfileName':'erp','entities':'USED_BY_FLOWS'}").requests().size());
      assertEquals(
          List.of(
              "DescribeConnector Erp",
              "DescribeConnectorProfiles",
              "DescribeFlow erp-flow",
              "DescribeFlow unknown-connector",
              "ListFlows"),
          appFlow.lookups().stream().sorted().toList());
    }

    @Test
    void needNoLookUpOfAProfileWhoseTypeIsGiven() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .profile("chat", ConnectorType.SLACK)
          .withFlow("in", use("crm", "Account"))
          .withFlow("other", use("chat", "channels"));

      split(
          "{'connectorProfileName':'crm','connectorType':'Salesforce','entities':'USED_BY_FLOWS'}");

      assertEquals(List.of("ListFlows", "DescribeFlow in"), appFlow.lookups());
    }

    @Test
    void entitiesOfACustomConnectorHaveTheVersionsOfTheirFlows() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2", "v3")
          .withFlow("old", use("erp", "orders", "v1"))
          .withFlow("new", use("erp", "orders", "v2"), use("erp", "items", "v2"));
      String erp = "{'connectorProfileName':'erp','connectorType':'CustomConnector',";

      assertEquals(
          requests(
              erp + "'apiVersion':'v1'}",
              erp + "'apiVersion':'v2'}",
              erp + "'connectorEntityName':'orders','apiVersion':'v1'}",
              erp + "'connectorEntityName':'orders','apiVersion':'v2'}",
              erp + "'connectorEntityName':'items','apiVersion':'v2'}"),
          split("{'connectorProfileName':'erp','entities':'USED_BY_FLOWS'}").requests());
    }

    @Test
    void anUnknownProfileResetsItsNames() {
      assertEquals(
          requests("{'connectorProfileName':'ghost'}"),
          split("{'connectorProfileName':'ghost','entities':'USED_BY_FLOWS'}").requests());
    }

    @Test
    void aNamedProfileWithoutAKnownVersionIsRejected() {
      appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

      SubRequests subRequests = split("{'connectorProfileName':'erp','entities':'USED_BY_FLOWS'}");

      assertEquals(
          List.of(
              new SubRequests.Rejected(
                  "{\"connectorProfileName\":\"erp\"}",
                  new Failure.Permanent(
                      "NoApiVersion",
                      "connector Erp supports the API versions [v1, v2], and no flow of profile"
                          + " erp says which one; expected apiVersion with one of them"))),
          subRequests.rejected());
      assertEquals(List.of(), subRequests.skipped());
    }
  }

  /// So that a schedule over all profiles makes no dead letters in a healthy account.
  @Nested
  class ProfilesWithoutAKnownVersion {

    private static final String REASON =
        "no flow uses profile erp, and connector Erp supports the API versions [v1, v2]";

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          ",'connectorEntityName':'orders'",
          ",'entities':['orders','items']",
          ",'entities':'USED_BY_FLOWS'",
          ",'entities':'ALL'"
        })
    void areSkippedIfAPatternFindsThemAndNoFlowUsesThem(String entities) {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("other", use("crm", "Account"));

      SubRequests subRequests = split("{'connectorProfileName':'*'%s}".formatted(entities));

      assertEquals(List.of(), subRequests.rejected());
      assertEquals(List.of(REASON), subRequests.skipped());
      assertTrue(
          subRequests.requests().stream().noneMatch(request -> request.json().contains("erp")));
    }

    @Test
    void areSkippedIfTheyAreTheOnlyOnes() {
      appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

      assertEquals(
          new SubRequests(0, List.of(), List.of(), List.of(REASON), Map.of()),
          split("{'connectorProfileName':'erp*'}"));
    }

    @Test
    void areResetWithTheVersionOfTheRequest() {
      appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

      assertEquals(
          new SubRequests(
              requests(
                  "{'connectorProfileName':'erp','connectorType':'CustomConnector','apiVersion':'v1'}")),
          split("{'connectorProfileName':'erp*','apiVersion':'v1'}"));
    }

    @Test
    void areRejectedIfAFlowUsesThem() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("sync", use("erp", "orders"));

      SubRequests subRequests = split("{'connectorProfileName':'*'}");

      assertEquals("NoApiVersion", subRequests.rejected().getFirst().failure().code());
      assertEquals(List.of(), subRequests.skipped());
    }
  }

  @Nested
  class Flows {

    @Test
    void aFlowNameBecomesItsEntitiesWithProfileAndVersion() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("other", use("crm", "Lead"), use("erp", "orders", "v1"))
          .withFlow(
              "sync",
              use("crm", "Account"),
              use("erp", "orders", "v2"),
              nestedUse("erp", "orders", "orders/lines", "v2"));

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}",
              "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'orders','apiVersion':'v2'}",
              "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'orders/lines','entitiesPath':'orders','apiVersion':'v2'}"),
          split("{'flowName':'sync'}").requests());
    }

    @Test
    void flowsOfAPatternAreReadOnceEach() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .withFlow("crm-a", use("crm", "Account"))
          .withFlow("crm-b", use("crm", "Account"))
          .withFlow("erp-c", use("crm", "Lead"));

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}"),
          split("{'flowName':'crm-*'}").requests());
    }

    @Test
    void failIfNoneExists() {
      appFlow.withFlow("a");

      assertEquals(
          new Failure.Permanent("NoMatch", "gone matches none of the 1 flows"),
          failure("{'flowName':'gone'}"));
      assertEquals(
          new Failure.Permanent("NoMatch", "b* matches none of the 1 flows"),
          failure("{'flowName':'b*'}"));
    }

    @Test
    void includeOnlyAllowedProfilesOfFlows() {
      allowedProfiles = new AllowedProfiles(new ProfilePattern("prod-*"));
      appFlow
          .profile("prod-crm", ConnectorType.SALESFORCE)
          .withFlow("sync", use("prod-crm", "Account"), use("dev-crm", "Account"));

      assertEquals(
          requests(
              "{'connectorProfileName':'prod-crm','connectorType':'Salesforce','connectorEntityName':'Account'}"),
          split("{'flowName':'sync'}").requests());
    }

    @Test
    void leaveOutExcludedProfilesOfFlows() {
      allowedProfiles =
          new AllowedProfiles(ProfilePattern.ALL, Optional.of(new ProfilePattern("*-old")));
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .withFlow("sync", use("crm", "Account"), use("crm-old", "Account"));

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}"),
          split("{'flowName':'sync'}").requests());
    }

    @Test
    void anInvalidParentRejectsOnlyThatEntity() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .withFlow("sync", use("crm", "a;b"), nestedUse("crm", "a;b", "a;b/c", "v1"));

      SubRequests subRequests = split("{'flowName':'sync'}");

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'a;b'}"),
          subRequests.requests());
      assertEquals("InvalidEntitiesPath", subRequests.rejected().getFirst().failure().code());
    }

    @Test
    void haveNoVersionForABuiltInConnector() {
      appFlow
          .profile("crm", ConnectorType.SALESFORCE)
          .withFlow("one", use("crm", "Account", "v1"))
          .withFlow("two", use("crm", "Lead", "v1"));

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}",
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Lead'}"),
          split("{'flowName':'*'}").requests());
    }
  }

  @Nested
  class AllEntities {

    private static final String CHAT = "{'connectorProfileName':'chat','connectorType':'Slack',";

    @Test
    void areListedAfterTheNamesAreReset() {
      appFlow.profile("chat", ConnectorType.SLACK).entities("chat", leaf("users"));

      SubRequests subRequests = split(CHAT + "'entities':'ALL'}");

      assertEquals(1, subRequests.resets());
      assertEquals(
          requests("{'connectorProfileName':'chat','connectorType':'Slack'}"),
          appFlow.resets().stream().map(call -> (Request) call.request()).toList());
      assertEquals(requests(CHAT + "'connectorEntityName':'users'}"), subRequests.requests());
    }

    @Test
    void includeNestedEntities() {
      appFlow.entities("chat", parent("rooms"), leaf("users"));

      assertEquals(
          requests(
              CHAT + "'connectorEntityName':'rooms'}",
              CHAT + "'entities':'ALL','entitiesPath':'rooms','depth':1}",
              CHAT + "'connectorEntityName':'users'}"),
          split(CHAT + "'entities':'ALL'}").requests());
    }

    @Test
    void nestedEntitiesHaveTheirParentAsEntitiesPath() {
      appFlow.entities("chat/rooms", leaf("rooms/1"), parent("rooms"));

      assertEquals(
          requests(
              CHAT + "'connectorEntityName':'rooms/1','entitiesPath':'rooms'}",
              CHAT + "'connectorEntityName':'rooms','entitiesPath':'rooms'}"),
          split(CHAT + "'entities':'ALL','entitiesPath':'rooms','depth':1}").requests(),
          "its own parent is not walked again");
    }

    @Test
    void entitiesNestedTooDeepAreRejectedWithARequestThatContinues() {
      appFlow.entities("chat/d5", parent("d6"));

      SubRequests subRequests = split(CHAT + "'entities':'ALL','entitiesPath':'d5','depth':5}");

      assertEquals(
          requests(CHAT + "'connectorEntityName':'d6','entitiesPath':'d5'}"),
          subRequests.requests());
      assertEquals("TooDeep", subRequests.rejected().getFirst().failure().code());
      assertEquals(
          request(CHAT + "'entities':'ALL','entitiesPath':'d6','depth':5}"),
          request(subRequests.rejected().getFirst().body()));
    }

    @Test
    void entitiesBelowAnInvalidParentAreRejected() {
      appFlow.entities("chat", parent("a;b"));

      SubRequests subRequests = split(CHAT + "'entities':'ALL'}");

      assertEquals(requests(CHAT + "'connectorEntityName':'a;b'}"), subRequests.requests());
      assertEquals("InvalidEntitiesPath", subRequests.rejected().getFirst().failure().code());
      assertEquals(
          json(CHAT + "'entities':'ALL','depth':1,'entitiesPath':'a;b'}"),
          subRequests.rejected().getFirst().body());
    }

    /// An empty path means the root: the walk would start again.
    @Test
    void entitiesBelowAParentWithoutANameAreRejected() {
      appFlow.entities("chat", parent(""));

      SubRequests subRequests = split(CHAT + "'entities':'ALL'}");

      assertEquals(List.of(), subRequests.requests());
      assertEquals(
          List.of("InvalidEntityName", "InvalidEntitiesPath"),
          subRequests.rejected().stream().map(rejected -> rejected.failure().code()).toList());
    }

    @Test
    void entitiesWithVeryLongNamesAreRejectedWithAShortBody() {
      appFlow.entities("chat", parent("\uD83D\uDE00".repeat(1_000_000)));

      List<SubRequests.Rejected> rejectedOnes = split(CHAT + "'entities':'ALL'}").rejected();

      assertEquals(2, rejectedOnes.size());
      for (SubRequests.Rejected rejected : rejectedOnes) {
        assertTrue(rejected.body().length() < 30_000, () -> rejected.body().length() + " bytes");
        assertThrows(InvalidJsonException.class, () -> request(rejected.body()));
      }
    }

    @Test
    void entitiesOfATypeWithoutProfileAreListedByType() {
      appFlow.entities("S3", leaf("bucket"));

      assertEquals(
          requests("{'connectorType':'S3','connectorEntityName':'bucket'}"),
          split("{'connectorType':'S3','entities':'ALL'}").requests());
    }

    @Test
    void entitiesOfACustomConnectorAreListedForEachVersionInUse() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("a", use("erp", "x", "v1"))
          .withFlow("b", use("erp", "y", "v2"));
      String erp = "{'connectorProfileName':'erp','connectorType':'CustomConnector',";

      assertEquals(
          requests(
              erp + "'entities':'ALL','apiVersion':'v1'}",
              erp + "'entities':'ALL','apiVersion':'v2'}"),
          split("{'connectorProfileName':'erp','entities':'ALL'}").requests());
    }
  }

  @Nested
  class OneEntity {

    @Test
    void anEntityOfACustomConnectorIsOneSubRequestForEachVersion() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2", "v3")
          .withFlow("old", use("erp", "orders", "v1"))
          .withFlow("new", use("erp", "orders", "v2"));
      String orders =
          "{'connectorProfileName':'erp','connectorType':'CustomConnector','connectorEntityName':'orders'%s}";

      assertEquals(
          requests(orders.formatted(",'apiVersion':'v1'"), orders.formatted(",'apiVersion':'v2'")),
          split(orders.formatted("")).requests());
    }
  }

  @Nested
  class Lists {

    @Test
    void aListOfEntitiesIsOneSubRequestForEachName() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      assertEquals(
          requests(
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'A'}",
              "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'B'}"),
          split("{'connectorProfileName':'crm','entities':['A','B','A']}").requests());
    }

    @Test
    void aListOfRequestsIsItsElements() {
      assertEquals(
          requests("{'connectorProfileName':'crm'}", "{'flowName':'f*'}"),
          split("{'requests':[{'connectorProfileName':'crm'},{'flowName':'f*'}]}").requests());
    }
  }

  @Test
  void failsAsAWholeAfterARetryableFailure() {
    Failure throttled = new Failure.Throttled("ThrottlingException", "slow down");
    appFlow
        .customProfile("erp", "Erp")
        .profile("crm", ConnectorType.SALESFORCE)
        .failing("DescribeConnector", throttled);

    assertEquals(throttled, failure("{'connectorProfileName':'*'}"));
  }

  @Test
  void rejectsOnlyTheProfilesOfAnUnregisteredConnector() {
    var missing = new Failure.Permanent("ResourceNotFoundException", "no such connector");
    appFlow
        .customProfile("erp", "Erp")
        .profile("crm", ConnectorType.SALESFORCE)
        .failing("DescribeConnector", missing);

    SubRequests subRequests = split("{'connectorProfileName':'*'}");

    assertEquals(1, subRequests.requests().size());
    assertEquals(missing, subRequests.rejected().getFirst().failure());
  }

  private SubRequests split(String request) {
    Discovery discovery = new Discovery(appFlow, 4);
    return new Splitter(appFlow, discovery, new ApiVersions(discovery), allowedProfiles)
        .split(request(request), appFlow::reset);
  }

  private Failure failure(String request) {
    return assertThrows(RequestFailedException.class, () -> split(request)).failure();
  }

  private static List<Request> requests(String... requests) {
    return Arrays.stream(requests).map(SplitterTest::request).toList();
  }

  private static Request request(String json) {
    return assertInstanceOf(
        Request.class,
        new RequestReader(AllowedProfiles.ALL).read(JsonValue.parse(json(json), "")));
  }

  private static String json(String withSingleQuotes) {
    return withSingleQuotes.replace('\'', '"');
  }
}
