package io.github.metadatareset.local;

import java.time.Duration;

/// A fault of a call to [AppFlowEmulator], [SqsProxy] or [EventBusEmulator]. The call is not
/// executed, except with [Latency] and [CutBody].
public sealed interface Fault {

  /// The call is executed and answered after a delay.
  record Latency(Duration delay) implements Fault {}

  /// An AWS error. Its code is in the header `x-amzn-ErrorType`.
  record Error(int status, String code, String message) implements Fault {}

  /// A response that is not from AWS, as from a network proxy.
  record Answer(int status, String contentType, String body, boolean withRequestId)
      implements Fault {}

  /// The call is executed, but the connection is closed in the middle of the response body.
  record CutBody() implements Fault {}

  /// These bytes are sent instead of a response. Then the connection is reset (RST) or closed.
  record Raw(String bytes, boolean reset) implements Fault {}

  /// The head is sent at once, then the rest at five bytes a second. When the faults are cleared or
  /// the server is closed, the remaining bytes are sent at once.
  record Drip(String head, String rest) implements Fault {}

  /// There is no answer. The connection is closed when the faults are cleared or the server is
  /// closed.
  record Stall() implements Fault {}

  static Fault latency(Duration delay) {
    return new Latency(delay);
  }

  static Fault error(int status, String code) {
    return error(status, code, "Injected " + code);
  }

  static Fault error(int status, String code, String message) {
    return new Error(status, code, message);
  }

  /// ThrottlingException, AppFlow's error above its request rate.
  static Fault throttled() {
    return error(429, "ThrottlingException", "Rate exceeded");
  }

  /// Status 200 with an HTML page and without a request ID.
  static Fault html() {
    return new Answer(200, "text/html", "<html><body>Sign in to the network</body></html>", false);
  }

  /// Status 200 with a request ID and a body that is not JSON.
  static Fault garbageBody() {
    return new Answer(200, "application/json", "\u0001\ufffd}{not json", true);
  }

  /// Status 200 with a request ID and an empty body.
  static Fault emptyBody() {
    return new Answer(200, "application/json", "", true);
  }

  /// Status 200 with `{}` and without a request ID.
  static Fault withoutRequestId() {
    return new Answer(200, "application/json", "{}", false);
  }

  static Fault cutBody() {
    return new CutBody();
  }

  /// A first line that is not HTTP.
  static Fault garbageStatusLine() {
    return raw("220 mail.example.com ESMTP ready\r\n\r\n");
  }

  static Fault raw(String bytes) {
    return new Raw(bytes, false);
  }

  static Fault connectionReset() {
    return new Raw("", true);
  }

  static Fault stall() {
    return new Stall();
  }
}
