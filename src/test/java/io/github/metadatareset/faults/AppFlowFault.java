package io.github.metadatareset.faults;

import io.github.metadatareset.local.Fault;
import io.github.metadatareset.request.Failure;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// A fault between the SDK and AppFlow, and the failure that the function must report.
///
/// @param fault what the emulator does; empty if the SDK cannot connect to it
/// @param route the endpoint that the SDK uses, given that of the emulator
/// @param ofReset the failure of a reset; empty if the reset counts as made
/// @param ofRead the failure of a call that reads; empty if it succeeds
record AppFlowFault(
    String name,
    Optional<Fault> fault,
    UnaryOperator<URI> route,
    Optional<Expected> ofReset,
    Optional<Expected> ofRead) {

  record Expected(Class<? extends Failure> failure, String code) {}

  private static final Class<? extends Failure> PERMANENT = Failure.Permanent.class;
  private static final Class<? extends Failure> THROTTLED = Failure.Throttled.class;
  private static final Class<? extends Failure> DENIED = Failure.Denied.class;
  private static final Class<? extends Failure> UNAVAILABLE = Failure.Unavailable.class;

  private static final Set<Integer> RETRIED = Set.of(429, 500, 502, 503, 504);

  private static final Optional<Expected> DONE = Optional.empty();
  private static final Optional<Expected> SDK_CLIENT = unavailable("SdkClientException");
  private static final Optional<Expected> INVALID = unavailable("InvalidResponse");
  private static final Optional<Expected> TIMEOUT = unavailable("ApiCallTimeoutException");

  private static final String ID = "x-amzn-RequestId: 123\r\n";

  /// Takes minutes at the speed of a [Fault.Drip].
  private static final String LONG_HEADER = "X: " + "x".repeat(9999) + "\r\n";

  private static final String VALIDATION = "x-amzn-ErrorType: ValidationException\r\n" + ID;

  static final List<AppFlowFault> ALL =
      Stream.of(
              modelled(),
              throttling(),
              denials(),
              otherErrors(),
              codes(),
              statuses(),
              bodies(),
              heads(),
              connections())
          .flatMap(List::stream)
          .toList();

  /// Whether only a timeout ends the call.
  boolean isEndless() {
    return fault.filter(it -> it instanceof Fault.Stall || it instanceof Fault.Drip).isPresent();
  }

  /// Whether the SDK retries the call because of its status, for any error code.
  boolean isRetriedForItsStatus() {
    return fault
        .filter(it -> it instanceof Fault.Error error && RETRIED.contains(error.status()))
        .isPresent();
  }

  @Override
  public String toString() {
    return name;
  }

  /// The errors that the API model declares for these operations, also with another status.
  private static List<AppFlowFault> modelled() {
    return List.of(
        error(400, "ValidationException", PERMANENT),
        error(500, "ValidationException", PERMANENT),
        error(404, "ResourceNotFoundException", PERMANENT),
        error(400, "ResourceNotFoundException", PERMANENT),
        error(401, "ConnectorAuthenticationException", PERMANENT),
        error(400, "ConnectorServerException", UNAVAILABLE),
        error(500, "ConnectorServerException", UNAVAILABLE),
        error(409, "ConflictException", UNAVAILABLE),
        error(402, "ServiceQuotaExceededException", UNAVAILABLE),
        error(500, "InternalServerException", UNAVAILABLE),
        error(400, "InternalServerException", UNAVAILABLE),
        error(429, "ThrottlingException", THROTTLED),
        error(400, "ThrottlingException", THROTTLED),
        error(503, "ThrottlingException", THROTTLED),
        error(403, "AccessDeniedException", DENIED),
        error(400, "AccessDeniedException", DENIED),
        error(429, "AccessDeniedException", DENIED));
  }

  private static List<AppFlowFault> throttling() {
    return List.of(
        error(400, "Throttling", THROTTLED),
        error(400, "ThrottledException", THROTTLED),
        error(429, "TooManyRequestsException", THROTTLED),
        error(503, "RequestLimitExceeded", THROTTLED),
        error(400, "RequestThrottled", THROTTLED),
        error(400, "RequestThrottledException", THROTTLED),
        error(503, "SlowDown", THROTTLED),
        error(509, "BandwidthLimitExceeded", THROTTLED),
        error(400, "ProvisionedThroughputExceededException", THROTTLED),
        error(400, "EC2ThrottledException", THROTTLED));
  }

  private static List<AppFlowFault> denials() {
    return List.of(
        error(403, "AccessDenied", DENIED),
        error(403, "ExpiredToken", DENIED),
        error(400, "ExpiredTokenException", DENIED),
        error(400, "IncompleteSignature", DENIED),
        error(403, "IncompleteSignatureException", DENIED),
        error(403, "InvalidAccessKeyId", DENIED),
        error(403, "InvalidClientTokenId", DENIED),
        error(403, "InvalidSignatureException", DENIED),
        error(403, "SignatureDoesNotMatch", DENIED),
        error(403, "MissingAuthenticationToken", DENIED),
        error(403, "MissingAuthenticationTokenException", DENIED),
        error(400, "NotAuthorized", DENIED),
        error(403, "OptInRequired", DENIED),
        error(403, "UnrecognizedClientException", DENIED));
  }

  /// Errors that say nothing about the request.
  private static List<AppFlowFault> otherErrors() {
    return List.of(
        error(401, "AuthFailure", UNAVAILABLE),
        error(400, "RequestExpired", UNAVAILABLE),
        error(403, "RequestTimeTooSkewed", UNAVAILABLE),
        error(400, "RequestInTheFuture", UNAVAILABLE),
        error(408, "RequestTimeout", UNAVAILABLE),
        error(408, "RequestTimeoutException", UNAVAILABLE),
        error(400, "PriorRequestNotComplete", UNAVAILABLE),
        error(500, "InternalError", UNAVAILABLE),
        error(500, "InternalFailure", UNAVAILABLE),
        error(503, "ServiceUnavailable", UNAVAILABLE),
        error(503, "ServiceUnavailableException", UNAVAILABLE),
        error(400, "LimitExceededException", UNAVAILABLE),
        error(400, "InvalidAction", UNAVAILABLE),
        error(404, "UnknownOperationException", UNAVAILABLE),
        error(400, "UnsupportedOperationException", UNAVAILABLE),
        error(400, "SerializationException", UNAVAILABLE),
        error(400, "ValidationError", UNAVAILABLE),
        error(400, "MalformedHttpRequestException", UNAVAILABLE),
        error(400, "RequestAbortedException", UNAVAILABLE),
        error(413, "RequestEntityTooLargeException", UNAVAILABLE),
        error(400, "BrandNewException", UNAVAILABLE));
  }

  /// Where and how an error names its code.
  private static List<AppFlowFault> codes() {
    return List.of(
        invalid("a code in the body", coded("ValidationException")),
        invalid("a code in the body with its namespace", coded("aws.appflow#ValidationException")),
        invalid(
            "a code in the body with its namespace and a URI",
            coded("aws.appflow#ValidationException:http://aws/coral/")),
        invalid("a code with its namespace", Fault.error(400, "aws.appflow#ValidationException")),
        invalid("a code with a URI", Fault.error(400, "ValidationException:http://aws/coral/")),
        invalid("an error without a message", Fault.error(400, "ValidationException", "")),
        invalid(
            "an error with another code in its body",
            Fault.raw(http(400, VALIDATION, "{\"__type\":\"InternalServerException\"}"))),
        invalid(
            "a truncated error", Fault.raw(truncated(http(400, VALIDATION, "{'message':'no'}")))),
        row("a code that is empty", coded(""), unavailable("HTTP 400")),
        row("a code that is null", json(400, "{\"__type\":null}"), SDK_CLIENT),
        row(
            "a code in a member that the SDK does not read",
            json(400, "{\"code\":\"ValidationException\",\"message\":\"no\"}"),
            unavailable("HTTP 400")));
  }

  /// Responses with another status than 200 and without an error code.
  private static List<AppFlowFault> statuses() {
    return List.of(
        withoutContent(400),
        withoutContent(401),
        withoutContent(403),
        withoutContent(404),
        withoutContent(407),
        withoutContent(408),
        row("a 429 without content", json(429, ""), expected(THROTTLED, "HTTP 429")),
        withoutContent(500),
        withoutContent(501),
        withoutContent(502),
        withoutContent(503),
        withoutContent(504),
        withoutContent(999),
        redirect(301),
        redirect(302),
        redirect(307),
        row("a proxy's 403 in HTML", html(403), unavailable("HTTP 403")),
        row("a proxy's 502 in HTML", html(502), unavailable("HTTP 502")),
        row("a truncated 500", Fault.raw(truncated(http(500, ID, "{}"))), unavailable("HTTP 500")),
        row("an empty 204", Fault.raw("HTTP/1.1 204 No Content\r\n" + ID + "\r\n"), DONE, INVALID),
        row("a 206 with a partial response", json(206, "{}"), DONE, INVALID));
  }

  /// Answers with status 200. The answer to a reset has no content: a request ID is enough.
  private static List<AppFlowFault> bodies() {
    return List.of(
        row("a 200 without a request ID", Fault.withoutRequestId(), INVALID),
        row(
            "a 200 with a blank request ID",
            Fault.raw(http(200, "x-amzn-RequestId: \r\n", "{}")),
            INVALID),
        row("a 200 in HTML", Fault.html(), INVALID, SDK_CLIENT),
        row("a 200 in HTML with a request ID", html(200), DONE, SDK_CLIENT),
        row("an empty 200", Fault.emptyBody(), DONE, INVALID),
        row("a 200 that is not JSON", Fault.garbageBody(), DONE, SDK_CLIENT),
        row("a 200 with another JSON type", json(200, "[1]"), DONE, SDK_CLIENT),
        row(
            "a 200 with another content type",
            new Fault.Answer(
                200,
                "text/plain",
                "{\"connectorEntityMap\":{\"Objects\":[{\"name\":\"Account\"}]},"
                    + "\"connectorProfileDetails\":[],"
                    + "\"connectorEntityFields\":[{\"identifier\":\"Id\"}]}",
                true),
            DONE,
            DONE),
        row("a truncated body", Fault.cutBody(), DONE, SDK_CLIENT),
        row(
            "a body with invalid chunks",
            Fault.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + ID + "\r\nno\r\n{}"),
            SDK_CLIENT),
        row(
            "a body that is not compressed as its header says",
            Fault.raw(http(200, "Content-Encoding: gzip\r\n" + ID, "{}")),
            SDK_CLIENT),
        row(
            "a body with a wrong checksum",
            Fault.raw(http(200, "x-amz-crc32: 1\r\n" + ID, "{}")),
            unavailable("Crc32MismatchException")));
  }

  /// Something else in place of the status line and the headers.
  private static List<AppFlowFault> heads() {
    return List.of(
        row("a garbage status line", Fault.garbageStatusLine(), SDK_CLIENT),
        row("HTML without a status line", Fault.raw("<html>Go away</html>"), SDK_CLIENT),
        row("a TLS alert", Fault.raw("\u0015\u0003\u0001\u0000\u0002\u0002\u0046"), SDK_CLIENT),
        row("another version of HTTP", Fault.raw("HTTP/2.0 200 OK\r\n\r\n"), SDK_CLIENT),
        row(
            "a status that is not a number",
            Fault.raw("HTTP/1.1 abc No\r\nContent-Length: 0\r\n\r\n"),
            SDK_CLIENT),
        row("a truncated head", Fault.raw("HTTP/1.1 200 OK\r\nContent-"), SDK_CLIENT),
        row(
            "an endless head",
            Fault.raw("HTTP/1.1 200 OK\r\nX: " + "x".repeat(500_000)),
            SDK_CLIENT),
        row("a 100 and nothing else", Fault.raw("HTTP/1.1 100 Continue\r\n\r\n"), SDK_CLIENT),
        row("a 101", Fault.raw("HTTP/1.1 101 Switching Protocols\r\n\r\n"), SDK_CLIENT));
  }

  private static List<AppFlowFault> connections() {
    return List.of(
        row("a closed connection", Fault.raw(""), SDK_CLIENT),
        row("a connection reset", Fault.connectionReset(), SDK_CLIENT),
        row(
            "a connection reset in the head",
            new Fault.Raw("HTTP/1.1 200 OK\r\nContent-", true),
            SDK_CLIENT),
        row(
            "a connection reset in the body",
            new Fault.Raw(truncated(http(200, ID, "{}")), true),
            DONE,
            SDK_CLIENT),
        row("a stalled connection", Fault.stall(), TIMEOUT),
        row("a slow head", new Fault.Drip("", http(200, LONG_HEADER + ID, "{}")), TIMEOUT),
        row(
            "a slow body",
            new Fault.Drip(http(200, "Content-Length: 9999\r\n" + ID, ""), " ".repeat(9999)),
            TIMEOUT),
        unreachable("a closed port", _ -> URI.create("http://127.0.0.1:1")),
        // A label has at most 63 characters, so no resolver looks this one up.
        unreachable("an unknown host", _ -> URI.create("http://" + "x".repeat(64) + ".invalid")),
        unreachable(
            "a server that does not speak TLS",
            emulator -> URI.create("https://127.0.0.1:" + emulator.getPort())));
  }

  private static AppFlowFault error(int status, String code, Class<? extends Failure> failure) {
    return row(code + " as " + status, Fault.error(status, code), expected(failure, code));
  }

  private static AppFlowFault invalid(String name, Fault fault) {
    return row(name, fault, expected(PERMANENT, "ValidationException"));
  }

  private static AppFlowFault withoutContent(int status) {
    return row(status + " without content", json(status, ""), unavailable("HTTP " + status));
  }

  private static AppFlowFault redirect(int status) {
    return row(
        "a redirect by " + status,
        Fault.raw(http(status, "Location: /elsewhere\r\n" + ID, "")),
        unavailable("HTTP " + status));
  }

  private static AppFlowFault row(String name, Fault fault, Optional<Expected> ofBoth) {
    return row(name, fault, ofBoth, ofBoth);
  }

  private static AppFlowFault row(
      String name, Fault fault, Optional<Expected> ofReset, Optional<Expected> ofRead) {
    return new AppFlowFault(name, Optional.of(fault), UnaryOperator.identity(), ofReset, ofRead);
  }

  private static AppFlowFault unreachable(String name, UnaryOperator<URI> route) {
    return new AppFlowFault(name, Optional.empty(), route, SDK_CLIENT, SDK_CLIENT);
  }

  private static Optional<Expected> unavailable(String code) {
    return expected(UNAVAILABLE, code);
  }

  private static Optional<Expected> expected(Class<? extends Failure> failure, String code) {
    return Optional.of(new Expected(failure, code));
  }

  private static Fault coded(String code) {
    return json(400, "{\"__type\":\"%s\",\"message\":\"no\"}".formatted(code));
  }

  private static Fault json(int status, String body) {
    return new Fault.Answer(status, "application/json", body, true);
  }

  private static Fault html(int status) {
    return new Fault.Answer(status, "text/html", "<html>Go away</html>", true);
  }

  private static String http(int status, String headers, String body) {
    String length =
        headers.startsWith("Content-Length")
            ? ""
            : "Content-Length: %d\r\n".formatted(body.length());
    return "HTTP/1.1 %d So\r\n%s%s\r\n%s".formatted(status, headers, length, body);
  }

  private static String truncated(String answer) {
    return answer.substring(0, answer.length() - 1);
  }
}
