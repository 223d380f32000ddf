package io.github.metadatareset.event;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// What other senders send, and in which there is no request to read. The first that matches says
/// what its sender has to change.
enum ForeignShape {
  /// The callback pattern of Step Functions
  /// (https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html).
  TASK_TOKEN(
      "no task token. Nobody would answer it, and the execution would hang: call this function as a"
          + " task of the state machine instead (arn:aws:states:::lambda:invoke)"),

  /// Terraform's `aws_lambda_invocation` with `lifecycle_scope = "CRUD"`
  /// (https://github.com/hashicorp/terraform-provider-aws/pull/29367).
  TERRAFORM(
      "no member tf. Terraform adds it: leave out lifecycle_scope of aws_lambda_invocation, or set"
          + " it to CREATE_ONLY"),

  /// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
  CUSTOM_RESOURCE(
      "a request. CloudFormation waits for an answer that this function never sends to a custom"
          + " resource: invoke the function after the deployment, or use a rule or a schedule"),

  /// https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
  /// https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-invoke-lambda-function.html
  PIPELINE_JOB(
      "a request. CodePipeline waits for a result that this function never reports: invoke it from"
          + " a command, such as aws lambda invoke in an action of CodeBuild"),

  SNS_CONFIRMATION(
      "a notification. Confirm the subscription first: open its SubscribeURL, or use"
          + " aws sns confirm-subscription"),

  /// Of the Amazon SQS extended clients for Java and Python, and of those for SNS.
  OFFLOADED_BODY(
      "a request. An extended client library has put the body into Amazon S3, and this function"
          + " does not read it there: send the request with a standard SQS client"),

  LIST_OF_REQUESTS("one request. Send the list as {\"requests\": [...]}"),

  /// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
  PIPE(
      "one request. A pipe invokes a function with the list of its records: give the pipe the"
          + " request queue as its target, with an input template that makes a request, such as"
          + " <$.body> for records of SQS"),

  S3(
      "a request. A notification of Amazon S3 contains none: let the bucket send its events to"
          + " EventBridge, and add a rule whose input transformer makes a request"),

  STREAM(
      "a request. Records of a Kinesis or DynamoDB stream contain none: connect the stream and the"
          + " request queue with an EventBridge pipe whose input template makes a request"),

  DOCUMENTDB(
      "a request. Change events of Amazon DocumentDB contain none: let the writer of the change send"
          + " a request to the request queue"),

  KAFKA(
      "a request. Records of Apache Kafka or Amazon MQ contain none: connect the topic and the"
          + " request queue with an EventBridge pipe whose input template makes a request"),

  SQS_BATCH(
      "a request. A batch of SQS is read only if the function is invoked with it, in the member"
          + " Records, with records of SQS alone: send each body as a message to the request queue"),

  SNS_BATCH(
      "one record, with a notification of Amazon SNS. Subscribe the request queue to the topic"),

  /// Firehose, Amazon SES, AWS CodeCommit, CloudFront and others.
  OTHER_RECORDS(
      "a request. Records contain none: use an EventBridge rule or pipe that makes a request of"
          + " each"),

  HTTP(
      "a request. This function does not read HTTP requests of Amazon API Gateway, a function URL"
          + " or a load balancer: call Lambda's Invoke API, or let API Gateway send the body to the"
          + " request queue"),

  NO_PAYLOAD("a Payload with the request beside FunctionName"),

  /// What EventBridge Scheduler puts into a dead-letter queue for a schedule that sends to a queue
  /// (https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html).
  MESSAGE_TO_SEND(
      "a request. The one in MessageBody was not delivered: send it to the request queue"),

  WARM_UP(
      "a request. This function needs no warm-up calls: remove it from the plug-in that sends"
          + " them"),

  LOGS("a request. Data of a CloudWatch Logs subscription contain none: remove the subscription"),

  /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html
  ALARM(
      "a request. An alarm's action sends none: add an EventBridge rule for the alarm whose input"
          + " transformer makes a request"),

  MESSAGE_WITHOUT_TYPE(
      "a request. A Message is read only beside \"Type\": \"Notification\", as Amazon SNS sends it:"
          + " add that, or send only the content of Message"),

  UNKNOWN_WRAPPER("the request itself. It is in a member: send only that");

