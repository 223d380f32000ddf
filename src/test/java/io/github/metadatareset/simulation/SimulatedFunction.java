package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.aws.SqsAdapters;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.request.ProfilePattern;
import java.util.Optional;

/// The real function, from the handler to the adapters of SQS, in a simulated world.
final class SimulatedFunction implements FunctionMaker {

  /// What goes wrong in the world of that seed, if anything does.
  static Optional<String> violation(long seed) {
    return Simulation.run(seed, new SimulatedFunction()).violation();
  }

  @Override
  public RequestStreamHandler make(Surroundings surroundings) {
    Settings settings = surroundings.settings();
    SqsAdapters sqs = new SqsAdapters(surroundings.sqs());
    return HandlerFixture.of(
            surroundings.appFlow(),
            sqs.requestQueue(Surroundings.REQUEST_QUEUE_URL),
            sqs.deadLetterQueue(Surroundings.DEAD_LETTER_QUEUE_URL))
        .limits(
            new Limits(
                settings.maxReceiveCount(),
                settings.maxConcurrentCalls(),
                settings.maxCallsPerEvent(),
                new ProfilePattern(settings.allowedProfiles())))
        .clock(surroundings.clock())
        .random(surroundings.random())
        .log(surroundings.log())
        .handler();
  }
}
