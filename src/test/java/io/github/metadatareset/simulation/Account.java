package io.github.metadatareset.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/// The profiles, entities and flows of AppFlow and its source applications. Nothing is ever
/// removed but a field, see [Profile#fieldGoneSince].
///
/// @param profiles by name
/// @param versions the API versions that a custom connector supports, by its label
/// @param flows the entities that each flow uses, by its name
record Account(
    Map<String, Profile> profiles,
    Map<String, List<String>> versions,
    Map<String, List<Use>> flows) {

  /// A connector profile with the entities of its application, by their parent.
  ///
  /// @param type as the API writes it
  /// @param label empty unless the connector is a custom one
  /// @param signedIn whether the application still accepts its credentials
  /// @param fieldGoneSince when the application deletes the field that all flows use
  record Profile(
      String name,
      String type,
      String label,
      boolean signedIn,
      long since,
      long fieldGoneSince,
      Map<String, List<Entity>> entities) {

    boolean isCustom() {
      return !label.isEmpty();
    }

    /// The entities below a parent at that time.
    List<Entity> entities(String parent, long at) {
      return entities.getOrDefault(parent, List.of()).stream()
          .filter(entity -> entity.since() <= at)
          .toList();
    }
  }

  record Entity(String name, boolean nested, long since) {}

  /// @param parent empty at the root
  /// @param version empty if the flow has none
  record Use(String profile, String parent, String entity, String version) {}

  private static final long NEVER = Long.MAX_VALUE;

  /// An entity that is listed but that AppFlow does not find.
  static final String GHOST = "Ghost";

  private static final List<String> NAMES =
      List.of("Account", "Lead", "a b", "x;y", "Größe", GHOST, "loop", "cases", "files");

  /// @param length how long the run is; some profiles and entities are created in the meantime
  static Account random(RandomGenerator random, long length) {
    Map<String, Profile> profiles = new LinkedHashMap<>();
    Map<String, List<String>> versions = new LinkedHashMap<>();
    for (String label : List.of("HubSpot", "Jira")) {
      versions.put(label, random.nextBoolean() ? List.of("v1") : List.of("v1", "v2", "v3"));
    }
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      boolean custom = random.nextInt(3) == 0;
      String name = (random.nextBoolean() ? "crm" : "erp") + i;
      profiles.put(
          name,
          new Profile(
              name,
              custom ? "CustomConnector" : random.nextBoolean() ? "Salesforce" : "Slack",
              custom ? random.nextBoolean() ? "HubSpot" : "Jira" : "",
              random.nextInt(8) > 0,
              custom ? 0 : since(random, length),
              random.nextBoolean() ? random.nextLong(length) : NEVER,
              entities(random, length)));
    }
    return new Account(profiles, versions, flows(random, List.copyOf(profiles.values())));
  }

  private static long since(RandomGenerator random, long length) {
    return random.nextInt(4) == 0 ? random.nextLong(length) : 0;
  }

  private static Map<String, List<Entity>> entities(RandomGenerator random, long length) {
    Map<String, List<Entity>> entities = new HashMap<>();
    addEntities(random, length, entities, "", 0);
    return entities;
  }

  private static void addEntities(
      RandomGenerator random,
      long length,
      Map<String, List<Entity>> all,
      String parent,
      int depth) {
    List<Entity> entities = new ArrayList<>();
    all.put(parent, entities);
    String prefix = parent.isEmpty() || parent.equals("loop") ? "" : parent + "/";
    for (String name : NAMES) {
      if (random.nextInt(4) == 0) {
        boolean nested = depth < 3 && (name.equals("loop") || random.nextInt(3) == 0);
        entities.add(new Entity(prefix + name, nested, since(random, length)));
        if (nested && !all.containsKey(prefix + name)) {
          addEntities(random, length, all, prefix + name, depth + 1);
        }
      }
    }
  }

  private static Map<String, List<Use>> flows(RandomGenerator random, List<Profile> profiles) {
    Map<String, List<Use>> flows = new LinkedHashMap<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      List<Use> uses = new ArrayList<>();
      for (int end = random.nextInt(3); end > 0; end--) {
        Profile profile = profiles.get(random.nextInt(profiles.size()));
        uses.add(
            new Use(
                profile.name(),
                random.nextInt(4) == 0 ? "Account" : "",
                NAMES.get(random.nextInt(NAMES.size())),
                profile.isCustom() && random.nextInt(3) > 0 ? "v" + random.nextInt(1, 3) : ""));
      }
      flows.put("flow" + i, uses);
    }
    return flows;
  }
}
