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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/// A function under Lambda's runtime, as its environment sees it.
@EnabledOnOs(OS.LINUX)
class RuntimeProcessTest {

  private static final String REQUEST_ID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final RuntimeProcess.Settings SETTINGS =
      RuntimeProcess.Settings.of(Puppet.class, "64m");

  private RuntimeProcess process;

  /// Does what the event says.
  public static final class Puppet implements RequestStreamHandler {

    public Puppet() {
      if (System.getenv("BROKEN") != null) {
        throw new IllegalStateException("broken");
      }
    }

    @Override
    public void handleRequest(InputStream in, OutputStream out, Context context)
        throws IOException {
      switch (new String(in.readAllBytes(), UTF_8)) {
        case "\"tell\"" -> {
          System.out.println("telling");
          int left = context.getRemainingTimeInMillis();
          boolean inTime = 0 < left && left <= TIMEOUT.toMillis();
          String told = String.join(" ", context.getAwsRequestId(), context.getFunctionName());
          out.write((told + " " + inTime).getBytes(UTF_8));
        }
        case "\"fail\"" -> throw new IllegalStateException("on demand");
        case "\"exhaust\"" -> throw new OutOfMemoryError("on demand");
        case "\"die\"" -> Runtime.getRuntime().halt(7);
        default -> throw new AssertionError("no such order");
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
  void theFunctionAnswersAndFailsAndGoesOn() throws IOException {
    start();

    assertEquals(REQUEST_ID + " appflow-metadata-reset true", answer("tell"));
    var failure = assertThrows(IOException.class, () -> answer("fail"));
    assertTrue(failure.getMessage().contains("\"errorMessage\":\"on demand\""), failure::toString);
    assertEquals(REQUEST_ID + " appflow-metadata-reset true", answer("tell"));
    assertFalse(process.hasEnded());

    process.close();
    assertEquals(2, process.log().stream().filter("telling"::equals).count());
  }

  @Test
  void anErrorThatIsFatalForTheRuntimeIsReportedAndEndsTheProcess() {
    start();

    var failure = assertThrows(IOException.class, () -> answer("exhaust"));

    assertTrue(failure.getMessage().contains("java.lang.OutOfMemoryError"), failure::toString);
    assertTrue(process.hasEnded());
  }

  @Test
  void theEndOfTheProcessIsAnException() {
    start();

    var failure = assertThrows(IOException.class, () -> answer("die"));

    assertEquals("the process ended with exit code 7", failure.getMessage());
  }

  @Test
  void theTimeoutKillsTheProcess() {
    start();

    Thread.currentThread().interrupt();

    assertThrows(InterruptedIOException.class, () -> answer("tell"));
    assertTrue(Thread.interrupted());
    assertEquals(137, process.onEnd().join().exitValue(), "SIGKILL");
  }

  @Test
  void aFunctionThatCannotBeInitialisedSaysWhy() {
    var failure =
        assertThrows(
            IllegalStateException.class,
            () -> RuntimeProcess.start(SETTINGS.with(Map.of("BROKEN", "true"))));

    assertTrue(failure.getMessage().contains("\"errorMessage\":\"broken\""), failure::toString);
  }

  private void start() {
    process = RuntimeProcess.start(SETTINGS);
  }

  private String answer(String order) throws IOException {
    var answer = new ByteArrayOutputStream();
    process.handleRequest(
        new ByteArrayInputStream(("\"" + order + "\"").getBytes(UTF_8)),
        answer,
        LocalContext.of(REQUEST_ID, TIMEOUT));
    return answer.toString(UTF_8);
  }
}
