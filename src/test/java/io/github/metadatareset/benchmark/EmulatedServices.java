package io.github.metadatareset.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowEmulator;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalQueues;
import io.github.metadatareset.local.PageSizes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// The emulated services that the candidates call: AppFlow over HTTPS, and SQS.
record EmulatedServices(Path prepared, AppFlowEmulator appFlow, LocalQueues queues)
    implements AutoCloseable {

  static final String RESET = "ResetConnectorMetadataCache";

  private static final int CALLS = 50;

  static EmulatedServices start(Path prepared, AppFlowAccount account) {
    return new EmulatedServices(
        prepared,
        AppFlowEmulator.start(account, PageSizes.LARGEST, prepared.resolve("keystore.p12")),
        LocalQueues.start());
  }

  /// Starts a new execution environment of a candidate.
  EmulatedLambda environment(Candidate candidate) throws IOException {
    return environment(candidate, queues.endpoint());
  }

  /// Starts a new execution environment of a candidate that calls SQS at this endpoint.
  EmulatedLambda environment(Candidate candidate, URI sqs) throws IOException {
    return EmulatedLambda.start(prepared, candidate, variables(candidate, sqs));
  }

  /// The environment variables of a candidate.
  Map<String, String> variables(Candidate candidate, URI sqs) {
    Map<String, String> variables = new HashMap<>(candidate.variables());
    variables.put("PATH", System.getProperty("java.home") + "/bin:" + System.getenv("PATH"));
    variables.put("AWS_REGION", "us-east-1");
    variables.put("AWS_DEFAULT_REGION", "us-east-1");
    variables.put("AWS_ACCESS_KEY_ID", "benchmark");
    variables.put("AWS_SECRET_ACCESS_KEY", "benchmark");
    variables.put("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512");
    variables.put("AWS_LAMBDA_FUNCTION_TIMEOUT", "120");
    variables.put("AWS_ENDPOINT_URL_APPFLOW", appFlow.endpoint().toString());
    variables.put("AWS_ENDPOINT_URL_SQS", sqs.toString());
    variables.put("REQUEST_QUEUE_URL", queues.requestQueueUrl());
    variables.put("DEAD_LETTER_QUEUE_URL", queues.deadLetterQueueUrl());
    return variables;
  }

  /// Delays all further resets, until the faults are cleared.
  void delayCalls(int millis) {
    appFlow.faults().always(RESET, Fault.latency(Duration.ofMillis(millis)));
  }

  /// The time of a reset from the candidates' processor for a client that does nothing else, in
  /// milliseconds.
  double latency() throws IOException {
    Process client =
        new ProcessBuilder(
                "taskset",
                "-c",
                EmulatedLambda.PROCESSOR,
                prepared.resolve("python/bin/python").toString(),
                "src/benchmark/latency.py",
                appFlow.endpoint().toString(),
                prepared.resolve("ca-bundle.pem").toString(),
                Integer.toString(CALLS))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return Double.parseDouble(new String(client.getInputStream().readAllBytes(), US_ASCII).strip());
  }

  @Override
  public void close() {
    queues.close();
    appFlow.close();
  }
}
