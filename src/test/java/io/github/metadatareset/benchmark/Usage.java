package io.github.metadatareset.benchmark;

import java.util.Set;

/// What a run of a function used of what AWS bills.
///
/// @param millis from the first receive or invocation until all is done
/// @param billedMillis the time of all invocations, each rounded up to a millisecond
/// @param sqsRequests those of the senders, of the function, and of Lambda, which receives and
///     deletes messages
/// @param traces the invocations that X-Ray records at most; 0 if tracing is off
/// @param metrics the names of the custom metrics
/// @param lookUps the calls of AppFlow that are not resets
record Usage(
    int invocations,
    long millis,
    long billedMillis,
    long sqsRequests,
    long logBytes,
    long traces,
    Set<String> metrics,
    int resets,
    int lookUps) {

  /// The memory of the template.
  private static final double GIGABYTES = 0.5;

  double lambdaDollars() {
    return ListPrice.LAMBDA_REQUEST.dollars(invocations)
        + ListPrice.LAMBDA_GB_SECOND.dollars(GIGABYTES * billedMillis / 1000);
  }

  double sqsDollars() {
    return ListPrice.SQS_REQUEST.dollars(sqsRequests);
  }

  double logDollars() {
    return ListPrice.LOG_BYTE.dollars(logBytes);
  }

  double traceDollars() {
    return ListPrice.TRACE.dollars(traces);
  }

  double dollars() {
    return lambdaDollars() + sqsDollars() + logDollars() + traceDollars();
  }
}
