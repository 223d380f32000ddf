package io.github.metadatareset.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.local.RuntimeApi.Report;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/// A function in its own process: a JVM with the Java runtime interface client of Lambda. Linux
/// only, as that client is.
///
/// It is an execution environment and runs one invocation at a time. [#handleRequest] throws an
/// exception if the function reports an error or if the process ends. Interrupting it stands for
/// the function's timeout: it kills the process, as Lambda does.
public final class RuntimeProcess implements RequestStreamHandler, AutoCloseable {

  /// How a process is started.
  ///
  /// @param taskRoot the folder of the artifact, which is also the working folder
  /// @param variables the environment variables, without those that Lambda sets itself
  public record Settings(
      List<String> command, Path taskRoot, String handler, Map<String, String> variables) {
    public Settings {
      command = List.copyOf(command);
      variables = Map.copyOf(variables);
    }

    /// A handler on the class path of this JVM, with the options that Lambda uses with SnapStart.
    /// Those of the template are a variable.
    public static Settings of(Class<? extends RequestStreamHandler> handler, String maxHeap) {
      List<String> command =
          List.of(
              JAVA.toString(),
              "-Xmx" + maxHeap,
              "-XX:+UseSerialGC",
              "--enable-native-access=ALL-UNNAMED",
              "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
              "-D" + LIBRARY_PROPERTY + "=" + NativeLibrary.FILE,
              "-cp",
              System.getProperty("java.class.path"),
              MAIN,
              handler.getName());
      return new Settings(command, Path.of("target").toAbsolutePath(), handler.getName(), ACCOUNT);
    }

    public Settings with(Map<String, String> moreVariables) {
      Map<String, String> all = new HashMap<>(variables);
      all.putAll(moreVariables);
      return new Settings(command, taskRoot, handler, all);
    }

    /// Adds a JVM option. It must not contain spaces.
    public Settings withJavaOption(String option) {
      String others = variables.getOrDefault("JAVA_TOOL_OPTIONS", "");
      return with(Map.of("JAVA_TOOL_OPTIONS", (others + " " + option).strip()));
    }

    /// Starts the function under SnapStart: see [RuntimeProcess#awaitSnapshot].
    public Settings withSnapStart() {
      return with(Map.of("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start"));
    }
  }

  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private static final Map<String, String> ACCOUNT =
      Map.of(
          "AWS_REGION", "us-east-1",
          "AWS_ACCESS_KEY_ID", "test",
          "AWS_SECRET_ACCESS_KEY", "test");

  private static final String CLIENT = "com.amazonaws.services.lambda.runtime.api.client.";
  private static final String MAIN = CLIENT + "AWSLambda";
  private static final String LIBRARY_PROPERTY = CLIENT + "runtimeapi.NativeClient.JNI";

  private final RuntimeApi api;
  private final Process process;
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final CompletableFuture<Void> logRead;

  private RuntimeProcess(RuntimeApi api, Process process) {
    this.api = api;
    this.process = process;
    // A virtual thread that reads from a pipe keeps its carrier, which is the only one on one
    // processor.
    this.logRead =
        CompletableFuture.runAsync(
            this::readLog, task -> Thread.ofPlatform().daemon().name("log").start(task));
  }

  /// Starts the process and waits until the function is initialised.
  ///
  /// @throws IllegalStateException if the function cannot be initialised
  public static RuntimeProcess start(Settings settings) {
    RuntimeProcess process = launch(settings, RuntimeApi.start());
    process.awaitInitialised();
    return process;
  }

  /// Starts the process. The API is closed when the process ends.
  public static RuntimeProcess launch(Settings settings, RuntimeApi api) {
    try {
      var process = new RuntimeProcess(api, builder(settings, api).start());
      process.onEnd().thenRun(api::close);
      return process;
    } catch (IOException e) {
      api.close();
      throw new UncheckedIOException("cannot start the process", e);
    }
  }