  private static final Pattern REQUEST_IN_TEXT =
      Pattern.compile("\\s*\\{\\s*\"(connectorProfileName|connectorType|flowName|requests)\"\\s*:");

  private final String expectation;

  ForeignShape(String expectation) {
    this.expectation = expectation;
  }

  /// Why the value cannot be read; empty if it has none of these shapes.
  ///
  /// @param holdsARequest whether the value is a request, or a wrapper of one
  static Optional<InvalidJsonException> refusal(JsonValue value, boolean holdsARequest) {
    for (ForeignShape foreign : values()) {
      if ((foreign.mayBeBesideARequest() || !holdsARequest) && foreign.isShapeOf(value)) {
        return Optional.of(value.refused(foreign.expectation));
      }
    }
    return Optional.empty();
  }

  /// What would be read instead, and what its sender has to do.
  String expectation() {
    return expectation;
  }

  /// Somebody adds these members to a request or to a wrapper, and they must not be dropped.
  private boolean mayBeBesideARequest() {
    return this == TASK_TOKEN || this == TERRAFORM;
  }

  private boolean isShapeOf(JsonValue value) {
    return switch (this) {
      case TASK_TOKEN -> value.has("TaskToken") || value.has("taskToken");
      case TERRAFORM -> value.member("tf").filter(tf -> tf.has("action")).isPresent();
      case CUSTOM_RESOURCE -> value.has("RequestType") && value.has("ResponseURL");
      case PIPELINE_JOB -> value.has("CodePipeline.job");
      case SNS_CONFIRMATION -> text(value, "Type").endsWith("Confirmation");
      case OFFLOADED_BODY ->
          first(value)
              .filter(first -> first.content() instanceof String name && name.endsWith("S3Pointer"))
              .isPresent();
      case LIST_OF_REQUESTS -> first(value).filter(EventReader::isRequest).isPresent();
      case PIPE -> first(value).filter(JsonValue::isObject).isPresent();
      case S3 -> hasRecordsOf(value, "aws:s3");
      case STREAM -> hasRecordsOf(value, "aws:kinesis") || hasRecordsOf(value, "aws:dynamodb");
      case DOCUMENTDB -> text(value, "eventSource").equals("aws:docdb");
      case KAFKA -> value.text("eventSource").isPresent();
      case SQS_BATCH -> hasRecordsOf(value, "aws:sqs");
      case SNS_BATCH -> hasRecordsOf(value, "aws:sns");
      case OTHER_RECORDS -> value.has("Records") || value.has("records");
      case HTTP -> value.has("requestContext") || value.has("httpMethod") || value.has("rawPath");
      case NO_PAYLOAD -> value.has("FunctionName") && !value.has("Payload");
      case MESSAGE_TO_SEND -> value.has("MessageBody") && value.has("QueueUrl");
      case WARM_UP ->
          !value.has("detail") && (value.has("warmer") || text(value, "source").contains("warm"));
      case LOGS -> value.has("awslogs");
      case ALARM ->
          value.has("alarmArn") && value.has("alarmData")
              || value.has("AlarmName") && value.has("NewStateValue");
      case MESSAGE_WITHOUT_TYPE -> value.has("Message");
      case UNKNOWN_WRAPPER ->
          value.memberNames().stream()
              .flatMap(name -> value.member(name).stream())
              .anyMatch(ForeignShape::holdsARequest);
    };
  }

  private static String text(JsonValue value, String member) {
    return value.text(member).orElse("");
  }

  /// The first element of an array.
  private static Optional<JsonValue> first(JsonValue value) {
    return value.content() instanceof List<?> list && !list.isEmpty()
        ? Optional.of(value.asList("a list").getFirst())
        : Optional.empty();
  }

  /// Lambda writes `Records`; other services, and people, write `records`.
  private static boolean hasRecordsOf(JsonValue value, String eventSource) {
    return value
        .member("Records")
        .or(() -> value.member("records"))
        .filter(records -> records.content() instanceof List)
        .filter(
            records ->
                records.asList("a list").stream()
                    .map(record -> record.text("eventSource").or(() -> record.text("EventSource")))
                    .anyMatch(Optional.of(eventSource)::equals))
        .isPresent();
  }

  /// As an object, or as text.
  private static boolean holdsARequest(JsonValue value) {
    return EventReader.isRequest(value)
        || value.content() instanceof String text && REQUEST_IN_TEXT.matcher(text).lookingAt();
  }
}
