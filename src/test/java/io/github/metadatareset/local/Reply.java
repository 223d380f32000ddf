package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/// What a [LocalServer] sends back over the connection.
sealed interface Reply {

  /// The HTTP status, or 0 if the reply has none.
  int status();

  /// An HTTP response.
  record Http(
      int status,
      String contentType,
      byte[] body,
      Optional<String> errorCode,
      Optional<String> requestId)
      implements Reply {}

  /// These bytes, then the end of the connection: a reset (RST) if `reset` is true, otherwise a
  /// close.
  record Bytes(int status, byte[] bytes, boolean reset) implements Reply {}

  /// The head at once, then the rest byte by byte with a pause before each, then the connection is
  /// closed.
  record Slowly(byte[] head, byte[] rest, Pause pause) implements Reply {
    @Override
    public int status() {
      return 0;
    }
  }

  @FunctionalInterface
  interface Pause {
    void await() throws InterruptedException;
  }

  static Http ok(Map<String, Object> answer) {
    return json(200, answer, Optional.empty());
  }

  static Http error(AppFlowError error) {
    return error(error.status(), error.code(), error.getMessage());
  }

  static Http error(int status, String code, String message) {
    return json(status, Map.of("message", message), Optional.of(code));
  }

  static Http of(Fault.Answer answer) {
    Optional<String> requestId =
        answer.withRequestId() ? Optional.of(newRequestId()) : Optional.empty();
    return new Http(
        answer.status(),
        answer.contentType(),
        answer.body().getBytes(UTF_8),
        Optional.empty(),
        requestId);
  }

  /// The response up to the middle of its body, with the Content-Length of the whole body.
  static Bytes cut(Http answer) {
    String head =
        "HTTP/1.1 %d OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nx-amzn-RequestId: %s\r\n\r\n"
            .formatted(answer.status(), answer.contentType(), answer.body().length, newRequestId());
    byte[] bytes =
        Arrays.copyOf(head.getBytes(ISO_8859_1), head.length() + answer.body().length / 2);
    System.arraycopy(answer.body(), 0, bytes, head.length(), answer.body().length / 2);
    return new Bytes(answer.status(), bytes, false);
  }

  static Bytes raw(Fault.Raw raw) {
    return new Bytes(0, raw.bytes().getBytes(ISO_8859_1), raw.reset());
  }

  static Slowly drip(Fault.Drip drip, Pause pause) {
    return new Slowly(drip.head().getBytes(ISO_8859_1), drip.rest().getBytes(ISO_8859_1), pause);
  }

  static Bytes empty() {
    return new Bytes(0, new byte[0], false);
  }

  static Http text(String text) {
    return new Http(
        200, "text/plain", text.getBytes(UTF_8), Optional.empty(), Optional.of(newRequestId()));
  }

  static Http json(Object body) {
    return json(200, body, Optional.empty());
  }

  private static Http json(int status, Object body, Optional<String> errorCode) {
    try {
      return new Http(
          status,
          "application/json",
          JSON.std.asBytes(body),
          errorCode,
          Optional.of(newRequestId()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String newRequestId() {
    var random = ThreadLocalRandom.current();
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }
}
