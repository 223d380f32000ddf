package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// Invokes a small function that runs in another process under Lambda's runtime interface client.
@EnabledOnOs(OS.LINUX)
class RuntimeProcessTest {

  private static final String REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final RuntimeProcess.Settings SETTINGS =
      RuntimeProcess.Settings.of(CommandFunction.class, "64m");

  private RuntimeProcess process;

  /// Does what the event says: the event is the name of a command.
  public static final class CommandFunction implements RequestStreamHandler {

    public CommandFunction() {
      if (System.getenv("BROKEN") != null) {
        throw new IllegalStateException("broken");
      }
    }

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      switch (new String(in.readAllBytes(), UTF_8)) {
        case "\"describe\"" -> {
          System.out.println("describing");
          int left = context.getRemainingTimeInMillis();
          boolean inTime = 0 < left && left <= TIMEOUT.toMillis();
          String description =
              String.join(" ", context.getAwsRequestId(), context.getFunctionName());
          out.write((description + " " + inTime).getBytes(UTF_8));
        }
        case "\"throw\"" -> throw new IllegalStateException("as commanded");
        case "\"throwFatalError\"" -> throw new OutOfMemoryError("as commanded");
        case "\"exit\"" -> Runtime.getRuntime().halt(7);
        case "\"hang\"" -> {
          while (true) {
            LockSupport.park();
          }
        }
        default -> throw new AssertionError("unknown command");
      }
    }
  }

  @AfterEach
  void stop() {
    if (process != null) {
      process.close();
    }
  }

  @Test
  void staysUsableAfterAFunctionError() throws IOException {
    start();

    assertEquals(REQUEST_ID + " appflow-metadata-reset true", answer("describe"));
    var failure = assertThrows(IOException.class, () -> answer("throw"));
    assertTrue(
        failure.getMessage().contains("\"errorMessage\":\"as commanded\""), failure::toString);
    assertEquals(REQUEST_ID + " appflow-metadata-reset true", answer("describe"));
    assertFalse(process.hasEnded());

    process.close();
    assertEquals(2, process.log().stream().filter("describing"::equals).count());
  }

  @Test
  void reportsAFatalErrorAndEnds() {
    start();

    var failure = assertThrows(IOException.class, () -> answer("throwFatalError"));

    assertTrue(failure.getMessage().contains("java.lang.OutOfMemoryError"), failure::toString);
    assertTrue(process.hasEnded());
  }

  @Test
  void throwsAnExceptionWhenTheProcessExits() {
    start();

    var failure = assertThrows(IOException.class, () -> answer("exit"));

    assertEquals("the process ended with exit code 7", failure.getMessage());
  }

  @Test
  void killsTheProcessAtTheTimeout() {
    start();

    Thread.currentThread().interrupt();

    assertThrows(InterruptedIOException.class, () -> answer("hang"));
    assertTrue(Thread.interrupted());
    assertEquals(137, process.onEnd().join().exitValue(), "SIGKILL");
  }

  @Test
  void reportsWhyTheFunctionCannotBeInitialised() {
    var failure =
        assertThrows(
            IllegalStateException.class,
            () -> RuntimeProcess.start(SETTINGS.with(Map.of("BROKEN", "true"))));

    assertTrue(failure.getMessage().contains("\"errorMessage\":\"broken\""), failure::toString);
  }

  private void start() {
    process = RuntimeProcess.start(SETTINGS);
  }

  private String answer(String command) throws IOException {
    var answer = new ByteArrayOutputStream();
    process.handleRequest(
        new ByteArrayInputStream(("\"" + command + "\"").getBytes(UTF_8)),
        answer,
        LocalContext.of(REQUEST_ID, TIMEOUT));
    return answer.toString(UTF_8);
  }
}
