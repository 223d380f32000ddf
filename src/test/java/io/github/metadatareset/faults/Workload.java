package io.github.metadatareset.faults;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toSet;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Rounds of requests of every kind, each with its expected resets. Each round has its own
/// profiles, flows and entities, so that resets of other rounds cannot hide a lost one.
final class Workload {

  /// After this many rounds the profiles of the first one are used again.
  private static final int ROUNDS = 20;

  private static final int TOP_ENTITIES = 12;

  /// @param resets the expected resets, in the format of [LocalStack#resets]
  /// @param deadLetter for the sub-request that is rejected
  record WorkloadRequest(String body, Set<String> resets, Optional<ExpectedDeadLetter> deadLetter) {

    private WorkloadRequest(Map<String, ?> request, Set<String> resets) {
      this(JsonValue.write(request), resets, Optional.empty());
    }

    private WorkloadRequest with(ExpectedDeadLetter expected) {
      return new WorkloadRequest(body, resets, Optional.of(expected));
    }
  }

  /// @param text a part of the body of the dead letter
  record ExpectedDeadLetter(String code, String text) {}

  private final AppFlowAccount account = new AppFlowAccount();
  private final RandomGenerator random;
  private int round;

  Workload(RandomGenerator random) {
    this.random = random;
    account.addConnector(new Connector("Erp", List.of("v1", "v2")));
    IntStream.range(0, ROUNDS).mapToObj(Workload::prefix).forEach(this::addRound);
  }

  AppFlowAccount account() {
    return account;
  }

  private void addRound(String prefix) {
    for (String profile : List.of(prefix + "a", prefix + "b")) {
      account.addProfile(Profile.of(profile, "Salesforce"));
      IntStream.range(0, TOP_ENTITIES).forEach(i -> account.addEntity(profile, topLevel(i)));
      for (String nested : List.of("T0/0", "T0/1", "T0/2")) {
        account.addEntity(profile, "T0", nested);
      }
      account.addEntity(profile, "T0/0", "T0/0/0");
    }
    String erp = prefix + "erp";
    account
        .addProfile(Profile.custom(erp, "Erp"))
        .addEntity(erp, "orders")
        .addEntity(erp, "orders", "orders/lines")
        .addFlow(
            Flow.active(
                prefix + "sync",
                FlowEnd.custom(erp, "v2", "orders"),
                FlowEnd.of("Salesforce", prefix + "a", "T1")))
        .addFlow(
            Flow.active(
                prefix + "out", FlowEnd.of("Salesforce", prefix + "b", "T2"), FlowEnd.s3("lake")));
  }

  private static String prefix(int round) {
    return "round-%02d-".formatted(round % ROUNDS);
  }

  private static String topLevel(int number) {
    return "T" + number;
  }

  /// One request that is split recursively, one that is rejected, and four of random kinds, in
  /// random order.
  List<WorkloadRequest> nextRound() {
    String prefix = prefix(round++);
    List<Supplier<WorkloadRequest>> kinds =
        List.of(
            () -> entity(prefix + "a"),
            () -> nested(prefix + "b"),
            () -> names(prefix + "a"),
            () -> listed(prefix + "b"),
            () -> erp(prefix),
            () -> usedByFlows(prefix),
            () -> flow(prefix),
            () -> flows(prefix),
            () -> pattern(prefix),
            () -> several(prefix),
            () -> notification(prefix));
    List<WorkloadRequest> all =
        new ArrayList<>(List.of(everything(prefix + "a"), rejected(prefix)));
    for (int i = 0; i < 4; i++) {
      all.add(random.nextInt(all.size() + 1), oneOf(kinds).get());
    }
    return all;
  }

  private WorkloadRequest entity(String profile) {
    String entity = anyTopLevel();
    return new WorkloadRequest(
        Map.of("connectorProfileName", profile, "connectorEntityName", entity),
        Set.of(reset(profile, entity)));
  }

  private WorkloadRequest nested(String profile) {
    return new WorkloadRequest(
        Map.of(
            "connectorProfileName", profile, "entitiesPath", "T0", "connectorEntityName", "T0/1"),
        Set.of(reset(profile, "below T0 T0/1")));
  }

  private WorkloadRequest names(String profile) {
    return new WorkloadRequest(
        Map.of("connectorProfileName", profile), Set.of(profile + " Salesforce"));
  }

