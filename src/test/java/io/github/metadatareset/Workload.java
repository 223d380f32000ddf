package io.github.metadatareset;

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

/// Requests of every kind in rounds, each with what it stands for. A round has profiles, flows and
/// entities of its own, so that no other round's resets stand in for a lost one of its.
final class Workload {

  /// After so many rounds the first one's profiles come again.
  private static final int ROUNDS = 20;

  private static final int TOP_ENTITIES = 12;

  /// @param resets what it stands for, in the words of [LocalStack#resets]
  /// @param impossible what it asks for besides, and cannot be had
  record Asked(String body, Set<String> resets, Optional<Impossible> impossible) {

    private Asked(Map<String, ?> request, Set<String> resets) {
      this(JsonValue.write(request), resets, Optional.empty());
    }

    private Asked with(Impossible part) {
      return new Asked(body, resets, Optional.of(part));
    }
  }

  /// What ends as a dead letter.
  ///
  /// @param text a part of the letter's body
  record Impossible(String code, String text) {}

  private final AppFlowAccount account = new AppFlowAccount();
  private final RandomGenerator random;
  private int round;

  Workload(RandomGenerator random) {
    this.random = random;
    account.addConnector(new Connector("Erp", List.of("v1", "v2")));
    IntStream.range(0, ROUNDS).mapToObj(Workload::prefix).forEach(this::plant);
  }

  AppFlowAccount account() {
    return account;
  }

  private void plant(String prefix) {
    for (String profile : List.of(prefix + "a", prefix + "b")) {
      account.addProfile(Profile.of(profile, "Salesforce"));
      IntStream.range(0, TOP_ENTITIES).forEach(i -> account.addEntity(profile, top(i)));
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

  private static String top(int number) {
    return "T" + number;
  }

  /// One request that is split and split again, one that cannot be done, and some of any kind, in
  /// any order.
  List<Asked> nextRound() {
    String prefix = prefix(round++);
    List<Supplier<Asked>> kinds =
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
    List<Asked> all = new ArrayList<>(List.of(everything(prefix + "a"), impossible(prefix)));
    for (int i = 0; i < 4; i++) {
      all.add(random.nextInt(all.size() + 1), oneOf(kinds).get());
    }
    return all;
  }

  private Asked entity(String profile) {
    String entity = anyTop();
    return new Asked(
        Map.of("connectorProfileName", profile, "connectorEntityName", entity),
        Set.of(reset(profile, entity)));
  }

  private Asked nested(String profile) {
    return new Asked(
        Map.of(
            "connectorProfileName", profile, "entitiesPath", "T0", "connectorEntityName", "T0/1"),
        Set.of(reset(profile, "below T0 T0/1")));
  }

  private Asked names(String profile) {
    return new Asked(Map.of("connectorProfileName", profile), Set.of(profile + " Salesforce"));
  }

  private Asked listed(String profile) {
    Set<String> entities = Set.of("T3", "T4", top(random.nextInt(5, TOP_ENTITIES)));
    return new Asked(
        Map.of("connectorProfileName", profile, "entities", List.copyOf(entities)),
        resets(profile, entities));
  }

  private Asked everything(String profile) {
    Set<String> resets = new HashSet<>();
    addEverything(resets, profile, SourceApplication.ROOT);
    return new Asked(Map.of("connectorProfileName", profile, "entities", "ALL"), resets);
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

  private Asked erp(String prefix) {
    String erp = prefix + "erp CustomConnector ";
    return new Asked(
        Map.of("connectorProfileName", prefix + "erp", "entities", "ALL"),
        Set.of(
            erp + "v2",
            erp + "orders v2",
            erp + "below orders v2",
            erp + "below orders orders/lines v2"));
  }

  private Asked usedByFlows(String prefix) {
    return new Asked(
        Map.of("connectorProfileName", prefix + "*", "entities", "USED_BY_FLOWS"),
        Stream.concat(
                usedBy(prefix).stream(),
                Stream.of(
                    prefix + "a Salesforce",
                    prefix + "b Salesforce",
                    prefix + "erp CustomConnector v2"))
            .collect(toSet()));
  }

  private Asked flow(String prefix) {
    return new Asked(Map.of("flowName", prefix + "out"), Set.of(reset(prefix + "b", "T2")));
  }

  private Asked flows(String prefix) {
    return new Asked(Map.of("flowName", prefix + "*"), usedBy(prefix));
  }

  private static Set<String> usedBy(String prefix) {
    return Set.of(
        prefix + "erp CustomConnector orders v2",
        reset(prefix + "a", "T1"),
        reset(prefix + "b", "T2"));
  }

  private Asked pattern(String prefix) {
    String entity = anyTop();
    return new Asked(
        Map.of("connectorProfileName", prefix + "?", "connectorEntityName", entity),
        Set.of(reset(prefix + "a", entity), reset(prefix + "b", entity)));
  }

  private Asked several(String prefix) {
    List<Asked> asked = List.of(entity(prefix + "b"), listed(prefix + "a"), flow(prefix));
    return new Asked(
        asked.stream().map(Asked::body).collect(joining(",", "{\"requests\":[", "]}")),
        asked.stream().map(Asked::resets).flatMap(Collection::stream).collect(toSet()),
        Optional.empty());
  }

  private Asked notification(String prefix) {
    Asked asked = pattern(prefix);
    return new Asked(Map.of("Type", "Notification", "Message", asked.body()), asked.resets());
  }

  private Asked impossible(String prefix) {
    return switch (random.nextInt(3)) {
      case 0 ->
          new Asked(Map.of("connectorProfileName", prefix + "a", "entity", "T1"), Set.of())
              .with(new Impossible("InvalidRequest", prefix + "a"));
      case 1 ->
          new Asked(Map.of("connectorProfileName", prefix + "ghost"), Set.of())
              .with(new Impossible("ResourceNotFoundException", prefix + "ghost"));
      default ->
          new Asked(
                  Map.of("connectorProfileName", prefix + "b", "entities", List.of("T6", "Ghost")),
                  Set.of(reset(prefix + "b", "T6")))
              .with(new Impossible("ResourceNotFoundException", "Ghost"));
    };
  }

  private String anyTop() {
    return top(random.nextInt(TOP_ENTITIES));
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
