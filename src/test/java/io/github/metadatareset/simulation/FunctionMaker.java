package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;

/// Makes the function of one environment, on ports that lead into the world.
@FunctionalInterface
public interface FunctionMaker {
  RequestStreamHandler make(Surroundings surroundings);
}
