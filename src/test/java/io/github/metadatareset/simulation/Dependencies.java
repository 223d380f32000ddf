package io.github.metadatareset.simulation;

import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.Deadline;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import software.amazon.awssdk.services.sqs.SqsClient;

/// The settings and services of the function in one environment.
public record Dependencies(
    Settings settings,
    Function<Deadline, AppFlow> appFlow,
    SqsClient sqs,
    ReportPublisher reports,
    InstantSource clock,
    RandomGenerator random,
    PrintStream log) {
  public static final String REQUEST_QUEUE_URL = "http://sqs.example/requests";
  public static final String DEAD_LETTER_QUEUE_URL = "http://sqs.example/dead-deadLetterList";
}
