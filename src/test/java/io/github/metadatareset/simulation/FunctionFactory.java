package io.github.metadatareset.simulation;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;

/// Creates the function of one environment, with simulated services.
@FunctionalInterface
public interface FunctionFactory {
  RequestStreamHandler create(Dependencies dependencies);
}
