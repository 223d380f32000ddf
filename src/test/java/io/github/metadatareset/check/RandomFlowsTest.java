package io.github.metadatareset.check;

import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/// A thousand random flows whose source and destination were edited since the flow was built.
class RandomFlowsTest {

  private static final int FLOWS = 1000;
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @Test
  void aCheckFindsWhatWasEditedAndNothingElse() {
    new RandomCases(FLOWS)
        .check(
            random -> {
              RandomFlow flow = new RandomFlow(random);
              FlowReport report = TestFlow.check(flow.flow(), flow.fieldsNow());

              assertEquals(
                  flow.expected(),
                  report.findings().stream()
                      .map(RandomFlowsTest::line)
                      .collect(toCollection(TreeSet::new)),
                  () -> flow.flow() + " has now " + flow.fieldsNow());
              assertEquals(flow.expected().size(), report.findings().size(), "each once");
            });
  }

  /// `flow-check-report.schema.json` closed, so that it has to name each member that reports have.
  @Test
  void eachReportHasOnlyMembersOfItsSchemaAndTheyAreValid() throws IOException {
    Schema schema = closedSchema();
    new RandomCases(FLOWS)
        .check(
            random -> {
              RandomFlow flow = new RandomFlow(random);
              String report =
                  JsonValue.write(TestFlow.check(flow.flow(), flow.fieldsNow()).members());

              assertEquals(List.of(), schema.validate(tree(report)), report);
            });
  }

  @Test
  void theSchemaNamesEachSeverityAndKind() throws IOException {
    JsonNode schema = schemaText();
    JsonNode finding = schema.at("/$defs/finding/properties");

    assertEquals(names(Severity.values()), texts(schema.at("/properties/severity/enum")));
    assertEquals(names(FindingKind.values()), texts(finding.at("/kind/enum")));
  }

  private static Schema closedSchema() throws IOException {
    JsonNode text = schemaText();
    for (String object : List.of("", "/$defs/finding", "/$defs/notChecked")) {
      ((ObjectNode) text.at(object)).put("additionalProperties", false);
    }
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text);
  }

  private static JsonNode schemaText() throws IOException {
    try (InputStream json =
        FlowReport.class.getResourceAsStream("/flow-check-report.schema.json")) {
      return MAPPER.readTree(json);
    }
  }

  private static JsonNode tree(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      throw new AssertionError(json, e);
    }
  }

  private static List<String> names(Enum<?>[] constants) {
    return Arrays.stream(constants).map(Enum::name).toList();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  /// Otherwise the test of findings would say little.
  @Test
  void manyFlowsFitAndEachKindOfFindingIsExpectedOften() {
    Map<FindingKind, Integer> expected = new EnumMap<>(FindingKind.class);
    int[] fitting = new int[1];
    new RandomCases(7, FLOWS)
        .check(
            random -> {
              var findings = new RandomFlow(random).expected();
              findings.forEach(
                  line -> expected.merge(FindingKind.valueOf(line.split(" ")[1]), 1, Integer::sum));
              fitting[0] += findings.isEmpty() ? 1 : 0;
            });

    assertTrue(fitting[0] > FLOWS / 5, () -> fitting[0] + " flows fit");
    for (FindingKind kind : FindingKind.values()) {
      if (kind != FindingKind.CONNECTION_NOT_AUTHORIZED) {
        assertTrue(expected.getOrDefault(kind, 0) > FLOWS / 50, () -> kind + ": " + expected);
      }
    }
  }

  private static String line(Finding finding) {
    return finding.severity()
        + " "
        + finding.kind()
        + " "
        + finding.entity()
        + finding.field().map("."::concat).orElse("");
  }
}
