package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Requests for a thousand entities, of an exact length in bytes.
public final class RequestsByLength {

  private RequestsByLength() {}

  /// In the format in which the function writes requests.
  public static String ofBytes(String profile, int bytes) {
    int missing = bytes - request(profile, 0, 0).length();
    String request = request(profile, missing / 6, missing % 6);
    assertEquals(bytes, request.length());
    return request;
  }

  private static String request(String profile, int escapes, int characters) {
    return IntStream.range(0, 1000)
        .mapToObj(
            i ->
                "\"%04d%s%s%s\""
                    .formatted(
                        i,
                        "x".repeat(900),
                        "\\u00E9".repeat(escapes / 1000 + (i < escapes % 1000 ? 1 : 0)),
                        "x".repeat(i == 0 ? characters : 0)))
        .collect(
            Collectors.joining(
                ",", "{\"connectorProfileName\":\"%s\",\"entities\":[".formatted(profile), "]}"));
  }
}
