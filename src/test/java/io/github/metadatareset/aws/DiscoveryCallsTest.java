package io.github.metadatareset.aws;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.AppFlowEmulator.Call;
import io.github.metadatareset.local.PageSizes;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestReader;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How many calls it takes to find out what a request needs, in an account of 100 profiles and
/// 1,000 flows: ten profiles of each of five built-in connectors and five custom ones, with two API
/// versions each, and ten flows from each profile to Amazon S3. The figures are those of
/// `docs/performance.md`.
class DiscoveryCallsTest {

  private static final List<String> TYPES =
      List.of("Salesforce", "Slack", "Marketo", "Zendesk", "Veeva");

  private static AppFlowEmulator emulator;

  @BeforeAll
  static void start() {
    emulator = AppFlowEmulator.start(account(), PageSizes.LARGEST, 0);
  }

  @AfterAll
  static void stop() {
    emulator.close();
  }

  @BeforeEach
  void forgetCalls() {
    emulator.forgetCalls();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {'connectorProfileName':'Slack-3','entities':'USED_BY_FLOWS'}                              | 1   | 0 | 10 | 100
          {'connectorProfileName':'Slack-3','connectorType':'Slack','entities':'USED_BY_FLOWS'}      | 0   | 0 | 10 | 100
          {'connectorProfileName':'Custom1-3','entities':'USED_BY_FLOWS'}                            | 1   | 1 | 10 | 100
          {'connectorProfileName':'Custom1-3','connectorEntityName':'entity-0'}                      | 1   | 1 | 10 | 100
          {'connectorProfileName':'Slack-*','entities':'USED_BY_FLOWS'}                              | 1   | 0 | 10 | 100
          {'connectorProfileName':'*','connectorLabel':'Custom2','entities':'USED_BY_FLOWS'}         | 1   | 1 | 10 | 100
          {'connectorProfileName':'*','entities':'USED_BY_FLOWS'}                                    | 1   | 5 | 10 | 1000
          {'connectorProfileName':'*'}                                                               | 1   | 5 | 10 | 500
          {'connectorProfileName':'Slack-3'}                                                         | 1   | 0 | 0  | 0
          {'flowName':'Slack-3-*'}                                                                   | 1   | 0 | 10 | 10
          """)
  void describesEachFlowAtMostOnceAndOnlyIfItMayUseTheProfile(
      String request, int profiles, int connectors, int lists, int flows) {
    Planner planner =
        new Planner(
            AwsFixture.clients(emulator.endpoint(), 8).appFlow(AwsFixture.inAMinute()),
            8,
            AllowedProfiles.ALL);
    Request read =
        new RequestReader(AllowedProfiles.ALL)
            .read(JsonValue.parse(request.replace('\'', '"'), ""));

    planner.announce(List.of(read));
    planner.plan(read);
    planner.split(
        read,
        call -> {
          throw new AssertionError("no reset is needed: " + call);
        });

    Map<String, Long> expected = new TreeMap<>();
    expected.put("DescribeConnectorProfiles", (long) profiles);
    expected.put("DescribeConnector", (long) connectors);
    expected.put("ListFlows", (long) lists);
    expected.put("DescribeFlow", (long) flows);
    expected.values().removeIf(count -> count == 0);
    assertEquals(
        expected,
        emulator.calls().stream().collect(groupingBy(Call::operation, TreeMap::new, counting())));
  }

  private static AppFlowAccount account() {
    AppFlowAccount account = new AppFlowAccount();
    for (int kind = 0; kind < 5; kind++) {
      String type = TYPES.get(kind);
      String label = "Custom" + kind;
      account.addConnector(new Connector(label, List.of("v1", "v2")));
      for (int i = 0; i < 10; i++) {
        String builtIn = type + "-" + i;
        String custom = label + "-" + i;
        account.addProfile(Profile.of(builtIn, type)).addProfile(Profile.custom(custom, label));
        for (int flow = 0; flow < 10; flow++) {
          String entity = "entity-" + flow;
          account
              .addFlow(
                  Flow.active(
                      builtIn + "-" + flow, FlowEnd.of(type, builtIn, entity), FlowEnd.s3("lake")))
              .addFlow(
                  Flow.active(
                      custom + "-" + flow,
                      FlowEnd.custom(custom, "v1", entity),
                      FlowEnd.s3("lake")));
        }
      }
    }
    return account;
  }
}
