package io.github.metadatareset.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// An execution environment of a candidate under Lambda's Runtime Interface Emulator, on its own
/// processor. The emulator starts the function at the first invocation.
final class EmulatedLambda implements RequestStreamHandler, AutoCloseable {

  static final String PROCESSOR = "0";
  private static final Duration START_LIMIT = Duration.ofMinutes(1);

  private final Process emulator;
  private final URI invocations;
  private final Path log;
  private final HttpClient http = HttpClient.newHttpClient();

  private EmulatedLambda(Process emulator, int port, Path log) {
    this.emulator = emulator;
    this.invocations =
        URI.create("http://127.0.0.1:" + port + "/2015-03-31/functions/function/invocations");
    this.log = log;
  }

  static EmulatedLambda start(Path prepared, Candidate candidate, Map<String, String> variables)
      throws IOException {
    int port = freePort();
    List<String> command =
        new ArrayList<>(
            List.of(
                "taskset",
                "-c",
                PROCESSOR,
                prepared.resolve("rie").toString(),
                "--log-level",
                "error",
                "--runtime-interface-emulator-address",
                "127.0.0.1:" + port,
                "--runtime-api-address",
                "127.0.0.1:" + freePort()));
    command.addAll(candidate.command());
    Path log = Files.createTempFile("function", ".log");
    log.toFile().deleteOnExit();
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(candidate.folder().toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    Map<String, String> environment = builder.environment();
    environment.clear();
    environment.putAll(variables);
    EmulatedLambda lambda = new EmulatedLambda(builder.start(), port, log);
    lambda.awaitListening(port);
    return lambda;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void awaitListening(int port) throws IOException {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (true) {
      try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
        return;
      } catch (IOException e) {
        if (System.nanoTime() > end || !emulator.isAlive()) {
          throw e;
        }
        LockSupport.parkNanos(1_000_000);
      }
    }
  }

  @Override
  public void handleRequest(InputStream event, OutputStream answer, Context context)
      throws IOException {
    answer.write(invoke(event.readAllBytes()));
  }

  /// @throws IOException if the function fails, with its log
  byte[] invoke(byte[] event) throws IOException {
    try {
      HttpResponse<byte[]> response =
          http.send(
              HttpRequest.newBuilder(invocations)
                  .POST(HttpRequest.BodyPublishers.ofByteArray(event))
                  .build(),
              HttpResponse.BodyHandlers.ofByteArray());
      String answer = new String(response.body(), UTF_8);
      // The emulator answers 200 for a function's errors too.
      if (response.statusCode() != 200 || answer.contains("\"errorType\"")) {
        throw new IOException("the function failed: " + answer + "\n" + Files.readString(log));
      }
      return response.body();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException();
    }
  }

  /// Invokes with an SQS batch of which every message must succeed.
  void invokeBatch(byte[] event) throws IOException {
    String answer = new String(invoke(event), UTF_8);
    if (!answer.replace(" ", "").equals("{\"batchItemFailures\":[]}")) {
      throw new IOException("unexpected response: " + answer + "\n" + log());
    }
  }

  /// Makes so many calls that the JVM has compiled the code that they run.
  void warm() throws IOException {
    for (int batch = 0; batch < Events.WARMING_BATCHES; batch++) {
      invokeBatch(Events.batch(Events.ENTITIES));
    }
  }

  /// The usage of the function's process, without the emulator.
  ProcessUsage usage() {
    return ProcessUsage.of(function());
  }

  private ProcessHandle function() {
    List<ProcessHandle> functions = emulator.children().toList();
    if (functions.size() != 1) {
      throw new IllegalStateException(
          "expected one process of the function, but found " + functions);
    }
    return functions.getFirst();
  }

  /// The processor time so far by the names of the threads, without numbers, in milliseconds.
  Map<String, Double> processorMillisByThread() {
    return ProcessUsage.processorMillisByThread(function());
  }

  /// Runs `jcmd` on the function's JVM and returns its output.
  String jcmd(String... command) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    all.add(Long.toString(function().pid()));
    all.addAll(List.of(command));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String answer = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IOException(answer);
    }
    return answer;
  }

  /// The output of the function.
  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() {
    emulator.descendants().forEach(ProcessHandle::destroyForcibly);
    emulator.destroyForcibly().onExit().join();
  }
}
