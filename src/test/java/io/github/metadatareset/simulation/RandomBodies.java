package io.github.metadatareset.simulation;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Message bodies of every kind. They name few profiles and entities, so that many are equal.
record RandomBodies(RandomGenerator random, Account account) {

  private static final List<String> INVALID =
      List.of(
          "",
          "{}",
          "null",
          "no JSON",
          "{\"connectorProfileName\":",
          "{\"connectorProfile\":\"crm1\"}",
          "{\"connectorProfileName\":\"crm1\",\"entity\":\"Account\"}",
          "{\"detail-type\":\"Scheduled Event\",\"source\":\"aws.events\",\"detail\":{}}");

  private static final List<String> ENTITIES =
      List.of("Account", "Lead", "Größe", "Ghost", "cases");

  String next() {
    return switch (random.nextInt(23)) {
      case 0 -> oneOf(INVALID);
      case 1 -> json(notification(request()));
      case 2 -> json(envelope("my.pipeline", "Done", request()));
      case 3 -> json(flowReport());
      case 4 -> json(call(oneOf(List.of("UpdateFlow", "UpdateConnectorProfile", "DeleteFlow"))));
      case 5 -> json(object("requests", requests()));
      case 6 -> json(invocation(request()));
      case 7 -> json(traced(request()));
      case 8 -> json(waiting(request()));
      case 9 -> json(waiting(object("requests", requests())));
      case 10, 11, 12 -> json(object("connectorProfileName", mostNamedProfile()));
      case 13 -> json(check());
      case 14 -> json(oneOf(List.of(notification(check()), invocation(check()), traced(check()))));
      case 15 -> json(object("requests", List.of(request(), check(), check())));
      case 16 -> json(waiting(object("requests", ofTwoTypes())));
      default -> json(request());
    };
  }

  /// Whether the Invoke API of Lambda accepts the body.
  boolean isJson(String body) {
    try {
      JSON.std.anyFrom(body);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /// What Scheduler puts into a dead-letter queue.
  private static Map<String, Object> notification(Map<String, Object> request) {
    Map<String, Object> notification = object("Type", "Notification");
    notification.put("Message", json(request));
    return notification;
  }

  private static Map<String, Object> invocation(Map<String, Object> request) {
    Map<String, Object> invocation = object("FunctionName", "f");
    invocation.put("Payload", json(request));
    return invocation;
  }

  private static Map<String, Object> traced(Map<String, Object> request) {
    Map<String, Object> traced = new LinkedHashMap<>(request);
    traced.put("_trace", object("id", "1"));
    return traced;
  }

  private static Map<String, Object> waiting(Map<String, Object> request) {
    Map<String, Object> waiting = new LinkedHashMap<>(request);
    waiting.put("wait", true);
    return waiting;
  }

  private Map<String, Object> flowReport() {
    String profile = profile();
    Optional<Account.Profile> known = Optional.ofNullable(account.profiles().get(profile));
    String type = known.map(Account.Profile::type).orElse("Salesforce");
    Map<String, Object> detail = object("source", type.toUpperCase(Locale.ROOT) + "/" + profile);
    detail.put("source-object", oneOf(ENTITIES));
    return envelope("aws.appflow", "AppFlow End Flow Run Report", detail);
  }

  private Map<String, Object> call(String name) {
    Map<String, Object> detail = object("eventSource", "appflow.amazonaws.com");
    detail.put("eventName", name);
    detail.put(
        "requestParameters",
        name.equals("UpdateConnectorProfile")
            ? object("connectorProfileName", profile())
            : object("flowName", "flow" + random.nextInt(1, 4)));
    return envelope("aws.appflow", "AWS API Call via CloudTrail", detail);
  }

  private static Map<String, Object> envelope(String source, String type, Object detail) {
    Map<String, Object> envelope = object("source", source);
    envelope.put("detail-type", type);
    envelope.put("detail", detail);
    return envelope;
  }

  private static Map<String, Object> object(String member, Object value) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(member, value);
    return object;
  }

  private List<Map<String, Object>> requests() {
    List<Map<String, Object>> requests = new ArrayList<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      requests.add(request());
    }
    return requests;
  }

  /// The same call, of which one request names the type of the profile.
  private List<Map<String, Object>> ofTwoTypes() {
    Map<String, Object> request = object("connectorProfileName", mostNamedProfile());
    Map<String, Object> withType = new LinkedHashMap<>(request);
    withType.put("connectorType", account.profiles().get(mostNamedProfile()).type());
    return List.of(request, withType);
  }

  private Map<String, Object> check() {
    Map<String, Object> check =
        object("flowName", oneOf(List.of("*", "flow*", "flow1", "flow1", "flow2", "flow3", "x?")));
    check.put("check", true);
    return random.nextInt(20) == 0 ? waiting(check) : check;
  }

  private Map<String, Object> request() {
    Map<String, Object> request = new LinkedHashMap<>();
    switch (random.nextInt(8)) {
      case 0 -> request.put("flowName", oneOf(List.of("*", "flow*", "flow1", "flow2", "x?")));
      case 1 -> request.put("connectorType", "S3");
      case 2, 3 -> {
        request.put("connectorProfileName", oneOf(List.of("*", "crm*", "erp?", "none-*")));
        switch (random.nextInt(5)) {
          case 0 -> request.put("connectorType", oneOf(List.of("Salesforce", "CustomConnector")));
          case 1 -> request.put("connectorLabel", oneOf(List.of("HubSpot", "Jira")));
          default -> {}
        }
        entities(request);
      }
      default -> {
        String profile = profile();
        request.put("connectorProfileName", profile);
        if (random.nextInt(3) == 0 && account.profiles().containsKey(profile)) {
          request.put("connectorType", account.profiles().get(profile).type());
        }
        entities(request);
      }
    }
    return request;
  }

  private void entities(Map<String, Object> request) {
    switch (random.nextInt(6)) {
      case 0 -> request.put("entities", "USED_BY_FLOWS");
      case 1 -> request.put("entities", "ALL");
      case 2 -> request.put("entities", names());
      case 3 -> {
        request.put("connectorEntityName", oneOf(ENTITIES));
        request.put("entitiesPath", "cases");
      }
      case 4 -> request.put("connectorEntityName", oneOf(ENTITIES));
      default -> {}
    }
    if (random.nextInt(8) == 0) {
      request.put("apiVersion", "v" + random.nextInt(1, 5));
    }
  }

  /// A few names that other bodies have too, or more than fit into one SQS batch.
  private List<String> names() {
    return random.nextInt(4) > 0
        ? List.of(oneOf(ENTITIES), oneOf(ENTITIES), oneOf(ENTITIES))
        : IntStream.range(0, random.nextInt(9, 24)).mapToObj(i -> "Entity" + i).toList();
  }

  /// The same in each body, so that equal requests arrive while others are completed.
  private String mostNamedProfile() {
    return account.profiles().keySet().iterator().next();
  }

  private String profile() {
    List<String> names = List.copyOf(account.profiles().keySet());
    return random.nextInt(10) == 0 ? "nobody" : oneOf(names);
  }

  private <T> T oneOf(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private static String json(Map<String, Object> value) {
    try {
      return JSON.std.asString(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
