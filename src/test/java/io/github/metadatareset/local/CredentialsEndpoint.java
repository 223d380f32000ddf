package io.github.metadatareset.local;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import io.github.metadatareset.json.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// The endpoint at which [a function with
/// SnapStart](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html) gets the
/// credentials of its role.
public final class CredentialsEndpoint implements AutoCloseable {

  private final HttpServer server;
  private final AtomicInteger requests = new AtomicInteger();
  private volatile String accessKey;

  private CredentialsEndpoint(HttpServer server, String accessKey) {
    this.server = server;
    this.accessKey = accessKey;
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          try (exchange) {
            byte[] body = json().getBytes(UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  /// Starts on a free port of the loopback address.
  public static CredentialsEndpoint start(String accessKey) {
    try {
      return new CredentialsEndpoint(
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
          accessKey);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the endpoint for credentials", e);
    }
  }

  /// From now on the credentials have this access key.
  public void answer(String newAccessKey) {
    accessKey = newAccessKey;
  }

  /// How many times credentials were asked for.
  public int requests() {
    return requests.get();
  }

  /// Environment variables with which the function gets its credentials here.
  public Map<String, String> variables() {
    return Map.of(
        "AWS_ACCESS_KEY_ID", "",
        "AWS_SECRET_ACCESS_KEY", "",
        "AWS_SHARED_CREDENTIALS_FILE", "none",
        "AWS_CONFIG_FILE", "none",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private String json() {
    return JsonValue.write(
        Map.of(
            "AccessKeyId",
            accessKey,
            "SecretAccessKey",
            "secret",
            "Token",
            "token",
            "Expiration",
            Instant.now().plus(Duration.ofHours(6)).toString()));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
