package io.github.metadatareset.fuzzing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.metadatareset.event.EventReader;
import io.github.metadatareset.event.ParsedEvent;
import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.RequestReader;
import io.github.metadatareset.request.RequestSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/// Every event is refused, ignored, or read as a request that can be written and read again.
public class EventReaderFuzzTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);
  private static final RequestReader STRICT = new RequestReader(AllowedProfiles.ALL);
  private static final RequestSchema SCHEMA = RequestSchema.load();

  @MethodSource("events")
  @FuzzTest
  void readsOrRefusesEveryEvent(byte[] event) {
    String text = new String(event, UTF_8);

    unlessRefused(() -> READER.read(JsonValue.parse(event)));
    unlessRefused(() -> READER.read(text))
        .ifPresent(
            parsed -> {
              if (parsed instanceof ParsedEvent.ParsedRequest(var request, _)) {
                assertCanBeWritten(request);
              }
            });
    unlessRefused(() -> STRICT.read(JsonValue.parse(text, "")))
        .ifPresent(_ -> assertTrue(SCHEMA.accepts(text), () -> "the schema refuses " + text));
  }

  public static Stream<byte[]> events() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("events"))) {
      return files.sorted().map(EventReaderFuzzTest::bytes).toList().stream();
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void assertCanBeWritten(Request request) {
    String json = request.json();
    assertTrue(json.matches("[ -~]+"), json);
    assertTrue(SCHEMA.accepts(json), json);
    assertEquals(new ParsedEvent.ParsedRequest(request), READER.read(json), json);
  }

  /// Empty if the event is refused. Any other exception fails the test.
  private static <T> Optional<T> unlessRefused(Supplier<T> reading) {
    try {
      return Optional.of(reading.get());
    } catch (InvalidJsonException e) {
      assertTrue(e.getMessage().matches("[ -~]{1,2000}"), e::getMessage);
      return Optional.empty();
    } catch (RequestFailedException e) {
      var failure = assertInstanceOf(Failure.Permanent.class, e.failure());
      assertEquals(RequestFailedException.INVALID_REQUEST, failure.code());
      assertTrue(failure.message().matches("[ -~]{1,2000}"), failure::message);
      return Optional.empty();
    }
  }
}
