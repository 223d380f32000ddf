package io.github.metadatareset.request;

import io.github.metadatareset.json.JsonValue;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Random JSON: requests, requests with one or two changes, and anything else.
public record RandomJson(RandomGenerator random, RandomTexts texts) {

  private static final List<String> MEMBERS =
      Stream.of(Member.values()).map(Member::jsonName).sorted().toList();
  private static final List<String> IGNORED =
      List.of("_datadog", "_", "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID");
  private static final List<String> FLAGS = List.of("dryRun", "wait", "check");
  private static final List<Object> NUMBERS =
      Stream.of("0", "-0", "-0.0", "1", "1.0", "0.5e1", "5", "6", "-1", "0.5", "5.000000000000001")
          .<Object>map(BigDecimal::new)
          .toList();

  public RandomJson(RandomGenerator random) {
    this(random, new RandomTexts(random));
  }

  /// Equally often of the three kinds.
  public Object any() {
    return switch (random.nextInt(3)) {
      case 0 -> request();
      case 1 -> nearRequest();
      default -> anything(3);
    };
  }

  Object request() {
    return JsonValue.parse(new RandomRequests(random).any().json(), "").content();
  }

  private Object nearRequest() {
    Object near = request();
    for (int changes = random.nextInt(1, 3); changes > 0; changes--) {
      near = changed(near);
    }
    return near;
  }

  private Object changed(Object value) {
    return switch (value) {
      case Map<?, ?> members -> changedMembers(members);
      case List<?> list -> changedList(list);
      case String text -> random.nextBoolean() ? texts.corrupted(text) : anything(1);
      case null, default -> random.nextBoolean() ? texts.oneOf(NUMBERS) : anything(1);
    };
  }

  private Object changedMembers(Map<?, ?> members) {
    Map<Object, Object> changed = new LinkedHashMap<>(members);
    String name = memberName();
    switch (random.nextInt(10)) {
      case 0 -> changed.keySet().remove(someKey(members));
      case 1 -> changed.put(name, anything(2));
      case 2 -> changed.put(name + texts.unusual(), anything(1));
      case 6 -> changed.put(texts.oneOf(IGNORED), anything(1));
      case 3 -> changed.put("requests", List.of(new LinkedHashMap<>(members)));
      case 4, 5 -> changed.put(name, plausible(name));
      case 7 -> FLAGS.forEach(flag -> changed.put(flag, plausible(flag)));
      default -> changed.computeIfPresent(someKey(members), (_, value) -> changed(value));
    }
    return changed;
  }

  private Object someKey(Map<?, ?> members) {
    return members.isEmpty() ? "" : texts.oneOf(List.copyOf(members.keySet()));
  }

  private Object changedList(List<?> list) {
    List<Object> changed = new ArrayList<>(list);
    switch (random.nextInt(10)) {
      case 0 -> changed.clear();
      case 1, 2 -> fill(changed, texts.oneOf(List.of(1000, 1001)));
      case 3 -> changed.add(anything(2));
      case 4 -> changed.addAll(list);
      default -> changed.replaceAll(this::changed);
    }
    return changed;
  }

  private static void fill(List<Object> list, int size) {
    Object more = list.stream().anyMatch(Map.class::isInstance) ? Map.of("flowName", "*") : "E";
    list.addAll(Collections.nCopies(Math.max(0, size - list.size()), more));
  }

  /// A value that is valid for the member in some requests.
  private Object plausible(String member) {
    return switch (member) {
      case "connectorProfileName" ->
          random.nextBoolean() ? texts.profileName() : texts.profilePattern();
      case "connectorType" -> texts.oneOf(List.of(ConnectorType.values())).apiName();
      case "connectorLabel" -> texts.label();
      case "connectorEntityName" -> texts.oneOf(List.of(texts.entityName(), refusedName()));
      case "entitiesPath" -> texts.oneOf(List.of("", texts.entitiesPath()));
      case "apiVersion" -> texts.oneOf(List.of(texts.apiVersion(), refusedName()));
      case "entities" ->
          texts.oneOf(
              List.of(
                  "ALL",
                  "USED_BY_FLOWS",
                  List.of(texts.entityName()),
                  List.of(refusedName()),
                  List.of()));
      case "depth" -> texts.oneOf(NUMBERS);
      case "dryRun", "wait", "check" -> random.nextInt(8) > 0 ? random.nextBoolean() : "true";
      case "flowName" -> random.nextBoolean() ? texts.flowName() : texts.flowPattern();
      default -> anything(2);
    };
  }

  /// Keywords, patterns and placeholders, and names that only look like them.
  private String refusedName() {
    return texts.oneOf(
        List.of(
            "ALL",
            "ALLY",
            "USED_BY_FLOWS",
            "*",
            "A*",
            "<e>",
            "<e>f",
            "<e",
            "$.e",
            "a$.e",
            "${e}",
            "a${e}",
            "$e",
            "{{e}}",
            "a{{e",
            "{%e%}",
            "a{%e",
            "ALL\u2028"));
  }

  private Object anything(int nesting) {
    return switch (random.nextInt(nesting > 0 ? 8 : 5)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> texts.oneOf(NUMBERS);
      case 3 -> texts.unusual();
      case 4 -> texts.profileName();
      case 5 -> Stream.generate(() -> anything(nesting - 1)).limit(random.nextInt(4)).toList();
      default -> object(nesting);
    };
  }

  private Object object(int nesting) {
    Map<String, Object> members = new LinkedHashMap<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      String name = memberName();
      members.put(
          random.nextInt(10) == 0 ? texts.unusual() : name,
          random.nextInt(4) == 0 ? anything(nesting - 1) : plausible(name));
    }
    return members;
  }

  private String memberName() {
    return texts.oneOf(MEMBERS);
  }
}