  private static ProcessBuilder builder(Settings settings, RuntimeApi api) {
    var builder =
        new ProcessBuilder(settings.command())
            .directory(settings.taskRoot().toFile())
            .redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(
        Map.of(
            "AWS_LAMBDA_RUNTIME_API",
            api.address(),
            "AWS_LAMBDA_FUNCTION_NAME",
            "appflow-metadata-reset",
            "AWS_LAMBDA_FUNCTION_VERSION",
            "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            "512",
            "LAMBDA_TASK_ROOT",
            settings.taskRoot().toString(),
            "_HANDLER",
            settings.handler()));
    environment.putAll(settings.variables());
    return builder;
  }

  /// The native library of the runtime interface client, unpacked once. By default each process
  /// unpacks it to the same place, which overwrites the file that another process has loaded.
  private static final class NativeLibrary {
    static final Path FILE = unpack();

    private static Path unpack() {
      String architecture = System.getProperty("os.arch").equals("aarch64") ? "aarch_64" : "x86_64";
      String name = "/jni/libaws-lambda-jni.linux-" + architecture + ".so";
      try (InputStream library = RuntimeProcess.class.getResourceAsStream(name)) {
        Path file = Files.createTempFile("aws-lambda-jni", ".so");
        file.toFile().deleteOnExit();
        Files.copy(library, file, StandardCopyOption.REPLACE_EXISTING);
        return file;
      } catch (IOException e) {
        throw new UncheckedIOException("cannot unpack " + name, e);
      }
    }
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    try {
      switch (orEnd(api.invoke(event.readAllBytes(), context))) {
        case Report.Answer(byte[] body) -> answer.write(body);
        case Report.Error(String body) -> {
          // After a fatal error the runtime does not ask for another event, but ends.
          awaitEither(api.ready(), process.onExit());
          throw new IOException("the function failed: " + body);
        }
      }
    } catch (InterruptedException _) {
      kill();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("killed at the function's timeout");
    }
  }

  /// Waits for a value.
  ///
  /// @throws IOException if the process ends first
  private <T> T orEnd(CompletableFuture<T> awaited) throws IOException, InterruptedException {
    awaitEither(awaited, process.onExit());
    if (!awaited.isDone()) {
      throw new IOException("the process ended with exit code " + process.exitValue());
    }
    return awaited.resultNow();
  }

  private static void awaitEither(CompletableFuture<?> one, CompletableFuture<?> other)
      throws InterruptedException {
    try {
      CompletableFuture.anyOf(one, other).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("neither future fails", e);
    }
  }

  /// Waits until the function is initialised.
  ///
  /// @throws IllegalStateException if the function cannot be initialised
  public void awaitInitialised() {
    await(api.ready());
  }

  /// Waits until Lambda would take the snapshot. No snapshot is taken: the process waits for
  /// [#restore].
  ///
  /// @throws IllegalStateException if the function cannot be initialised
  public void awaitSnapshot() {
    await(api.snapshot());
  }

  /// Continues as after a restore from the snapshot, and waits until the function can be invoked.
  ///
  /// @throws IllegalStateException if the function cannot be restored
  public void restore() {
    api.restore();
    awaitInitialised();
  }

  private void await(CompletableFuture<Void> phase) {
    try {
      orEnd(CompletableFuture.anyOf(phase, api.initError()));
      if (api.initError().isDone()) {
        throw new IllegalStateException(
            "the function cannot be initialised: " + api.initError().resultNow());
      }
    } catch (IOException e) {
      throw new IllegalStateException("the function cannot be initialised", e);
    } catch (InterruptedException _) {
      kill();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("killed while the function started");
    }
  }

  /// Sends SIGKILL, and does not wait.
  public void kill() {
    // Process.destroyForcibly would also close the pipe, with what has not been read of the log.
    process.toHandle().destroyForcibly();
  }

  public boolean hasEnded() {
    return !process.isAlive();
  }

  /// Completes when the process has ended.
  public CompletableFuture<Process> onEnd() {
    return process.onExit();
  }

  /// The lines that the process has printed so far; all lines after [#close].
  public List<String> log() {
    return List.copyOf(log);
  }

  @Override
  public void close() {
    kill();
    process.onExit().join();
    logRead.join();
  }

  private void readLog() {
    try (BufferedReader lines = process.inputReader();
        Stream<String> all = lines.lines()) {
      all.forEach(log::add);
    } catch (IOException | UncheckedIOException _) {
      // The process was killed.
    }
  }
}
