package io.github.metadatareset;

import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.invocation.Services;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.InstantSource;

/// The composition root: connects the function to AWS.
final class Wiring {

  private Wiring() {}

  static Services services(Configuration configuration) {
    return services(
        new AwsClients(configuration.limits().maxConcurrentCalls()), configuration, System.out);
  }

  static Services services(AwsClients aws, Configuration configuration, PrintStream log) {
    return new Services(
        aws::appFlow,
        aws.requestQueue(configuration.requestQueueUrl()),
        aws.deadLetterQueue(configuration.deadLetterQueueUrl()),
        aws.reports(configuration.eventBusName()),
        InstantSource.system(),
        // A new source for each number, as a snapshot must hold no random state. Only the backoff
        // needs random numbers.
        () -> new SecureRandom().nextLong(),
        log);
  }
}
