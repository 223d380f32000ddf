package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.incrementalBy;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static io.github.metadatareset.check.TestFlow.writing;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.github.metadatareset.check.FieldUse.Purpose;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FieldUseTest {

  @Test
  void aBlankNameIsNoField() {
    End lead = writing("INSERT", salesforce("Lead"), " ");
    FlowMapping flow =
        incrementalBy(" ", flow(salesforce("Account"), lead, map(" ", " ", "string")));

    assertEquals(List.of(), FieldUse.ofSource(flow, true));
    assertEquals(List.of(), FieldUse.ofDestination(flow, lead));
    assertFalse(FieldUse.namesAllWrittenFields(flow));
  }

  @Test
  void aBlankTypeIsNotDeclared() {
    assertEquals(
        List.of(new FieldUse("Id", Purpose.READ, "Map to Id", Optional.empty())),
        FieldUse.ofSource(flow(salesforce("Account"), S3, map("Id", "Id", " ")), true));
  }

  @Test
  void aTaskIsNamedWithoutABlankDestination() {
    assertEquals(
        List.of(new FieldUse("Id", Purpose.READ, "Map", Optional.of("id"))),
        FieldUse.ofSource(flow(salesforce("Account"), S3, map("Id", " ", "id")), true));
  }
}
