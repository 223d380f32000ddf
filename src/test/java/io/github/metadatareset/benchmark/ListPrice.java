package io.github.metadatareset.benchmark;

import java.util.Arrays;
import java.util.stream.Collectors;

/// AWS's list prices in us-east-1 of November 2026, without free tiers.
enum ListPrice {
  LAMBDA_REQUEST("Lambda, a million requests", 0.20, 1e6, "https://aws.amazon.com/lambda/pricing/"),

  /// On arm64.
  LAMBDA_GB_SECOND(
      "Lambda, arm64, a GB-second", 0.0000133334, 1, "https://aws.amazon.com/lambda/pricing/"),

  SQS_REQUEST(
      "SQS standard queue, a million requests", 0.40, 1e6, "https://aws.amazon.com/sqs/pricing/"),

  LOG_BYTE("CloudWatch Logs, a GB", 0.50, 1e9, "https://aws.amazon.com/cloudwatch/pricing/"),
  METRIC("CloudWatch, a metric each month", 0.30, 1, "https://aws.amazon.com/cloudwatch/pricing/"),
  ALARM_METRIC(
      "CloudWatch, a metric of an alarm each month",
      0.10,
      1,
      "https://aws.amazon.com/cloudwatch/pricing/"),
  TRACE("X-Ray, a million traces", 5.00, 1e6, "https://aws.amazon.com/xray/pricing/"),
  SCHEDULED_INVOCATION(
      "EventBridge Scheduler, a million invocations",
      1.00,
      1e6,
      "https://aws.amazon.com/eventbridge/pricing/"),
  TRANSITION(
      "Step Functions Standard, a million transitions",
      25.00,
      1e6,
      "https://aws.amazon.com/step-functions/pricing/"),
  EXPRESS_REQUEST(
      "Step Functions Express, a million requests",
      1.00,
      1e6,
      "https://aws.amazon.com/step-functions/pricing/"),
  EXPRESS_GB_SECOND(
      "Step Functions Express, a GB-second",
      0.00001667,
      1,
      "https://aws.amazon.com/step-functions/pricing/");

  private final String description;
  private final double dollars;
  private final double amount;
  private final String page;

  /// @param dollars the price of this amount
  /// @param page where AWS publishes the price
  ListPrice(String description, double dollars, double amount, String page) {
    this.description = description;
    this.dollars = dollars;
    this.amount = amount;
    this.page = page;
  }

  double dollars(double used) {
    return dollars * used / amount;
  }

  /// A line for each price.
  static String table() {
    return Arrays.stream(values())
        .map(
            price ->
                "%-48s $%-13s %s%n"
                    .formatted(
                        price.description,
                        price.dollars < 0.01
                            ? "%.10f".formatted(price.dollars)
                            : "%.2f".formatted(price.dollars),
                        price.page))
        .collect(Collectors.joining());
  }
}
