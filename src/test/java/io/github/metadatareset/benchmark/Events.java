package io.github.metadatareset.benchmark;

import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.SqsEvent;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/// SQS events with messages that need one call each, and the account to which they refer.
final class Events {

  static final String PROFILE = "crm";
  static final int ENTITIES = 1000;

  /// After so many batches with a call for each entity, the JVM has compiled what they run.
  static final int WARMING_BATCHES = 4;

  /// A request that is split.
  static final String SPLIT =
      "{\"connectorProfileName\":\"%s\",\"entities\":[\"Entity0\",\"Entity1\"]}".formatted(PROFILE);

  /// A body that becomes a dead letter.
  static final String MALFORMED = "{\"connectorProfileName\"";

  private static final String QUEUE = "arn:aws:sqs:us-east-1:111122223333:requests";

  private Events() {}

  /// The account to which the messages refer.
  static AppFlowAccount account() {
    return account(ENTITIES);
  }

  static AppFlowAccount account(int entities) {
    AppFlowAccount account =
        new AppFlowAccount().addProfile(AppFlowAccount.Profile.of(PROFILE, "Salesforce"));
    IntStream.range(0, entities).forEach(number -> account.addEntity(PROFILE, entity(number)));
    return account;
  }

  static String entity(int number) {
    return "Entity" + number;
  }

  /// The number of the entity that a call resets.
  static int number(Map<String, Object> call) {
    return Integer.parseInt(call.get("connectorEntityName").toString().substring(6));
  }

  static String request(int entity) {
    return "{\"connectorProfileName\":\"%s\",\"connectorType\":\"Salesforce\",\"connectorEntityName\":\"%s\"}"
        .formatted(PROFILE, entity(entity));
  }

  /// A request without the type of the connector, so the function looks it up.
  static String requestWithLookUp(int entity) {
    return "{\"connectorProfileName\":\"%s\",\"connectorEntityName\":\"%s\"}"
        .formatted(PROFILE, entity(entity));
  }

  /// An event with messages that were sent now, so that the function treats none as a duplicate.
  ///
  /// @param more bodies of further messages
  static byte[] batch(int calls, String... more) {
    String now = Long.toString(System.currentTimeMillis());
    List<Message> messages =
        Stream.concat(IntStream.range(0, calls).mapToObj(Events::request), Stream.of(more))
            .map(
                body ->
                    Message.builder()
                        .messageId(UUID.randomUUID().toString())
                        .receiptHandle("receipt")
                        .body(body)
                        .attributes(
                            Map.of(
                                MessageSystemAttributeName.APPROXIMATE_RECEIVE_COUNT, "1",
                                MessageSystemAttributeName.SENT_TIMESTAMP, now,
                                MessageSystemAttributeName.APPROXIMATE_FIRST_RECEIVE_TIMESTAMP,
                                    now))
                        .build())
            .toList();
    return SqsEvent.of(messages, QUEUE);
  }
}
