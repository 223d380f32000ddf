package io.github.metadatareset.start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.ClassLog;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
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

/// Counts the classes that a cold start loads and the connections of a warm function, in the real
/// runtime. docs/performance.md has the times. `BigDecimal` may be initialised, although it takes
/// 30 ms on JDK 25: with SnapStart, priming does it before the snapshot.
@LongSuite(
    "A cold start loads no more classes than before, and a warm function keeps its connections.")
@EnabledOnOs(OS.LINUX)
class ColdStartTest {

  private static final int ENTITIES = 200;

  /// Only a test that is stuck takes so long.
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /// A message is not received again before it is returned, however slow this machine is.
  private static final LocalQueues.Settings LONG_VISIBILITY_TIMEOUT =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  private static final String SDK = "software.amazon.awssdk.";

  private LocalStack stack;

  @BeforeEach
  void start() {
    AppFlowAccount account = new AppFlowAccount().addProfile(Profile.of("crm", "Salesforce"));
    IntStream.range(0, ENTITIES).forEach(entity -> account.addEntity("crm", "Entity" + entity));
    stack = LocalStack.start(AppFlowEmulator.start(account), LONG_VISIBILITY_TIMEOUT);
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

  private void drainQueue(RuntimeProcess process) throws InterruptedException {
    try (EventSourceMapping mapping =
        new EventSourceMapping(
            stack.queues(),
            process,
            EventSourceMapping.Settings.DEFAULT.withConcurrency(1).withFunctionTimeout(LIMIT))) {
      assertTrue(mapping.drain(LIMIT), "the queue is not empty");
    }
  }

  @Test
  void theFirstCallLoadsOnlyTheClassesItNeeds(@TempDir Path directory) throws Exception {
    List<String> loaded = ClassLog.loaded(classLogOfOneCall(directory));

    // The client of SQS is made with that of AppFlow, which SnapStart does before the snapshot.
    assertAtMost(1923, of(loaded, SDK), "of the SDK");
    assertAtMost(46, of(loaded, SDK + "services.sqs."), "of SQS");
    // Only the report of a check needs them.
    assertEquals(List.of(), of(loaded, SDK + "services.eventbridge."), "of EventBridge");
    // Each stage has a package and types of its own. Checks cost 17, the event bus none of the
    // SDK, and threads that take the next item at once 2.
    assertAtMost(273, of(loaded, "io.github.metadatareset."), "of the function");
    assertAtMost(76, of(loaded, "com.fasterxml.jackson."), "of the reader of JSON");
  }

  private Path classLogOfOneCall(Path directory) throws InterruptedException {
    Path log = directory.resolve("classes.log");
    try (RuntimeProcess process =
        RuntimeProcess.start(settings().withJavaOption("-Xlog:class+load=info:file=" + log))) {
      stack.queues().send(request(0));
      drainQueue(process);
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
  void aWarmFunctionReusesItsConnections() throws Exception {
    try (RuntimeProcess process = RuntimeProcess.start(settings())) {
      stack
          .queues()
          .sendAll(IntStream.range(0, ENTITIES).mapToObj(ColdStartTest::request).toList());
      drainQueue(process);
      stack
          .queues()
          .sendAll(IntStream.range(0, ENTITIES).mapToObj(ColdStartTest::request).toList());
      drainQueue(process);
    }

    assertEquals(2 * ENTITIES, stack.appFlow().calls().size());
    // A connection is free again only a moment after its answer, which takes longer on a busy
    // machine. Without reuse there is one for each call.
    assertTrue(
        stack.appFlow().connections() <= 4 * LocalStack.MAX_CONCURRENT_CALLS,
        () -> stack.appFlow().connections() + " connections");
  }
}
