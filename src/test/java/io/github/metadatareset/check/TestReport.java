package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.check;
import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.salesforce;

import java.util.Map;

/// A report to publish.
public final class TestReport {

  private TestReport() {}

  /// About a flow that uses a field that is gone.
  public static FlowReport breaking() {
    return check(
        flow(salesforce("Account"), S3, map("Id", "Id", "id"), map("Name", "Name", "string")),
        Map.of("Account", fields("Id id", "New string")));
  }
}
