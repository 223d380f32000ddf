package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse;
import com.amazonaws.services.lambda.runtime.events.SQSBatchResponse.BatchItemFailure;
import com.amazonaws.services.lambda.runtime.events.SQSEvent;
import com.amazonaws.services.lambda.runtime.events.SQSEvent.SQSMessage;
import com.amazonaws.services.lambda.runtime.serialization.events.LambdaEventSerializers;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// How Powertools for AWS Lambda (Java 2.10.0) puts together the answer for a batch, in
/// `processBatchInParallel(event, context, executor)` of its SQS handler: every record runs on the
/// executor, the thread of one that fails appends its identifier to a plain `ArrayList`, and when
/// all have ended that list is the answer. Two threads that append at the same moment may keep but
/// one of the two, and the other message is deleted though it failed.
///
/// The pattern, written out, as the library is not among this project's dependencies. See
/// `AbstractBatchMessageHandler` in github.com/aws-powertools/powertools-lambda-java.
record AppendingFromThreads(Executor executor, Consumer<SQSMessage> work)
    implements RequestStreamHandler {

  @Override
  public void handleRequest(InputStream in, OutputStream out, Context context) {
    ClassLoader here = AppendingFromThreads.class.getClassLoader();
    SQSEvent event = LambdaEventSerializers.serializerFor(SQSEvent.class, here).fromJson(in);
    LambdaEventSerializers.serializerFor(SQSBatchResponse.class, here)
        .toJson(new SQSBatchResponse(failures(event)), out);
  }

  private List<BatchItemFailure> failures(SQSEvent event) {
    List<BatchItemFailure> failures = new ArrayList<>();
    List<CompletableFuture<Void>> running =
        event.getRecords().stream()
            .map(
                message ->
                    CompletableFuture.runAsync(
                        () -> {
                          try {
                            work.accept(message);
                          } catch (RuntimeException e) {
                            failures.add(new BatchItemFailure(message.getMessageId()));
                          }
                        },
                        executor))
            .toList();
    running.forEach(CompletableFuture::join);
    return failures;
  }
}
