package io.github.metadatareset.aws;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/// An HTTP client for priming: it sends every request to a server in this process, which always
/// gives the same response. So the code that sends requests is primed too, but nothing leaves the
/// process.
///
/// The SDK gets its credentials from this server too, as it does on Lambda with SnapStart from an
/// endpoint that a variable
/// [names](https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). A system
/// property goes before the variable.
final class OfflineHttpClient implements SdkHttpClient {

  private static final String CREDENTIALS_URI =
      SdkSystemSetting.AWS_CONTAINER_CREDENTIALS_FULL_URI.property();

  private static final String CREDENTIALS =
      """
      {"AccessKeyId": "offline", "SecretAccessKey": "offline", "Token": "offline",
        "Expiration": "9999-12-31T23:59:59Z"}
      """;

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

  private final SdkHttpClient client;
  private final byte[] response;
  private final ServerSocket server;

  /// @param client sends the requests
  /// @param answer the body of the response
  OfflineHttpClient(SdkHttpClient client, String answer) {
    this.client = client;
    this.response = response(answer);
    try {
      this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
    System.setProperty(CREDENTIALS_URI, "http://%s:%d/".formatted(host(), server.getLocalPort()));
  }

  private static byte[] response(String body) {
    return "HTTP/1.1 200 OK\r\nx-amzn-RequestId: offline\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(body.getBytes(StandardCharsets.UTF_8).length, body)
        .getBytes(StandardCharsets.UTF_8);
  }

  private String host() {
    return server.getInetAddress().getHostAddress();
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return client.prepareRequest(
        HttpExecuteRequest.builder()
            .contentStreamProvider(request.contentStreamProvider().orElse(null))
            .request(
                request.httpRequest().toBuilder()
                    .protocol("http")
                    .host(host())
                    .port(server.getLocalPort())
                    .build())
            .build());
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = server.accept();
        Thread.startVirtualThread(() -> answer(connection));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void answer(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      for (String head = readRequest(in); !head.isEmpty(); head = readRequest(in)) {
        // All calls are POST requests.
        connection
            .getOutputStream()
            .write(head.startsWith("GET ") ? response(CREDENTIALS) : response);
      }
    } catch (IOException _) {
      // The client closed the connection.
    }
  }

  /// @return the head; empty if the connection was closed before it
  private static String readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return "";
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    if (length.find()) {
      in.skipNBytes(Integer.parseInt(length.group(1)));
    }
    return head.toString();
  }

  @Override
  public void close() {
    System.clearProperty(CREDENTIALS_URI);
    client.close();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
