package io.github.metadatareset.start;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.function.Function.identity;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.LongSuite;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.ClassLog;
import io.github.metadatareset.local.CredentialsEndpoint;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.ProcessProxy;
import io.github.metadatareset.local.RuntimeApi;
import io.github.metadatareset.local.RuntimeProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.Provider;
import java.security.SecureRandomSpi;
import java.security.Security;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.crac.Core;
import org.crac.Resource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The function works after a restore by SnapStart: its snapshot holds no connection, credentials
/// or random numbers, and its clock may jump.
@LongSuite("A function restored from a snapshot shares no state with others and works immediately.")
class SnapStartTest {

  private static final String RESET =
      "{\"connectorProfileName\":\"crm\",\"connectorEntityName\":\"Account\"}";

  private static final String SPLIT =
      "{\"connectorProfileName\":\"crm\",\"entities\":[\"Account\",\"Lead\"]}";

  /// Of the function, and of a test that waits for it: only a test that is stuck takes so long.
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  /// A message is not received again before it is returned, however slow this machine is.
  private static final LocalQueues.Settings LONG_VISIBILITY_TIMEOUT =
      LocalQueues.Settings.DEFAULT.withVisibilityTimeout(Duration.ofHours(1));

  /// Lambda deletes a snapshot that was not used for 14 days.
  private static final Duration AGE = Duration.ofDays(14);

  private LocalStack stack;

  @BeforeEach
  void start() {
    stack =
        LocalStack.start(
            AppFlowEmulator.start(
                new AppFlowAccount()
                    .addProfile(Profile.of("crm", "Salesforce"))
                    .addEntity("crm", "Account")
                    .addEntity("crm", "Lead")),
            LONG_VISIBILITY_TIMEOUT);
  }

  @AfterEach
  void stop() {
    stack.close();
  }

  @Test
  void sixtyPrimingInvocationsCallSplitRejectAndReturn() {
    var log = new ByteArrayOutputStream();

    HandlerFixture.prime(log);

    List<JsonValue> lines =
        log.toString(UTF_8).lines().map(line -> JsonValue.parse(line, "")).toList();
    assertEquals(
        Map.of(
            "reset", 1200L,
            "dead letter not accepted SdkClientException", 60L,
            "returned SdkClientException", 60L,
            "returned InvalidRequest", 60L,
            "backoff not set Offline", 60L,
            "invocation", 60L),
        lines.stream()
            .map(
                line ->
                    line.has("outcome")
                        ? text(line, "outcome") + " " + text(line, "errorCode")
                        : text(line, "message"))
            .collect(groupingBy(identity(), counting())),
        lines::toString);
  }

