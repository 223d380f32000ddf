package io.github.metadatareset.invocation;

/// The metrics of an invocation, in CloudWatch's namespace `AppFlowMetadataReset`.
enum Metric {
  /// Calls of ResetConnectorMetadataCache that AppFlow accepted.
  RESETS("Resets", "Count"),

  /// Requests that were split.
  SPLITS("Splits", "Count"),

  /// The sub-requests that were put onto the request queue.
  SUB_REQUESTS("SubRequests", "Count"),

  /// Messages that cost no work, as an equal request was completed for another one.
  DUPLICATES("Duplicates", "Count"),

  /// Messages that ask for nothing.
  IGNORED("Ignored", "Count"),

  /// Requests and sub-requests that failed permanently.
  REJECTED("Rejected", "Count"),

  /// Messages that went back to the request queue.
  RETURNED("Returned", "Count"),

  /// Dead letters that the dead-letter queue accepted.
  DEAD_LETTERS("DeadLetters", "Count"),

  /// Requests that failed because AppFlow or SQS throttled a call.
  THROTTLED("Throttled", "Count"),

  /// Requests that failed because the role or the credentials were refused.
  DENIED("Denied", "Count"),

  /// The longest time from a message's being sent until its reset. Absent without one.
  REQUEST_AGE("RequestAge", "Milliseconds");

  private final String cloudWatchName;
  private final String unit;

  Metric(String cloudWatchName, String unit) {
    this.cloudWatchName = cloudWatchName;
    this.unit = unit;
  }

  String cloudWatchName() {
    return cloudWatchName;
  }

  /// As the embedded metric format names it.
  String unit() {
    return unit;
  }
}
