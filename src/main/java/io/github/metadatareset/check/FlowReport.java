package io.github.metadatareset.check;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.request.Fingerprint;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// What a check found: the answer to a direct invocation, and the detail of an event.
///
/// @param findings worst first
/// @param isAnyEndChecked whether AppFlow said anything about the source or a destination
/// @param unmappedFields how many fields of the source entity the flow does not use
public record FlowReport(
    FlowMapping flow,
    List<Finding> findings,
    List<NotChecked> notChecked,
    boolean isAnyEndChecked,
    int unmappedFields,
    String correlationId,
    Instant checkedAt) {

  /// Of the members, so that a report is readable and far below what EventBridge accepts.
  private static final int MAX_BYTES = 64 * 1024;

  /// What could not be checked has at most this share.
  private static final int MAX_BYTES_NOT_CHECKED = 16 * 1024;

  private static final String VERSION = "1";

  private static final int MAX_NAME = 100;

  public FlowReport {
    findings = List.copyOf(findings);
    notChecked = List.copyOf(notChecked);
  }

  /// That of the worst finding.
  public Severity severity() {
    if (findings.isEmpty()) {
      return isAnyEndChecked ? Severity.NONE : Severity.UNKNOWN;
    }
    return findings.getFirst().severity();
  }

  /// Whether there is something to publish.
  public boolean isEmpty() {
    return findings.isEmpty();
  }

  /// The same for each check that finds the same about the same mapping.
  public String reportId() {
    List<String> identities =
        findings.stream().map(finding -> JsonValue.write(finding.identity())).sorted().toList();
    return Fingerprint.of(
            JsonValue.write(List.of(flow.flowName(), schemaVersion().orElse(""), identities)))
        .hex();
  }

  private Optional<String> schemaVersion() {
    return flow.schemaVersion().map(String::valueOf);
  }

  /// One sentence that names the worst finding. It can be put into JSON between quotes, as an input
  /// transformer does.
  public String summary() {
    String what =
        switch (severity()) {
          case BREAKING, RISKY -> sentence(findings.getFirst()) + more();
          case NONE -> "no problem was found";
          case UNKNOWN -> "nothing could be checked";
        };
    return "Flow %s: %s".formatted(shown(flow.flowName()), what);
  }

  private static String sentence(Finding worst) {
    return worst
        .kind()
        .sentence(
            shown(worst.profile().value()), shown(worst.entity()), shown(worst.field().orElse("")));
  }

  private String more() {
    int others = findings.size() - 1;
    return others == 0 ? "" : " (and %d more finding%s)".formatted(others, others == 1 ? "" : "s");
  }

  /// Without quotes, backslashes and control characters, and cut.
  private static String shown(String name) {
    return cut(name.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}\"'`\\\\]", "?"));
  }

  static String cut(String name) {
    return name.codePointCount(0, name.length()) <= MAX_NAME
        ? name
        : name.substring(0, name.offsetByCodePoints(0, MAX_NAME)) + "...";
  }

  /// The members as JSON. As many findings as fit are there, worst first; `findingCount` counts
  /// all.
  public Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("version", VERSION);
    members.put("flowName", flow.flowName());
    members.put("severity", severity());
    members.put("summary", summary());
    members.put("findingCount", findings.size());
    members.put("findings", List.of());
    members.put("notChecked", fitting(notChecked, NotChecked::members, MAX_BYTES_NOT_CHECKED));
    members.put("correlationId", correlationId);
    members.put("checkedAt", checkedAt);
    flow.schemaVersion().ifPresent(version -> members.put("schemaVersion", version));
    members.put("reportId", reportId());
    int left = MAX_BYTES - JsonValue.write(members).length();
    members.put("findings", fitting(findings, Finding::members, left));
    return members;
  }

  private static <T> List<Map<String, Object>> fitting(
      List<T> all, Function<T, Map<String, Object>> members, int bytes) {
    List<Map<String, Object>> fitting = new ArrayList<>();
    int left = bytes;
    for (T each : all) {
      Map<String, Object> next = members.apply(each);
      left -= JsonValue.write(next).length() + 1;
      if (left < 0) {
        break;
      }
      fitting.add(next);
    }
    return fitting;
  }
}
