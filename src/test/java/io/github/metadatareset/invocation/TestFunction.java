package io.github.metadatareset.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.queue.TestMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/// The function, and what it logged in its last invocation. The function's clock also tells how
/// much of an invocation's time is left.
public final class TestFunction {

  public static final String REQUEST_ID = "request-1";
  public static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final InstantSource clock;
  private final MetadataResetHandler handler;

  public TestFunction(HandlerFixture fixture) {
    HandlerFixture logged = fixture.log(log);
    this.clock = logged.services().get().clock();
    this.handler = logged.handler();
  }

  /// @return the IDs of the messages that return to the queue
  public List<String> returned(TestMessage... batch) {
    return returned(TIMEOUT, batch);
  }

  public List<String> returned(Duration timeout, TestMessage... batch) {
    return failedIds(invoke(TestMessage.batch(batch), timeout));
  }

  public String invoke(String event) {
    return invoke(event, TIMEOUT);
  }

  public String invoke(String event, Duration timeout) {
    return invoke(event.getBytes(UTF_8), timeout);
  }

  public String invoke(byte[] event) {
    return invoke(event, TIMEOUT);
  }

  /// @throws AssertionError if the answer comes after the timeout by the function's clock; a
  ///     timeout of zero is over from the start and is not checked
  public String invoke(byte[] event, Duration timeout) {
    log.reset();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    LocalContext context = LocalContext.of(REQUEST_ID, timeout, clock);
    try {
      handler.handleRequest(new ByteArrayInputStream(event), answer, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertTrue(timeout.isZero() || context.getRemainingTimeInMillis() > 0, "Task timed out");
    return answer.toString(UTF_8);
  }

  /// The log of the last invocation.
  public LogLines log() {
    return LogLines.of(logText(), REQUEST_ID);
  }

  public String logText() {
    return log.toString(UTF_8);
  }

  private static List<String> failedIds(String answer) {
    return JsonValue.parse(answer, "")
        .member("batchItemFailures")
        .orElseThrow()
        .asList("a list")
        .stream()
        .map(failure -> failure.text("itemIdentifier").orElseThrow())
        .toList();
  }
}
