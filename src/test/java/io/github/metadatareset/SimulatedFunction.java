package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.aws.SqsAdapters;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.simulation.FunctionMaker;
import io.github.metadatareset.simulation.Settings;
import io.github.metadatareset.simulation.Simulation;
import io.github.metadatareset.simulation.Surroundings;
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
    return new MetadataResetHandler(
        new Configuration(
            Surroundings.REQUEST_QUEUE_URL,
            Surroundings.DEAD_LETTER_QUEUE_URL,
            settings.maxReceiveCount(),
            settings.maxConcurrentCalls(),
            settings.maxCallsPerEvent(),
            new ProfilePattern(settings.reach())),
        new Ports(
            surroundings.appFlow(),
            sqs.requestQueue(Surroundings.REQUEST_QUEUE_URL),
            sqs.deadLetterQueue(Surroundings.DEAD_LETTER_QUEUE_URL),
            surroundings.clock(),
            surroundings.random(),
            surroundings.log()));
  }
}
