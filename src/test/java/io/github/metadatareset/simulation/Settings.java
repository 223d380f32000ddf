package io.github.metadatareset.simulation;

import java.util.random.RandomGenerator;

/// The settings of the function, its queue and its event source mapping.
///
/// @param excludedProfiles a pattern; empty if no profile is excluded
/// @param timeout of the function, in milliseconds
/// @param visibilityTimeout in milliseconds; AWS recommends six times the function's timeout
/// @param clockSkew how many milliseconds the clock of SQS is ahead of the function's
public record Settings(
    int maxReceiveCount,
    int maxConcurrentCalls,
    int maxCallsPerEvent,
    String allowedProfiles,
    String excludedProfiles,
    int batchSize,
    int concurrency,
    long timeout,
    long visibilityTimeout,
    long clockSkew) {

  static Settings random(RandomGenerator random) {
    long timeout = random.nextLong(20_000, 120_000);
    return new Settings(
        random.nextInt(2, 7),
        random.nextInt(1, 5),
        random.nextInt(6) == 0 ? random.nextInt(3, 60) : 10_000_000,
        random.nextInt(4) == 0 ? "crm*" : "*",
        random.nextInt(4) == 0 ? "*1" : "",
        random.nextInt(1, 11),
        2,
        timeout,
        random.nextInt(4) == 0 ? random.nextLong(5_000, timeout) : 6 * timeout,
        random.nextLong(-5_000, 5_000));
  }
}
