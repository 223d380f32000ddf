package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.aws.SqsAdapters;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ProfilePattern;
import java.util.Optional;

/// Creates the real function, from the handler to the SQS adapters, with simulated services.
final class SimulatedFunction implements FunctionFactory {

  /// The violation in the run with that seed, if there is one.
  static Optional<String> violation(long seed) {
    return Simulation.run(seed, new SimulatedFunction()).violation();
  }

  @Override
  public RequestStreamHandler create(Dependencies dependencies) {
    Settings settings = dependencies.settings();
    SqsAdapters sqs = new SqsAdapters(dependencies.sqs());
    return HandlerFixture.of(
            dependencies.appFlow(),
            sqs.requestQueue(Dependencies.REQUEST_QUEUE_URL),
            sqs.deadLetterQueue(Dependencies.DEAD_LETTER_QUEUE_URL))
        .limits(
            new Limits(
                settings.maxReceiveCount(),
                settings.maxConcurrentCalls(),
                settings.maxCallsPerEvent(),
                new AllowedProfiles(
                    new ProfilePattern(settings.allowedProfiles()),
                    Optional.of(settings.excludedProfiles())
                        .filter(pattern -> !pattern.isEmpty())
                        .map(ProfilePattern::new))))
        .reports(dependencies.reports())
        .clock(dependencies.clock())
        .random(dependencies.random())
        .log(dependencies.log())
        .handler();
  }
}
