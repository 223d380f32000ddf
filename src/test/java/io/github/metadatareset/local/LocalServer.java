package io.github.metadatareset.local;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.ConnectionStatistics;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.VirtualThreads;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/// An HTTP server on the loopback address. Its replies may also be bytes that are not HTTP.
final class LocalServer implements AutoCloseable {

  /// Answers a request.
  @FunctionalInterface
  interface Responder {
    Reply reply(Request request, byte[] body) throws Exception;
  }

  /// Not a secret: the key store is generated for one run of the benchmark.
  private static final String KEY_STORE_PASSWORD = "changeit";

  private final Server server;
  private final boolean tls;
  private final ConnectionStatistics connections = new ConnectionStatistics();
  private final ServerConnector connector;

  private LocalServer(int port, Optional<Path> keyStore, Responder responder) {
    var threads = new QueuedThreadPool();
    threads.setVirtualThreadsExecutor(VirtualThreads.getDefaultVirtualThreadsExecutor());
    threads.setDaemon(true);
    this.server = new Server(threads);
    this.tls = keyStore.isPresent();
    this.connector =
        keyStore
            .map(file -> new ServerConnector(server, tls(file), http()))
            .orElseGet(() -> new ServerConnector(server, http()));
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    connector.setAcceptQueueSize(1024);
    connector.addBean(connections);
    server.addConnector(connector);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws Exception {
            byte[] body = BufferUtil.toArray(Content.Source.asByteBuffer(request));
            ReplyWriter.send(responder.reply(request, body), request, response, callback);
            return true;
          }
        });
  }

  private static HttpConnectionFactory http() {
    var configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    return new HttpConnectionFactory(configuration);
  }

  private static SslConnectionFactory tls(Path keyStore) {
    var context = new SslContextFactory.Server();
    context.setKeyStorePath(keyStore.toString());
    context.setKeyStorePassword(KEY_STORE_PASSWORD);
    var factory = new SslConnectionFactory(context, HttpVersion.HTTP_1_1.asString());
    // It changes the TLS session at the first request, after which the JDK sends another session
    // ticket. AWS's TLS library sends all of them right after the handshake
    // (https://github.com/aws/s2n-tls/pull/3423). botocore closes a connection on which unread data
    // arrives later.
    factory.setEnsureSecureRequestCustomizer(false);
    return factory;
  }

  /// Starts on this port, or on a free port if it is 0.
  static LocalServer start(int port, Responder responder) {
    return start(port, Optional.empty(), responder);
  }

  /// Starts on this port, or on a free port if it is 0. Serves HTTPS if there is a key store.
  static LocalServer start(int port, Optional<Path> keyStore, Responder responder) {
    var local = new LocalServer(port, keyStore, responder);
    try {
      local.server.start();
    } catch (Exception e) {
      throw new IllegalStateException("cannot start the server on port " + port, e);
    }
    return local;
  }

  URI endpoint() {
    return URI.create((tls ? "https" : "http") + "://127.0.0.1:" + connector.getLocalPort());
  }

  /// Waits until the server is stopped.
  void join() throws InterruptedException {
    server.join();
  }

  /// The number of connections opened so far.
  long connections() {
    return connections.getConnectionsTotal();
  }

  void dropConnections() {
    connector.getConnectedEndPoints().forEach(EndPoint::close);
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("cannot stop the server", e);
    }
  }
}