  private WorkloadRequest listed(String profile) {
    Set<String> entities = Set.of("T3", "T4", topLevel(random.nextInt(5, TOP_ENTITIES)));
    return new WorkloadRequest(
        Map.of("connectorProfileName", profile, "entities", List.copyOf(entities)),
        resets(profile, entities));
  }

  private WorkloadRequest everything(String profile) {
    Set<String> resets = new HashSet<>();
    addEverything(resets, profile, SourceApplication.ROOT);
    return new WorkloadRequest(Map.of("connectorProfileName", profile, "entities", "ALL"), resets);
  }

  private void addEverything(Set<String> resets, String profile, String parent) {
    String below = parent.isEmpty() ? "" : "below " + parent + " ";
    resets.add(reset(profile, below).strip());
    for (SourceApplication.Entity entity : account.application(profile).entities(parent)) {
      resets.add(reset(profile, below + entity.name()));
      if (!account.application(profile).entities(entity.name()).isEmpty()) {
        addEverything(resets, profile, entity.name());
      }
    }
  }

  private WorkloadRequest erp(String prefix) {
    String erp = prefix + "erp CustomConnector ";
    return new WorkloadRequest(
        Map.of("connectorProfileName", prefix + "erp", "entities", "ALL"),
        Set.of(
            erp + "v2",
            erp + "orders v2",
            erp + "below orders v2",
            erp + "below orders orders/lines v2"));
  }

  private WorkloadRequest usedByFlows(String prefix) {
    return new WorkloadRequest(
        Map.of("connectorProfileName", prefix + "*", "entities", "USED_BY_FLOWS"),
        Stream.concat(
                usedBy(prefix).stream(),
                Stream.of(
                    prefix + "a Salesforce",
                    prefix + "b Salesforce",
                    prefix + "erp CustomConnector v2"))
            .collect(toSet()));
  }

  private WorkloadRequest flow(String prefix) {
    return new WorkloadRequest(
        Map.of("flowName", prefix + "out"), Set.of(reset(prefix + "b", "T2")));
  }

  private WorkloadRequest flows(String prefix) {
    return new WorkloadRequest(Map.of("flowName", prefix + "*"), usedBy(prefix));
  }

  private static Set<String> usedBy(String prefix) {
    return Set.of(
        prefix + "erp CustomConnector orders v2",
        reset(prefix + "a", "T1"),
        reset(prefix + "b", "T2"));
  }

  private WorkloadRequest pattern(String prefix) {
    String entity = anyTopLevel();
    return new WorkloadRequest(
        Map.of("connectorProfileName", prefix + "?", "connectorEntityName", entity),
        Set.of(reset(prefix + "a", entity), reset(prefix + "b", entity)));
  }

  private WorkloadRequest several(String prefix) {
    List<WorkloadRequest> requests =
        List.of(entity(prefix + "b"), listed(prefix + "a"), flow(prefix));
    return new WorkloadRequest(
        requests.stream().map(WorkloadRequest::body).collect(joining(",", "{\"requests\":[", "]}")),
        requests.stream().map(WorkloadRequest::resets).flatMap(Collection::stream).collect(toSet()),
        Optional.empty());
  }

  private WorkloadRequest notification(String prefix) {
    WorkloadRequest request = pattern(prefix);
    return new WorkloadRequest(
        Map.of("Type", "Notification", "Message", request.body()), request.resets());
  }

  private WorkloadRequest rejected(String prefix) {
    return switch (random.nextInt(3)) {
      case 0 ->
          new WorkloadRequest(
                  Map.of("connectorProfileName", prefix + "a", "entity", "T1"), Set.of())
              .with(new ExpectedDeadLetter("InvalidRequest", prefix + "a"));
      case 1 ->
          new WorkloadRequest(Map.of("connectorProfileName", prefix + "ghost"), Set.of())
              .with(new ExpectedDeadLetter("ResourceNotFoundException", prefix + "ghost"));
      default ->
          new WorkloadRequest(
                  Map.of("connectorProfileName", prefix + "b", "entities", List.of("T6", "Ghost")),
                  Set.of(reset(prefix + "b", "T6")))
              .with(new ExpectedDeadLetter("ResourceNotFoundException", "Ghost"));
    };
  }

  private String anyTopLevel() {
    return topLevel(random.nextInt(TOP_ENTITIES));
  }

  private <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static Set<String> resets(String profile, Set<String> entities) {
    return entities.stream().map(entity -> reset(profile, entity)).collect(toSet());
  }

  private static String reset(String profile, String what) {
    return profile + " Salesforce " + what;
  }
}
