package io.github.metadatareset.local;

import java.time.Duration;

/// One way in which a call to [AppFlowEmulator] or [SqsProxy] goes wrong. Except for [Latency] and
/// [CutBody], the call is not carried out.
public sealed interface Fault {

  /// The answer is late, and otherwise what it would have been.
  record Latency(Duration delay) implements Fault {}

  /// An error as AppFlow gives it, with its code in `x-amzn-ErrorType`.
  record Error(int status, String code, String message) implements Fault {}

  /// An answer that is not AppFlow's, as a proxy on the way gives it.
  record Answer(int status, String contentType, String body, boolean withRequestId)
      implements Fault {}

  /// The call is carried out, but the connection ends in the middle of the answer's body.
  record CutBody() implements Fault {}

  /// These bytes come back instead of an answer; then the connection ends, or is reset (RST).
  record Raw(String bytes, boolean reset) implements Fault {}

  /// The head comes back at once, and of the rest five bytes a second until the faults are cleared
  /// or the emulator is closed.
  record Drip(String head, String rest) implements Fault {}

  /// Nothing comes back until the faults are cleared or the emulator is closed; then the connection
  /// ends.
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

  /// ThrottlingException, as AppFlow answers beyond its request rate.
  static Fault throttled() {
    return error(429, "ThrottlingException", "Rate exceeded");
  }

  /// 200 with a page of HTML and no request id.
  static Fault html() {
    return new Answer(200, "text/html", "<html><body>Sign in to the network</body></html>", false);
  }

  /// 200 with bytes that are not JSON, and a request id.
  static Fault garbageBody() {
    return new Answer(200, "application/json", "\u0001\ufffd}{not json", true);
  }

  /// 200 with nothing in it, and a request id.
  static Fault emptyBody() {
    return new Answer(200, "application/json", "", true);
  }

  /// 200 with `{}`, but without a request id.
  static Fault withoutRequestId() {
    return new Answer(200, "application/json", "{}", false);
  }

  static Fault cutBody() {
    return new CutBody();
  }

  /// What comes back is not HTTP.
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
