package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import io.github.metadatareset.event.SqsMessage;
import io.github.metadatareset.request.JsonValue;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.reset.Deadline;
import io.github.metadatareset.reset.Served;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.crac.Core;
import org.crac.Resource;

/// The Lambda function: keeps fresh the connector metadata that Amazon AppFlow caches.
///
/// It takes the stream, and not a typed event, as a request may come bare or in any of several
/// envelopes, and as that starts faster.
///
/// Under SnapStart Lambda calls its hooks: it is primed before the snapshot, and what is restored
/// from the snapshot, any number of times, begins with ports of its own.
public final class MetadataResetHandler implements RequestStreamHandler, Resource {

  private final Configuration configuration;
  private final Supplier<Ports> newPorts;
  private final Served served = new Served();
  private Ports ports;

  /// As Lambda makes it, and holds it: those who are to be called hold it only weakly.
  public MetadataResetHandler() {
    this(Configuration.of(System.getenv()));
    Core.getGlobalContext().register(this);
  }

  private MetadataResetHandler(Configuration configuration) {
    this(configuration, () -> Ports.ofAws(configuration));
  }

  MetadataResetHandler(Configuration configuration, Ports ports) {
    this(configuration, () -> ports);
  }

  MetadataResetHandler(Configuration configuration, Supplier<Ports> newPorts) {
    this.configuration = configuration;
    this.newPorts = newPorts;
    this.ports = newPorts.get();
  }

  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    Priming.run();
  }

  /// New clients have new credentials, rates that are measured from now on, and connections and
  /// random numbers that no other environment has. No invocation was before, so nothing is
  /// remembered as served.
  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {
    ports = newPorts.get();
  }

  /// An SQS batch is answered with the messages that are to come back, anything else with what was
  /// done for it.
  ///
  /// @throws RequestFailedException if it is no batch, and can neither be made good nor queued
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Invocation invocation = invocation(context);
    output.write(answer(input.readAllBytes(), invocation));
  }

  byte[] answer(byte[] bytes, Invocation invocation) {
    JsonValue event = JsonValue.parse(bytes);
    Map<String, Object> answer =
        SqsMessage.batch(event)
            .map(messages -> batch(invocation, messages))
            .map(MetadataResetHandler::members)
            .orElseGet(() -> direct(invocation, event, bytes.length));
    return JsonValue.write(answer).getBytes(StandardCharsets.UTF_8);
  }

  private SQSBatchResponse batch(Invocation invocation, List<SqsMessage> messages) {
    return new SqsBatch(configuration, ports, served, invocation, messages).handle();
  }

  private Map<String, Object> direct(Invocation invocation, JsonValue event, int bytes) {
    return new DirectInvocation(configuration, ports, invocation).handle(event, bytes);
  }

  private Invocation invocation(Context context) {
    String requestId = context.getAwsRequestId();
    Duration left = Duration.ofMillis(context.getRemainingTimeInMillis());
    return new Invocation(
        requestId,
        Deadline.beforeSettling(ports.clock(), left),
        Deadline.beforeAnswering(ports.clock(), left),
        new InvocationLog(ports.log(), ports.clock(), context.getFunctionName(), requestId));
  }

  private static Map<String, Object> members(SQSBatchResponse response) {
    return Map.of(
        "batchItemFailures",
        response.getBatchItemFailures().stream()
            .map(failure -> Map.of("itemIdentifier", failure.getItemIdentifier()))
            .toList());
  }
}
