package io.github.metadatareset.faults;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.MetadataResetHandlerTest;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import io.github.metadatareset.queue.SentMessage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// A function, what it answers and what it logged of its last invocation.
final class TriedFunction {

  static final int MAX_RECEIVE_COUNT = HandlerFixture.MAX_RECEIVE_COUNT;
  static final String REQUEST_ID = "request-1";

  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final Duration timeout;
  private final MetadataResetHandler handler;

  TriedFunction(
      Function<Deadline, AppFlow> appFlow,
      RequestQueue requestQueue,
      DeadLetterQueue deadLetterQueue,
      Duration timeout) {
    this.timeout = timeout;
    this.handler = HandlerFixture.of(appFlow, requestQueue, deadLetterQueue).log(log).handler();
  }

  /// The ids of the messages of a batch that come back.
  List<String> returned(SentMessage... batch) {
    return MetadataResetHandlerTest.ids(invoke(SentMessage.batch(batch)));
  }

  /// Fails when it is not answered in time, as Lambda would have ended it.
  String invoke(String event) {
    log.reset();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    LocalContext context = LocalContext.of(REQUEST_ID, timeout);
    try {
      handler.handleRequest(new ByteArrayInputStream(event.getBytes()), answer, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertTrue(context.getRemainingTimeInMillis() > 0, "Task timed out");
    return answer.toString();
  }

  long metric(String name) {
    return lines()
        .flatMap(line -> line.member(name).stream())
        .mapToLong(value -> ((Number) value.content()).longValue())
        .sum();
  }

  /// The error code in the line about that outcome.
  Optional<String> errorCode(String outcome) {
    return lines()
        .filter(line -> line.text("outcome").filter(outcome::equals).isPresent())
        .flatMap(line -> line.text("errorCode").stream())
        .findFirst();
  }

  private Stream<JsonValue> lines() {
    return log.toString().lines().map(line -> JsonValue.parse(line, ""));
  }
}
