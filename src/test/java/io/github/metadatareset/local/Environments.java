package io.github.metadatareset.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// The execution environments of a function. Each runs one invocation at a time. A new one is
/// created when none is idle. An environment is reused after an exception, but not after a timeout
/// or when its process has ended.
final class Environments {

  /// The result of an invocation. The answer is empty if the invocation failed.
  record Outcome(byte[] answer, Optional<String> failure) {

    private static Outcome failed(String reason) {
      return new Outcome(new byte[0], Optional.of(reason));
    }
  }

  private final Supplier<? extends RequestStreamHandler> newEnvironment;
  private final Duration functionTimeout;
  private final EventSourceMapping.Timeout timeout;
  private final ExecutorService threads;
  private final Deque<RequestStreamHandler> idle = new ConcurrentLinkedDeque<>();

  Environments(
      Supplier<? extends RequestStreamHandler> newEnvironment,
      Duration functionTimeout,
      EventSourceMapping.Timeout timeout,
      ExecutorService threads) {
    this.newEnvironment = newEnvironment;
    this.functionTimeout = functionTimeout;
    this.timeout = timeout;
    this.threads = threads;
  }

  Outcome invoke(byte[] event) throws InterruptedException {
    try {
      return invoke(environment(), event);
    } catch (RuntimeException initFailure) {
      return Outcome.failed("cannot start the function: " + initFailure);
    }
  }

  private RequestStreamHandler environment() {
    RequestStreamHandler environment = idle.poll();
    while (environment instanceof RuntimeProcess process && process.hasEnded()) {
      environment = idle.poll();
    }
    return environment == null ? newEnvironment.get() : environment;
  }

  private Outcome invoke(RequestStreamHandler environment, byte[] event)
      throws InterruptedException {
    Future<byte[]> running = threads.submit(() -> answer(environment, event));
    try {
      byte[] answer = timeout.await(environment, running, functionTimeout);
      idle.push(environment);
      return new Outcome(answer, Optional.empty());
    } catch (ExecutionException thrown) {
      idle.push(environment);
      return Outcome.failed(String.valueOf(thrown.getCause()));
    } catch (TimeoutException _) {
      running.cancel(true);
      return Outcome.failed("Task timed out after " + functionTimeout);
    }
  }

  private byte[] answer(RequestStreamHandler environment, byte[] event) throws IOException {
    var answer = new ByteArrayOutputStream();
    environment.handleRequest(
        new ByteArrayInputStream(event), answer, LocalContext.withTimeout(functionTimeout));
    return answer.toByteArray();
  }
}
