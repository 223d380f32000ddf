package io.github.metadatareset.load;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.plan.AppFlow.Entity;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.request.ConnectorType;
import java.util.stream.IntStream;

/// A program in which a function executes the largest requests that it executes in memory, and
/// refuses larger ones. A test runs it with a small heap.
final class LargeWait {

  private static final String ALL = "{\"connectorProfileName\":\"*\",\"entities\":\"ALL\",";

  private LargeWait() {}

  public static void main(String[] arguments) {
    TestFunction largest = function(1, 9_999);
    require("\"reset\":10000,", largest.invoke(ALL + "\"wait\":true}"));
    require("\"complete\":true", largest.invoke(ALL + "\"dryRun\":true}"));

    TestFunction tooLarge = function(50, 2_000);
    require("\"complete\":false", tooLarge.invoke(ALL + "\"dryRun\":true}"));
    try {
      throw new AssertionError(tooLarge.invoke(ALL + "\"wait\":true}"));
    } catch (IncompleteResetException e) {
      require("needs more than 10000 calls", e.getMessage());
    }
  }

  private static TestFunction function(int profiles, int entities) {
    FakeAppFlow appFlow = new FakeAppFlow();
    for (int profile = 0; profile < profiles; profile++) {
      appFlow
          .profile("profile-" + profile, ConnectorType.SALESFORCE)
          .entities(
              "profile-" + profile,
              IntStream.range(0, entities)
                  .mapToObj(i -> FakeAppFlow.leaf("Invoice_Line_Item_%05d__c".formatted(i)))
                  .toArray(Entity[]::new));
    }
    FakeQueues queues = new FakeQueues();
    return new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues));
  }

  private static void require(String part, String text) {
    if (!text.contains(part)) {
      throw new AssertionError(text.substring(0, Math.min(text.length(), 1_000)));
    }
  }
}
