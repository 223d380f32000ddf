package io.github.metadatareset.invocation;

import java.util.Optional;

/// What an invocation counts and measures. Each is a member of its log line. Those with a unit are
/// also metrics in CloudWatch's namespace `AppFlowMetadataReset`: the ones that the dashboard and
/// the alarms read, as CloudWatch bills each custom metric for each hour in which it is sent
/// (https://aws.amazon.com/cloudwatch/pricing/).
enum Metric {
  /// Calls of ResetConnectorMetadataCache that AppFlow accepted.
  RESETS("Resets", "Count"),

  /// Requests that were split.
  SPLITS("Splits"),

  /// The sub-requests that were sent to the request queue.
  SUB_REQUESTS("SubRequests"),

  /// Messages that needed no work, because an equal request was completed.
  DUPLICATES("Duplicates", "Count"),

  /// Messages and events that need no reset.
  IGNORED("Ignored"),

  /// Profiles that a pattern matches, that no flow uses, and whose API version is not known.
  SKIPPED("Skipped"),

  /// Requests and sub-requests that failed permanently.
  REJECTED("Rejected"),

  /// Messages that return to the request queue, to be retried.
  RETURNED("Returned", "Count"),

  /// Dead letters that the dead-letter queue accepted.
  DEAD_LETTERS("DeadLetters"),

  /// Requests that failed because AppFlow or SQS throttled a call.
  THROTTLED("Throttled", "Count"),

  /// Requests that failed because access was denied, or because credentials had expired.
  DENIED("Denied", "Count"),

  /// Flows whose mapping was compared with the fields that there are.
  FLOWS_CHECKED("FlowsChecked", "Count"),

  /// Checked flows that use what their connections cannot see.
  BREAKING_FLOWS("BreakingFlows", "Count"),

  /// The longest time from sending a message to its reset. Absent if no message was reset.
  REQUEST_AGE("RequestAge", "Milliseconds");

  private final String memberName;
  private final Optional<String> unit;

  /// Only in the log line.
  Metric(String memberName) {
    this.memberName = memberName;
    this.unit = Optional.empty();
  }

  /// Also in CloudWatch.
  Metric(String memberName, String unit) {
    this.memberName = memberName;
    this.unit = Optional.of(unit);
  }

  /// The name in the log line, and in CloudWatch.
  String memberName() {
    return memberName;
  }

  /// As the embedded metric format names it; empty if it is not sent to CloudWatch.
  Optional<String> unit() {
    return unit;
  }
}
