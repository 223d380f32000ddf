package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.check;
import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.mapAll;
import static io.github.metadatareset.check.TestFlow.projection;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static io.github.metadatareset.check.TestFlow.withSchemaVersion;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FlowReportTest {

  private static final End ACCOUNT = salesforce("Account");
  private static final FlowMapping FLOW =
      flow(
          ACCOUNT,
          S3,
          map("Id", "Id", "id"),
          map("Name", "Name", "string"),
          map("Amount", "Amount", "currency"));

  private static final Map<String, List<Field>> BROKEN =
      Map.of("Account", fields("Id id", "Amount double", "New string"));

  @Test
  void hasTheMembersOfTheEventsDetail() {
    assertEquals(
        """
        {"version":"1",\
        "flowName":"nightly",\
        "severity":"BREAKING",\
        "summary":"Flow nightly: field Name of Account is not visible to the connection of profile crm (and 1 more finding)",\
        "findingCount":2,\
        "findings":[\
        {"severity":"BREAKING","kind":"FIELD_NOT_VISIBLE","profile":"crm","entity":"Account","field":"Name",\
        "tasks":["Map to Name"],\
        "nextStep":"If the field still exists, give the connection's user access to it. If it was deleted or renamed, edit the flow's mapping."},\
        {"severity":"RISKY","kind":"TYPE_CHANGED","profile":"crm","entity":"Account","field":"Amount",\
        "expectedType":"currency","actualType":"double",\
        "tasks":["Map to Amount"],\
        "nextStep":"Check that the destination accepts the new type, and save the flow's mapping again."}],\
        "notChecked":[{"end":"destination","reason":"S3 has no fields"}],\
        "correlationId":"test-1",\
        "checkedAt":"2026-01-02T03:04:05Z",\
        "schemaVersion":3,\
        "reportId":"%s"}"""
            .formatted(check(FLOW, BROKEN).reportId()),
        JsonValue.write(check(FLOW, BROKEN).members()));
  }

  @Test
  void ofAFlowThatFitsIsEmpty() {
    FlowReport report =
        check(
            FLOW,
            Map.of("Account", fields("Id id", "Name string", "Amount currency", "New string")));

    assertTrue(report.isEmpty());
    assertEquals(Severity.NONE, report.severity());
    assertEquals("Flow nightly: no problem was found", report.summary());
    assertEquals(1, report.unmappedFields());
  }

  @Test
  void countsNoUnmappedFieldsIfTheFlowMapsAll() {
    assertEquals(
        0, check(flow(ACCOUNT, S3, mapAll()), Map.of("Account", fields("Id id"))).unmappedFields());
  }

  @Test
  void isUnknownIfNoEndCouldBeChecked() {
    FlowReport report = check(flow(S3, S3, mapAll()), Map.of());

    assertEquals(Severity.UNKNOWN, report.severity());
    assertEquals("Flow nightly: nothing could be checked", report.summary());
    assertTrue(report.isEmpty());
    assertEquals(2, report.notChecked().size());
  }

  @Test
  void saysThatTheConnectionIsNotAuthorized() {
    FlowReport report =
        check(
            FLOW,
            end ->
                end.entity().isEmpty()
                    ? new Description.None("no fields")
                    : new Description.NotAuthorized(TestFlow.entity(end)));

    assertEquals(Severity.BREAKING, report.severity());
    assertEquals(
        "Flow nightly: entity Account cannot be read: the connection of profile crm is not"
            + " authorized",
        report.summary());
  }

  @Test
  void tellsNothingOfADestinationWhoseProfileIsNotAllowed() {
    FlowReport report =
        check(
            flow(ACCOUNT, TestFlow.custom("secret-entity", "v1"), map("Name", "secretField", "")),
            end ->
                end.equals(ACCOUNT)
                    ? new Description.Described(TestFlow.entity(end), fields("Id id"))
                    : new Description.NotAllowed("not allowed"));

    String json = JsonValue.write(report.members());
    assertEquals(Severity.BREAKING, report.severity());
    assertFalse(json.contains("secret") || json.contains("erp"), json);
    assertTrue(json.contains("{\"end\":\"destination\",\"reason\":\"not allowed\"}"), json);
  }

  @Test
  void saysWhyAnEntityCouldNotBeCompared() {
    FlowReport report =
        check(
            FLOW,
            end ->
                end.entity().isEmpty()
                    ? new Description.None("no fields")
                    : new Description.NotComparable(TestFlow.entity(end), "it has no fields"));

    assertEquals(Severity.UNKNOWN, report.severity());
    assertEquals(
        "{\"end\":\"source\",\"profile\":\"crm\",\"entity\":\"Account\",\"reason\":\"it has no fields\"}",
        JsonValue.write(report.notChecked().getFirst().members()));
  }

  @Test
  void hasTheSameIdForTheSameFindingsWheneverTheyAreFound() {
    FlowMapping inAnotherOrder =
        flow(
            ACCOUNT,
            S3,
            map("Amount", "Amount", "currency"),
            map("Name", "Title", "string"),
            map("Id", "Id", "id"));
    FlowReport later =
        FlowCheck.report(
            inAnotherOrder,
            end ->
                end.entity().isEmpty()
                    ? new Description.None("-")
                    : new Description.Described(TestFlow.entity(end), BROKEN.get("Account")),
            "another",
            Instant.EPOCH);

    assertEquals(check(FLOW, BROKEN).reportId(), later.reportId());
  }

  @Test
  void hasAnotherIdIfTheFindingsOrTheMappingDiffer() {
    String id = check(FLOW, BROKEN).reportId();

    assertNotEquals(id, check(withSchemaVersion(4, FLOW), BROKEN).reportId());
    assertNotEquals(
        id, check(FLOW, Map.of("Account", fields("Id id", "Amount currency"))).reportId());
    assertNotEquals(
        id, check(FLOW, Map.of("Account", fields("Id id", "Amount integer"))).reportId());
  }

  /// An input transformer of EventBridge puts the summary into JSON between quotes
  /// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html).
  @Test
  void namesFieldsInItsSummaryWithoutQuotesAndControlCharacters() {
    FlowReport report =
        check(
            flow(ACCOUNT, S3, map("a\"b'c\\d\ne\u2028f`g", "X", "")),
            Map.of("Account", fields("Id id")));

    assertEquals(
        "Flow nightly: field a?b?c?d?e?f?g of Account is not visible to the connection of profile"
            + " crm",
        report.summary());
  }

  @Test
  void cutsLongNamesInItsSummary() {
    FlowReport report =
        check(
            flow(ACCOUNT, S3, map("\ud83d\ude00".repeat(2000), "X", "")),
            Map.of("Account", fields("Id id")));

    assertTrue(
        report.summary().contains(" " + "\ud83d\ude00".repeat(100) + "... of Account"),
        report::summary);
  }

  @Test
  void hasAtMost64KilobytesAndCountsAllFindings() {
    FlowReport report =
        check(
            flow(
                ACCOUNT,
                S3,
                projection(
                    IntStream.range(0, 1000)
                        .mapToObj(i -> "Field%04d__c".formatted(i))
                        .toArray(String[]::new))),
            Map.of(
                "Account",
                fields(
                    IntStream.range(0, 1000)
                        .mapToObj(i -> "Field%04d__c string deprecated".formatted(i))
                        .toArray(String[]::new))));

    Map<String, Object> members = report.members();
    int bytes = JsonValue.write(members).length();

    assertEquals(1000, members.get("findingCount"));
    assertTrue(bytes <= 64 * 1024, () -> bytes + " bytes");
    assertTrue(bytes > 63 * 1024, () -> bytes + " bytes: another finding would have fitted");
    assertFalse(((List<?>) members.get("findings")).isEmpty());
  }

  @Test
  void leavesRoomForFindingsBesideManyNamesThatCouldNotBeCompared() {
    String[] nested =
        IntStream.range(0, 1000)
            .mapToObj(i -> "%04d.%s".formatted(i, "\u00e4".repeat(1500)))
            .toArray(String[]::new);
    FlowReport report =
        check(
            flow(ACCOUNT, S3, projection(nested), map("Gone", "Gone", ""), map("Id", "Id", "")),
            Map.of("Account", fields("Id id")));

    assertTrue(JsonValue.write(report.members()).length() <= 64 * 1024);
    assertEquals(1, ((List<?>) report.members().get("findings")).size());
    assertEquals(2, ((List<?>) report.members().get("notChecked")).size());
  }

  @Test
  void namesAtMostTenOfTheTasksThatUseAField() {
    FlowMapping flow =
        flow(
            ACCOUNT,
            S3,
            IntStream.range(0, 200)
                .mapToObj(i -> map("Gone", "to%03d".formatted(i), ""))
                .toArray(FlowMapping.Task[]::new));

    FlowReport report = check(flow, Map.of("Account", fields("Id id")));

    assertEquals(10, ((List<?>) report.findings().getFirst().members().get("tasks")).size());
  }
}
