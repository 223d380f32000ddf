package io.github.metadatareset;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.ClassLog;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.RuntimeProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What can be counted of a start and of a warm function's calls, in the real runtime: that it is
/// no more than it was. PERFORMANCE.md says what it comes to in time.
@EnabledOnOs(OS.LINUX)
class ColdStartTest {

  private static final int ENTITIES = 200;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final String SDK = "software.amazon.awssdk.";

  private LocalStack stack;

  @BeforeEach
  void start() {
    AppFlowAccount account = new AppFlowAccount().addProfile(Profile.of("crm", "Salesforce"));
    IntStream.range(0, ENTITIES).forEach(entity -> account.addEntity("crm", "Entity" + entity));
    stack = LocalStack.start(account);
  }

  @AfterEach
  void stop() {
    stack.close();
  }

  private static String request(int entity) {
    return """
        {"connectorProfileName":"crm","connectorType":"Salesforce","connectorEntityName":"Entity%d"}\
        """
        .formatted(entity);
  }

  private RuntimeProcess.Settings settings() {
    return RuntimeProcess.Settings.of(MetadataResetHandler.class, "384m").with(stack.variables());
  }

  private void workOff(RuntimeProcess process) throws InterruptedException {
    try (EventSourceMapping mapping =
        new EventSourceMapping(
            stack.queues(), process, EventSourceMapping.Settings.DEFAULT.withConcurrency(1))) {
      assertTrue(mapping.drain(LIMIT), "the queue is worked off");
    }
  }

  @Test
  void untilTheFirstAnswerNoMoreIsLoadedThanACallNeeds(@TempDir Path directory) throws Exception {
    List<String> loaded = ClassLog.loaded(logOfOneCall("class+load", directory));

    assertAtMost(1620, of(loaded, SDK), "of the SDK");
    assertAtMost(1, of(loaded, SDK + "regions.servicemetadata."), "of services of AWS");
    assertAtMost(8, of(loaded, SDK + "services.sqs."), "of SQS, which is not needed");
    assertAtMost(235, of(loaded, "io.github.metadatareset."), "of the function");
    assertAtMost(76, of(loaded, "com.fasterxml.jackson."), "of the reader of JSON");
  }

  private Path logOfOneCall(String what, Path directory) throws InterruptedException {
    Path log = directory.resolve("classes.log");
    try (RuntimeProcess process =
        RuntimeProcess.start(
            settings().withJavaOption("-Xlog:%s=info:file=%s".formatted(what, log)))) {
      stack.queues().send(request(0));
      workOff(process);
    }
    assertEquals(1, stack.appFlow().calls().size(), "calls of AppFlow");
    return log;
  }

  private static List<String> of(List<String> loaded, String prefix) {
    return loaded.stream().filter(line -> line.startsWith(prefix)).toList();
  }

  private static void assertAtMost(int most, List<String> loaded, String what) {
    assertNotEquals(List.of(), loaded, what);
    assertTrue(
        loaded.size() <= most,
        () -> "%d classes %s: %s".formatted(loaded.size(), what, String.join("\n", loaded)));
  }

  @Test
  void aWarmFunctionKeepsItsConnections() throws Exception {
    try (RuntimeProcess process = RuntimeProcess.start(settings())) {
      stack
          .queues()
          .sendAll(IntStream.range(0, ENTITIES).mapToObj(ColdStartTest::request).toList());
      workOff(process);
      stack
          .queues()
          .sendAll(IntStream.range(0, ENTITIES).mapToObj(ColdStartTest::request).toList());
      workOff(process);
    }

    assertEquals(2 * ENTITIES, stack.appFlow().calls().size());
    // That of a call is free again only a moment after its answer.
    assertTrue(
        stack.appFlow().connections() <= 2 * LocalStack.MAX_CONCURRENT_CALLS,
        () -> stack.appFlow().connections() + " connections");
  }
}
