package io.github.metadatareset.local;

import java.net.URI;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// An HTTP server on the loopback address, which answers past HTTP where it is told to.
final class LocalServer implements AutoCloseable {

  /// What is answered.
  @FunctionalInterface
  interface Responder {
    Reply reply(Request request, byte[] body) throws Exception;
  }

  private final Server server;
  private final ServerConnector connector;

  private LocalServer(int port, Responder responder) {
    var threads = new QueuedThreadPool();
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    threads.setDaemon(true);
    this.server = new Server(threads);
    this.connector = new ServerConnector(server, new HttpConnectionFactory(configuration()));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setAcceptQueueSize(1024);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            byte[] body = BufferUtil.toArray(Content.Source.asByteBuffer(request));
            Wire.send(responder.reply(request, body), request, response, callback);
            return true;
          }
        });
  }

  private static HttpConfiguration configuration() {
    var configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    return configuration;
  }

  /// Starts on that port, or on a free one if it is 0.
  static LocalServer start(int port, Responder responder) {
    var local = new LocalServer(port, responder);
    try {
      local.server.start();
    } catch (Exception e) {
      throw new IllegalStateException("the server does not start on port " + port, e);
    }
    return local;
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + connector.getLocalPort());
  }

  /// Comes back when the server was stopped.
  void join() throws InterruptedException {
    server.join();
  }

  void dropConnections() {
    connector.getConnectedEndPoints().forEach(EndPoint::close);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("the server does not stop", e);
    }
  }
}
