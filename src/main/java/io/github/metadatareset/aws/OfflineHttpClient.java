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
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/// An HTTP client for priming: it sends every request to a server in this process, which always
/// gives the same response. So the code that sends requests is primed too, but nothing leaves the
/// process.
final class OfflineHttpClient implements SdkHttpClient {

  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)\r\n");

  private final SdkHttpClient client;
  private final byte[] response;
  private final ServerSocket server;

  /// @param client sends the requests
  /// @param answer the body of the response
  OfflineHttpClient(SdkHttpClient client, String answer) {
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 200 OK\r\nx-amzn-RequestId: offline\r\nContent-Length: %d\r\n\r\n"
            .formatted(body.length);
    this.client = client;
    this.response = (head + answer).getBytes(StandardCharsets.UTF_8);
    try {
      this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.startVirtualThread(this::accept);
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return client.prepareRequest(
        HttpExecuteRequest.builder()
            .contentStreamProvider(request.contentStreamProvider().orElse(null))
            .request(
                request.httpRequest().toBuilder()
                    .protocol("http")
                    .host(server.getInetAddress().getHostAddress())
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
      while (skipRequest(in)) {
        connection.getOutputStream().write(response);
      }
    } catch (IOException _) {
      // The client closed the connection.
    }
  }

  /// @return whether there was a request before the connection was closed
  private static boolean skipRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    if (length.find()) {
      in.skipNBytes(Integer.parseInt(length.group(1)));
    }
    return true;
  }

  @Override
  public void close() {
    client.close();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
