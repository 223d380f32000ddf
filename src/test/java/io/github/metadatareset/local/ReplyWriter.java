package io.github.metadatareset.local;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/// Writes a [Reply] to the connection. A reply that is not an HTTP response bypasses Jetty's HTTP.
final class ReplyWriter {
  private ReplyWriter() {}

  static void send(Reply reply, Request request, Response response, Callback callback)
      throws IOException, InterruptedException {
    switch (reply) {
      case Reply.Http http -> sendHttp(http, response, callback);
      case Reply.Bytes(_, byte[] bytes, boolean reset) -> {
        write(bytes, endPoint(request));
        if (reset) {
          reset(endPoint(request));
        }
        close(endPoint(request), callback);
      }
      case Reply.Slowly slowly -> {
        sendSlowly(slowly, endPoint(request));
        close(endPoint(request), callback);
      }
    }
  }

  private static void sendHttp(Reply.Http http, Response response, Callback callback) {
    response.setStatus(http.status());
    var headers = response.getHeaders();
    headers.put(HttpHeader.CONTENT_TYPE, http.contentType());
    headers.put(HttpHeader.CONTENT_LENGTH, http.body().length);
    http.requestId().ifPresent(id -> headers.put("x-amzn-RequestId", id));
    http.errorCode().ifPresent(code -> headers.put("x-amzn-ErrorType", code));
    response.write(true, ByteBuffer.wrap(http.body()), callback);
  }

  private static void write(byte[] bytes, EndPoint endPoint) throws IOException {
    try (Blocker.Callback written = Blocker.callback()) {
      endPoint.write(written, ByteBuffer.wrap(bytes));
      written.block();
    }
  }

  private static void sendSlowly(Reply.Slowly slowly, EndPoint endPoint)
      throws InterruptedException {
    try {
      write(slowly.head(), endPoint);
      for (byte slow : slowly.rest()) {
        slowly.pause().await();
        write(new byte[] {slow}, endPoint);
      }
    } catch (IOException callerDisconnected) {
      // The caller has closed the connection.
    }
  }

  private static void reset(EndPoint endPoint) throws IOException {
    ((SocketChannel) endPoint.getTransport()).setOption(StandardSocketOptions.SO_LINGER, 0);
  }

  private static void close(EndPoint endPoint, Callback callback) {
    endPoint.close();
    callback.failed(new EofException("closed by an injected fault"));
  }

  private static EndPoint endPoint(Request request) {
    return request.getConnectionMetaData().getConnection().getEndPoint();
  }
}
