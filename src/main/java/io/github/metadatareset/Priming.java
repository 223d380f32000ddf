package io.github.metadatareset;

import io.github.metadatareset.aws.AwsServices;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.reset.Deadline;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;

/// A first invocation before the snapshot that SnapStart takes: what is loaded, initialised and
/// compiled by then is paid for once per published version, and not at every start.
///
/// It takes the way of every other, and the longest: a call, a split and a dead letter, where SQS
/// fails. Its clients answer from memory. So nothing outside is touched, no name is looked
/// up, and the snapshot holds neither a connection nor credentials.
final class Priming {

  private static final Configuration CONFIGURATION =
      new Configuration(
          "https://sqs.us-east-1.amazonaws.com/000000000000/requests",
          "https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters",
          12,
          8,
          1000,
          ProfilePattern.ALL);

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  private static final String BATCH =
      """
      {"Records": [
        {"eventSource": "aws:sqs", "messageId": "call", "receiptHandle": "call",
          "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1",
            "ApproximateFirstReceiveTimestamp": "2"},
          "body": "{\\"connectorProfileName\\":\\"crm\\",\\"connectorEntityName\\":\\"Account\\"}"},
        {"eventSource": "aws:sqs", "messageId": "split", "receiptHandle": "split",
          "body": "{\\"connectorProfileName\\":\\"crm\\",\\"entities\\":[\\"Account\\",\\"Lead\\"]}"},
        {"eventSource": "aws:sqs", "messageId": "malformed", "receiptHandle": "malformed",
          "body": "{\\"connectorProfileName\\""}
      ]}
      """;

  /// To whatever is asked: there is a profile, a reset is done, and SQS refuses a message and takes
  /// another that is not the one it was given, so that the SDK throws.
  private static final String ANSWER =
      """
      {
        "connectorProfileDetails": [{
          "connectorProfileName": "crm",
          "connectorType": "Salesforce",
          "connectorProfileProperties": {"Salesforce": {"instanceUrl": "https://crm"}}}],
        "Successful": [{"Id": "0", "MessageId": "0", "MD5OfMessageBody": "of another"}],
        "Failed": [{"Id": "1", "SenderFault": false, "Code": "Offline", "Message": "refused"}]
      }
      """;

  private Priming() {}

  /// Never fails: without it the function starts slower, and works all the same.
  static void run() {
    try {
      run(new PrintStream(OutputStream.nullOutputStream()));
    } catch (RuntimeException e) {
      System.err.println("not primed: " + e);
    }
  }

  static void run(PrintStream log) {
    InstantSource clock = InstantSource.system();
    Deadline deadline = Deadline.in(clock, TIMEOUT);
    new MetadataResetHandler(
            CONFIGURATION,
            Ports.of(
                AwsServices.offline(CONFIGURATION.maxConcurrentCalls(), ANSWER),
                CONFIGURATION,
                log))
        .answer(
            BATCH.getBytes(StandardCharsets.UTF_8),
            new Invocation(
                "priming",
                deadline,
                deadline,
                new InvocationLog(log, clock, "priming", "priming")));
  }
}