  @Test
  void aCallSucceedsAfterARestoreWithClosedConnectionsAndAJumpedClock() throws IOException {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    MetadataResetHandler function = stack.function(now::get);
    assertReset(answer(function, LocalContext.of("before", TIMEOUT, now::get)));

    function.beforeCheckpoint(null);
    stack.appFlow().dropConnections();
    now.updateAndGet(time -> time.plus(AGE));
    function.afterRestore(null);

    assertReset(answer(function, LocalContext.of("after", TIMEOUT, now::get)));
    assertEquals(List.of("crm Salesforce Account", "crm Salesforce Account"), stack.resets());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void noServiceIsCalledBeforeTheRestore() throws IOException {
    Queue<ProcessProxy.Call> calls = new ConcurrentLinkedQueue<>();
    RuntimeProcess process =
        ProcessProxy.launch(
            settings(MetadataResetHandler.class),
            (call, answered, _) -> {
              if (!answered && call.service() != ProcessProxy.Service.RUNTIME_API) {
                calls.add(call);
              }
              return true;
            });
    try (process) {
      process.awaitSnapshot();
      assertEquals(List.of(), List.copyOf(calls));

      process.restore();

      assertReset(answer(process, LocalContext.of("after", TIMEOUT)));
    }
    assertEquals(List.of("crm Salesforce Account"), stack.resets());
    assertEquals(
        List.of("reset after", "invocation after"),
        process.log().stream()
            .filter(line -> !line.startsWith("Picked up JAVA_TOOL_OPTIONS"))
            .map(line -> JsonValue.parse(line, ""))
            .map(line -> text(line, "message") + " " + text(line, "requestId"))
            .toList());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theFirstBatchAfterARestoreLoadsNoMoreClasses(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path log = directory.resolve("classes");
    try (CredentialsEndpoint credentials = CredentialsEndpoint.start("key");
        RuntimeProcess process =
            RuntimeProcess.launch(
                settings(MetadataResetHandler.class)
                    .with(credentials.variables())
                    .withJavaOption("-Xlog:class+load:file=" + log),
                RuntimeApi.start())) {
      process.awaitSnapshot();
      Set<String> primed = loaded(log);
      assertEquals(
          List.of(), primed.stream().filter(name -> name.contains(".eventbridge.")).toList());
      assertEquals(0, credentials.requests(), "the snapshot holds no credentials");
      process.restore();

      stack.queues().sendAll(List.of(RESET, SPLIT, "no request"));
      try (EventSourceMapping mapping =
          new EventSourceMapping(
              stack.queues(),
              process,
              EventSourceMapping.Settings.DEFAULT.withFunctionTimeout(TIMEOUT))) {
        assertTrue(mapping.drain(TIMEOUT));
      }

      Set<String> more = loaded(log);
      more.removeAll(primed);
      assertEquals(Set.of(), more);
    }
  }

  /// The classes of the function, and those of the SDK for credentials and for the services.
  private static Set<String> loaded(Path log) throws IOException {
    return ClassLog.loaded(log).stream()
        .filter(
            name ->
                name.startsWith("io.github.metadatareset.")
                    || name.startsWith("software.amazon.awssdk.auth.")
                    || name.startsWith("software.amazon.awssdk.services."))
        .collect(Collectors.toSet());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aRestoredFunctionGetsNewCredentials() throws IOException {
    try (CredentialsEndpoint credentials = CredentialsEndpoint.start("OLD");
        RuntimeProcess process =
            RuntimeProcess.launch(
                settings(CalledBeforeSnapshot.class).with(credentials.variables()),
                RuntimeApi.start())) {
      process.awaitSnapshot();
      assertEquals(List.of("OLD", "OLD"), stack.appFlow().accessKeys());
      stack.appFlow().forgetCalls();
      stack.appFlow().dropConnections();
      credentials.answer("NEW");

      process.restore();

      assertReset(answer(process, LocalContext.of("after", TIMEOUT)));
      assertEquals(List.of("NEW", "NEW"), stack.appFlow().accessKeys());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theJvmCompilesWithC1Only() {
    RuntimeProcess process =
        RuntimeProcess.launch(
            settings(CalledBeforeSnapshot.class).withJavaOption("-XX:+PrintFlagsFinal"),
            RuntimeApi.start());
    try (process) {
      process.awaitSnapshot();
    }

    assertEquals(
        List.of("intx TieredStopAtLevel = 1"),
        process.log().stream()
            .map(line -> line.strip().replaceAll(" +", " "))
            .filter(line -> line.contains(" TieredStopAtLevel "))
            .map(line -> line.replaceAll(" \\{.*", ""))
            .toList());
  }

  @ParameterizedTest
  @ValueSource(longs = {-14, 14})
  @EnabledOnOs(OS.LINUX)
  void aCallSucceedsAfterTheMonotonicClockHasJumped(long days) throws IOException {
    try (RuntimeProcess process =
        RuntimeProcess.launch(
            settings(WithJumpingClock.class)
                .with(Map.of(WithJumpingClock.DAYS, Long.toString(days))),
            RuntimeApi.start())) {
      process.awaitSnapshot();
      stack.appFlow().dropConnections();

      process.restore();

      assertReset(answer(process, LocalContext.of("after", TIMEOUT)));
    }
    assertEquals(List.of("crm Salesforce Account", "crm Salesforce Account"), stack.resets());
  }

  /// The function with a monotonic clock that jumps at the restore. It is called before the
  /// snapshot.
  public static final class WithJumpingClock implements RequestStreamHandler, Resource {
    static final String DAYS = "DAYS_BETWEEN_SNAPSHOT_AND_RESTORE";

    private final RequestStreamHandler function;

    public WithJumpingClock() throws ReflectiveOperationException, IOException {
      // Hooks are called after a restore in the order in which they were registered.
      Core.getGlobalContext().register(this);
      function =
          (RequestStreamHandler)
              new JumpingClock()
                  .loadClass(MetadataResetHandler.class.getName())
                  .getConstructor()
                  .newInstance();
      assertReset(answer(function, LocalContext.of("before", TIMEOUT)));
    }

    @Override
    public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
      // Nothing to do.
    }

    @Override
    public void afterRestore(org.crac.Context<? extends Resource> context) {
      JumpingClock.jump(Duration.ofDays(Long.parseLong(System.getenv(DAYS))));
    }

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      function.handleRequest(in, out, context);
      assertTrue(JumpingClock.reads() > 0, "nothing read the clock after its jump");
    }
  }

  @Test
  void randomNumbersComeFromASourceThatIsCreatedAfterTheRestore() throws Exception {
    Security.insertProviderAt(new RecordingProvider(), 1);
    try {
      MetadataResetHandler function =
          HandlerFixture.ofEnvironment(stack.variables(), OutputStream.nullOutputStream())
              .handler();
      function.beforeCheckpoint(null);
      Set<Object> beforeSnapshot = Set.copyOf(RecordingProvider.CREATED);
      assertNotEquals(Set.of(), beforeSnapshot, "priming needs a source");
      function.afterRestore(null);
      RecordingProvider.USED.clear();

      handleOneReturnedMessage(function);

      assertNotEquals(Set.of(), RecordingProvider.USED, "a backoff needs a random number");
      assertTrue(Collections.disjoint(beforeSnapshot, RecordingProvider.USED));
    } finally {
      Security.removeProvider(RecordingProvider.NAME);
    }
  }

  private void handleOneReturnedMessage(MetadataResetHandler function) throws InterruptedException {
    stack
        .appFlow()
        .faults()
        .next(AwsClients.ATTEMPTS, "ResetConnectorMetadataCache", Fault.throttled());
    stack.queues().send(RESET);
    try (EventSourceMapping mapping =
        new EventSourceMapping(
            stack.queues(),
            function,
            EventSourceMapping.Settings.DEFAULT
                .withConcurrency(1)
                .withFunctionTimeout(TIMEOUT)
                .withImmediateRetries())) {
      assertTrue(mapping.drain(TIMEOUT));
      assertEquals(1, mapping.invocations().getFirst().returnedIds().size());
    }
  }

  /// A provider of random numbers. It records which sources are created and which are used.
  private static final class RecordingProvider extends Provider {
    static final String NAME = "recording";
    static final Set<Object> CREATED = ConcurrentHashMap.newKeySet();
    static final Set<Object> USED = ConcurrentHashMap.newKeySet();
    private static final long serialVersionUID = 1L;

    RecordingProvider() {
      super(NAME, "1", "");
      putService(
          new Service(this, "SecureRandom", NAME, Source.class.getName(), null, null) {
            @Override
            public Object newInstance(Object parameter) {
              Source source = new Source();
              CREATED.add(source);
              return source;
            }
          });
    }

    private static final class Source extends SecureRandomSpi {
      private static final long serialVersionUID = 1L;

      @Override
      protected void engineNextBytes(byte[] bytes) {
        USED.add(this);
        ThreadLocalRandom.current().nextBytes(bytes);
      }

      @Override
      protected byte[] engineGenerateSeed(int length) {
        return new byte[length];
      }

      @Override
      protected void engineSetSeed(byte[] seed) {
        // Not seeded.
      }
    }
  }

  /// The function, called before the snapshot, so that the snapshot holds clients and connections.
  public static final class CalledBeforeSnapshot implements RequestStreamHandler {
    private final MetadataResetHandler function = new MetadataResetHandler();

    public CalledBeforeSnapshot() throws IOException {
      assertReset(answer(function, LocalContext.of("before", TIMEOUT)));
    }

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      function.handleRequest(in, out, context);
    }
  }

  private RuntimeProcess.Settings settings(Class<? extends RequestStreamHandler> handler) {
    return RuntimeProcess.Settings.of(handler, "128m").with(stack.variables()).withSnapStart();
  }

  private static String text(JsonValue line, String member) {
    return line.text(member).orElseThrow();
  }

  private static JsonValue answer(RequestStreamHandler function, Context context)
      throws IOException {
    var answer = new ByteArrayOutputStream();
    function.handleRequest(new ByteArrayInputStream(RESET.getBytes(UTF_8)), answer, context);
    return JsonValue.parse(answer.toByteArray());
  }

  private static void assertReset(JsonValue answer) {
    assertEquals(1, answer.member("reset").orElseThrow().content(), answer::toString);
  }
}
