package io.github.metadatareset;

import io.github.metadatareset.aws.AwsServices;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.reset.DeadLetterQueue;
import io.github.metadatareset.reset.Deadline;
import io.github.metadatareset.reset.RequestQueue;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Everything outside that the function touches.
///
/// @param appFlow AppFlow for the length of one invocation
/// @param log takes a JSON object a line
record Ports(
    Function<Deadline, AppFlow> appFlow,
    RequestQueue requestQueue,
    DeadLetterQueue deadLetterQueue,
    InstantSource clock,
    RandomGenerator random,
    PrintStream log) {

  /// The real ones: the composition root.
  static Ports ofAws(Configuration configuration) {
    return of(new AwsServices(configuration.maxConcurrentCalls()), configuration, System.out);
  }

  static Ports of(AwsServices aws, Configuration configuration, PrintStream log) {
    return new Ports(
        aws::appFlow,
        aws.requestQueue(configuration.requestQueueUrl()),
        aws.deadLetterQueue(configuration.deadLetterQueueUrl()),
        InstantSource.system(),
        // Made when it is needed, and anew after a restore: only backoff asks for random numbers.
        () -> new SecureRandom().nextLong(),
        log);
  }
}
