package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import io.github.metadatareset.invocation.CompletedRequests;
import io.github.metadatareset.invocation.DirectInvocation;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.invocation.Invocation;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.Services;
import io.github.metadatareset.invocation.SqsBatch;
import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.RequestFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.crac.Core;
import org.crac.Resource;

/// The Lambda function: keeps the connector metadata that Amazon AppFlow caches fresh.
///
/// It reads the raw event, because events have several forms: an SQS batch, a request, a request in
/// a wrapper, or an event of AWS.
///
/// With SnapStart, Lambda calls its hooks: before the snapshot it is primed, and makes new clients.
public final class MetadataResetHandler implements RequestStreamHandler, Resource {

  private final Limits limits;
  private final Supplier<Services> newServices;
  private final CompletedRequests completed = new CompletedRequests();
  private Services services;

  /// Called by Lambda, which keeps the instance: the registry of the hooks has only a weak
  /// reference.
  public MetadataResetHandler() {
    this(Configuration.of(System.getenv()));
    Core.getGlobalContext().register(this);
  }

  private MetadataResetHandler(Configuration configuration) {
    this(configuration.limits(), () -> Wiring.services(configuration));
  }

  MetadataResetHandler(Limits limits, Supplier<Services> newServices) {
    this.limits = limits;
    this.newServices = newServices;
    this.services = newServices.get();
  }

  /// The snapshot holds new clients, which get their credentials and connections, and measure
  /// AppFlow's rate, after the restore. It holds no completed requests, as there was no invocation
  /// before it.
  @Override
  public void beforeCheckpoint(org.crac.Context<? extends Resource> context) {
    Priming.run();
    services = newServices.get();
  }

  /// Nothing is left to do, so that a start takes no longer than Lambda's restore.
  @Override
  public void afterRestore(org.crac.Context<? extends Resource> context) {}

  /// The answer to an SQS batch lists the messages that return to the queue. The answer to any
  /// other event says what was done.
  ///
  /// @throws RequestFailedException if the event cannot be read; or if it is not a batch, and its
  ///     request fails permanently or cannot be queued
  /// @throws IncompleteResetException if the sender waits for a request, and not all of it was done
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    byte[] event = input.readAllBytes();
    Duration remaining = Duration.ofMillis(context.getRemainingTimeInMillis());
    output.write(answer(event, context.getFunctionName(), context.getAwsRequestId(), remaining));
  }

  byte[] answer(byte[] event, String functionName, String requestId, Duration remaining) {
    return answer(event, Invocation.of(limits, services, functionName, requestId, remaining));
  }

  private byte[] answer(byte[] bytes, Invocation invocation) {
    JsonValue event;
    Optional<List<SqsMessage>> messages;
    try {
      event = JsonValue.parse(bytes);
      messages = SqsMessage.batch(event);
    } catch (InvalidJsonException e) {
      throw new DirectInvocation(invocation)
          .refused(RequestFailedException.invalid(e.getMessage()));
    }
    Map<String, Object> answer =
        messages.isPresent()
            ? members(batch(invocation, messages.get()))
            : new DirectInvocation(invocation).handle(event, bytes.length);
    return JsonValue.write(answer).getBytes(StandardCharsets.UTF_8);
  }

  private SQSBatchResponse batch(Invocation invocation, List<SqsMessage> messages) {
    return new SQSBatchResponse(
        new SqsBatch(invocation, completed, messages)
            .handle().stream().map(SqsMessage::messageId).map(BatchItemFailure::new).toList());
  }

  private static Map<String, Object> members(SQSBatchResponse response) {
    return Map.of(
        "batchItemFailures",
        response.getBatchItemFailures().stream()
            .map(failure -> Map.of("itemIdentifier", failure.getItemIdentifier()))
            .toList());
  }
}
