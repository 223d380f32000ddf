package io.github.metadatareset;

import static java.util.stream.Collectors.joining;

import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.request.AllowedProfiles;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.stream.IntStream;

/// Runs invocations before SnapStart takes its snapshot, so that classes are loaded and code is
/// compiled once per published version, and not at every start.
///
/// They take the longest path: calls, a split and a dead letter, with SQS failures. Their clients
/// get credentials and responses from a server in this process and are closed, so the snapshot
/// holds neither connections nor credentials of AWS.
final class Priming {

  private static final Configuration CONFIGURATION =
      new Configuration(
          "https://sqs.us-east-1.amazonaws.com/000000000000/requests",
          "https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters",
          "default",
          new Limits(12, 8, 1000, AllowedProfiles.ALL));

  private static final Duration TIMEOUT = Duration.ofMinutes(1);

  /// After so many the JVM has compiled what an invocation runs, also what runs once in each.
  private static final int INVOCATIONS = 60;

  private static final int CALLS = 20;

  private static final String CALL =
      """
      {"eventSource": "aws:sqs", "messageId": "call%1$d", "receiptHandle": "call",
        "attributes": {
          "ApproximateReceiveCount": "1",
          "SentTimestamp": "1",
          "ApproximateFirstReceiveTimestamp": "2"},
        "body": "{\\"connectorProfileName\\":\\"crm\\",\\"connectorEntityName\\":\\"Entity%1$d\\"}"},
      """;

  private static final String BATCH =
      IntStream.range(0, CALLS)
          .mapToObj(CALL::formatted)
          .collect(
              joining(
                  "",
                  "{\"Records\": [",
                  """
                  {"eventSource": "aws:sqs", "messageId": "split", "receiptHandle": "split",
                    "body": "{\\"connectorProfileName\\":\\"crm\\",\\"entities\\":[\\"Account\\",\\"Lead\\"]}"},
                  {"eventSource": "aws:sqs", "messageId": "malformed", "receiptHandle": "malformed",
                    "body": "{\\"connectorProfileName\\""}
                  ]}
                  """));

  /// The response to every call. For AppFlow: there is one profile, and a reset succeeds. For SQS:
  /// one message is refused, and the checksum of the other is wrong, so the SDK throws.
  private static final String ANSWER =
      """
      {
        "connectorProfileDetails": [{
          "connectorProfileName": "crm",
          "connectorType": "Salesforce",
          "createdAt": 1,
          "connectorProfileProperties": {"Salesforce": {"instanceUrl": "https://crm"}}}],
        "Successful": [{"Id": "0", "MessageId": "0", "MD5OfMessageBody": "of another"}],
        "Failed": [{"Id": "1", "SenderFault": false, "Code": "Offline", "Message": "refused"}]
      }
      """;

  private Priming() {}

  /// Never fails: without priming the function only starts more slowly.
  static void run() {
    try {
      run(new PrintStream(OutputStream.nullOutputStream()));
    } catch (RuntimeException e) {
      System.err.println("priming failed, so each start takes longer: " + e);
    }
  }

  static void run(PrintStream log) {
    byte[] batch = BATCH.getBytes(StandardCharsets.UTF_8);
    try (AwsClients clients =
        AwsClients.offline(CONFIGURATION.limits().maxConcurrentCalls(), ANSWER)) {
      for (int invocation = 0; invocation < INVOCATIONS; invocation++) {
        // A new handler has not completed these requests before.
        new MetadataResetHandler(
                CONFIGURATION.limits(), () -> Wiring.services(clients, CONFIGURATION, log))
            .answer(batch, "priming", "priming", TIMEOUT);
      }
    }
  }
}
