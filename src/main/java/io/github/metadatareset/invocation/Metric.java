package io.github.metadatareset.invocation;

/// The metrics of an invocation, in CloudWatch's namespace `AppFlowMetadataReset`.
enum Metric {
  /// Calls of ResetConnectorMetadataCache that AppFlow accepted.
  RESETS("Resets", "Count"),

  /// Requests that were split.
  SPLITS("Splits", "Count"),

  /// The sub-requests that were sent to the request queue.
  SUB_REQUESTS("SubRequests", "Count"),

  /// Messages that needed no work, because an equal request was completed.
  DUPLICATES("Duplicates", "Count"),

  /// Messages and events that need no reset.
  IGNORED("Ignored", "Count"),

  /// Requests and sub-requests that failed permanently.
  REJECTED("Rejected", "Count"),

  /// Messages that return to the request queue, to be retried.
  RETURNED("Returned", "Count"),

  /// Dead letters that the dead-letter queue accepted.
  DEAD_LETTERS("DeadLetters", "Count"),

  /// Requests that failed because AppFlow or SQS throttled a call.
  THROTTLED("Throttled", "Count"),

  /// Requests that failed because access was denied, or because credentials had expired.
  DENIED("Denied", "Count"),

  /// The longest time from sending a message to its reset. Absent if no message was reset.
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
