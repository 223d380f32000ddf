package io.github.metadatareset.simulation;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.simulation.Account.Entity;
import io.github.metadatareset.simulation.Account.Profile;
import io.github.metadatareset.simulation.Account.Use;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What the function must do for a body by docs/requests.md. It uses no code of the function.
///
/// @param allowedProfiles the pattern of the profiles that the deployment may reset
/// @param excludedProfiles the pattern of those that it may not reset all the same
record Oracle(Account account, String allowedProfiles, String excludedProfiles) {

  private static final int MAX_DEPTH = 5;
  private static final String CHECK = "check";

  /// The body has to be refused.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /// The entries that have to be reset to complete the body, as of that time.
  Set<CachedEntry> entries(String body, long at) throws Refused {
    return new At(at).body(body);
  }

  /// The names of the flows that have to be checked to complete the body.
  Set<String> checks(String body, long at) {
    return resetByChecks(body, at).keySet();
  }

  /// Whether checks that the body asks for reset the entry.
  boolean isResetByChecks(String body, CachedEntry entry, long at) {
    return resetByChecks(body, at).values().stream().anyMatch(all -> all.contains(entry));
  }

  private Map<String, Set<CachedEntry>> resetByChecks(String body, long at) {
    return body.contains(CHECK)
        ? parsed(body, at).map(then -> then.checks).orElse(Map.of())
        : Map.of();
  }

  /// Whether the body is the check of one named flow.
  boolean isCheckOfOneFlow(String body) {
    return body.contains(CHECK)
        && parsed(body, 0)
            .filter(now -> now.requests.size() == 1)
            .map(now -> now.requests.iterator().next())
            .filter(request -> request.containsKey(CHECK))
            .filter(request -> !((String) request.get("flowName")).matches(".*[*?].*"))
            .isPresent();
  }

  private Optional<At> parsed(String body, long at) {
    At then = new At(at);
    try {
      then.body(body);
      return Optional.of(then);
    } catch (Refused e) {
      return Optional.empty();
    }
  }

  /// Whether AppFlow can say anything about what the flow uses.
  boolean isComparable(String flow) {
    return comparable(flow).findAny().isPresent();
  }

  /// Whether a check finds the flow broken, whenever in that time it looks.
  boolean isBrokenThroughout(String flow, long from, long to) {
    return comparable(flow)
        .anyMatch(
            end -> isNeverRight(end) || Math.max(from, since(end)) > Math.min(to, gone(end) - 1));
  }

  /// Whether a check may find the flow broken in that time.
  boolean isBrokenWithin(String flow, long from, long to) {
    return comparable(flow)
        .anyMatch(end -> isNeverRight(end) || from < since(end) || to >= gone(end));
  }

  /// What the flow uses and AppFlow describes.
  private Stream<Use> comparable(String flow) {
    return account.flows().get(flow).stream()
        .filter(use -> isAllowed(use.profile()) && use.parent().isEmpty())
        .filter(use -> !use.entity().contains(" "))
        .filter(use -> isSupported(use.profile(), new At(Long.MAX_VALUE).versions(use)));
  }

  private boolean isSupported(String name, List<String> versions) {
    Profile profile = account.profiles().get(name);
    return !profile.isCustom()
        || versions.size() == 1 && account.versions().get(profile.label()).containsAll(versions);
  }

  private boolean isNeverRight(Use use) {
    return use.entity().equals(Account.GHOST) || !account.profiles().get(use.profile()).signedIn();
  }

  private long since(Use use) {
    return account.profiles().get(use.profile()).since();
  }

  private long gone(Use use) {
    return account.profiles().get(use.profile()).fieldGoneSince();
  }

  /// The number of different requests in the body, even if they need the same calls.
  int requests(String body) {
    At now = new At(0);
    try {
      now.body(body);
      return now.requests.size();
    } catch (Refused e) {
      return 0;
    }
  }

  boolean isRefused(String body) {
    try {
      entries(body, 0);
      return false;
    } catch (Refused e) {
      return true;
    }
  }

  /// Whether AppFlow accepts this reset.
  boolean isPossible(CachedEntry entry) {
    Profile profile = account.profiles().get(entry.connector());
    if (entry.version().equals(CachedEntry.UNKNOWN)
        || entry.parent().matches(".*[;ö].*")
        || entry.entity().contains(" ")
        || entry.entity().endsWith(Account.GHOST)) {
      return false;
    }
    return profile == null
        ? entry.connector().equals("S3")
        : !profile.isCustom() || account.versions().get(profile.label()).contains(entry.version());
  }

  /// Whether the sender of a direct invocation waits until all is done.
  boolean isWait(String body) {
    try {
      return JSON.std.anyFrom(body) instanceof Map<?, ?> object
          && Boolean.TRUE.equals(object.get("wait"));
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isAllowed(String profile) {
    return matches(allowedProfiles, profile) && !matches(excludedProfiles, profile);
  }

  private static boolean matches(String pattern, String name) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return name.matches(regex);
  }

  private final class At {
    private final long at;
    private final Set<Map<?, ?>> requests = new HashSet<>();

    /// The entries that the check of each flow resets.
    private final Map<String, Set<CachedEntry>> checks = new HashMap<>();

    private boolean hasChecks;

    At(long at) {
      this.at = at;
    }

    Set<CachedEntry> body(String body) throws Refused {
      try {
        Object json = JSON.std.anyFrom(body);
        if (json instanceof Map<?, ?> object) {
          return event(object);
        }
      } catch (IOException e) {
        throw new Refused();
      }
      throw new Refused();
    }

    private Set<CachedEntry> event(Map<?, ?> event) throws Refused {
      if ("Notification".equals(event.get("Type"))
          && event.get("Message") instanceof String wrapped) {
        return body(wrapped);
      }
      if (event.containsKey("FunctionName") && event.get("Payload") instanceof String payload) {
        return body(payload);
      }
      if (event.get("detail") instanceof Map<?, ?> detail) {
        return "aws.appflow".equals(event.get("source"))
            ? appFlowEvent(text(event, "detail-type"), detail)
            : request(detail);
      }
      Map<?, ?> request = new HashMap<>(event);
      boolean isWait = request.remove("wait", true);
      Set<CachedEntry> entries = request(request);
      if (isWait && hasChecks) {
        throw new Refused();
      }
      return entries;
    }

    private Set<CachedEntry> appFlowEvent(String type, Map<?, ?> detail) throws Refused {
      if (type.equals("AWS API Call via CloudTrail")) {
        Map<?, ?> parameters = (Map<?, ?>) detail.get("requestParameters");
        return switch (text(detail, "eventName")) {
          case "UpdateFlow" ->
              account.flows().containsKey(text(parameters, "flowName"))
                  ? flows(text(parameters, "flowName"))
                  : Set.of();
          case "UpdateConnectorProfile" ->
              ifAllowed(
                  text(parameters, "connectorProfileName"), Map.of("entities", "USED_BY_FLOWS"));
          default -> Set.of();
        };
      }
      String profile = text(detail, "source").replaceFirst("[A-Z0-9]+/", "");
      return ifAllowed(profile, Map.of("connectorEntityName", text(detail, "source-object")));
    }

    private Set<CachedEntry> ifAllowed(String profile, Map<?, ?> request) throws Refused {
      return isAllowed(profile) ? profile(profile, request) : Set.of();
    }

    private Set<CachedEntry> request(Map<?, ?> request) throws Refused {
      if (request.get("requests") instanceof List<?> list) {
        Set<CachedEntry> all = new LinkedHashSet<>();
        for (Object one : list) {
          all.addAll(request((Map<?, ?>) one));
        }
        return all;
      }
      if (request.containsKey("_trace")) {
        Map<?, ?> sent = new HashMap<>(request);
        sent.remove("_trace");
        return request(sent);
      }
      requests.add(request);
      if (!MEMBERS.containsAll(request.keySet()) || request.isEmpty()) {
        throw new Refused();
      }
      if (request.get("flowName") instanceof String flow) {
        return request.containsKey(CHECK) ? checks(flow) : flows(flow);
      }
      if (!(request.get("connectorProfileName") instanceof String name)) {
        return connector(text(request, "connectorType"), "", request);
      }
      if (name.contains("*") || name.contains("?")) {
        return profiles(name, request);
      }
      if (!isAllowed(name)) {
        throw new Refused();
      }
      return profile(name, request);
    }

    private static final Set<String> MEMBERS =
        Set.of(
            "connectorProfileName",
            "connectorType",
            "connectorLabel",
            "connectorEntityName",
            "entitiesPath",
            "apiVersion",
            "entities",
            "flowName",
            CHECK,
            "depth");

    private Set<CachedEntry> profiles(String pattern, Map<?, ?> request) throws Refused {
      Set<CachedEntry> all = new LinkedHashSet<>();
      boolean found =
          pattern.equals("*")
              && !request.containsKey("connectorType")
              && !request.containsKey("connectorLabel");
      for (Profile profile : account.profiles().values()) {
        if (profile.since() <= at
            && isAllowed(profile.name())
            && matches(pattern, profile.name())
            && matchesMember(request, "connectorType", profile.type())
            && matchesMember(request, "connectorLabel", profile.label())) {
          found = true;
          if (!isSkipped(profile, request)) {
            all.addAll(profile(profile.name(), request));
          }
        }
      }
      return found ? all : Set.of(CachedEntry.noMatch(pattern));
    }

    /// A profile without a known version that no flow uses.
    private boolean isSkipped(Profile profile, Map<?, ?> request) {
      return profile.isCustom()
          && !request.containsKey("apiVersion")
          && account.versions().get(profile.label()).size() > 1
          && account.flows().values().stream()
              .flatMap(List::stream)
              .noneMatch(use -> use.profile().equals(profile.name()));
    }

    private static boolean matchesMember(Map<?, ?> request, String member, String value) {
      return !request.containsKey(member) || request.get(member).equals(value);
    }

    private Set<CachedEntry> flows(String pattern) {
      Set<CachedEntry> all = new LinkedHashSet<>();
      boolean found = pattern.equals("*");
      for (var flow : account.flows().entrySet()) {
        if (matches(pattern, flow.getKey())) {
          found = true;
          flow.getValue().stream()
              .filter(use -> isAllowed(use.profile()))
              .forEach(use -> all.addAll(inFlow(use)));
        }
      }
      return found ? all : Set.of(CachedEntry.noMatch(pattern));
    }

    /// Nothing has to be reset for a check: what cannot be compared is not.
    private Set<CachedEntry> checks(String pattern) {
      hasChecks = true;
      boolean found = pattern.equals("*");
      for (var flow : account.flows().entrySet()) {
        if (matches(pattern, flow.getKey())) {
          found = true;
          Set<CachedEntry> entries = new HashSet<>();
          flow.getValue().forEach(use -> entries.addAll(inFlow(use)));
          checks.put(flow.getKey(), entries);
        }
      }
      return found ? Set.of() : Set.of(CachedEntry.noMatch(pattern));
    }

    private List<String> versions(Use use) {
      return inFlow(use).stream().map(CachedEntry::version).toList();
    }

    /// A flow names the API version of a custom connector itself.
    private Set<CachedEntry> inFlow(Use use) {
      boolean hasVersion =
          profile(use.profile()).filter(Profile::isCustom).isPresent() && !use.version().isEmpty();
      return used(use, hasVersion ? Map.of("apiVersion", use.version()) : Map.of());
    }

    private Set<CachedEntry> used(Use use, Map<?, ?> request) {
      Set<CachedEntry> entries = new LinkedHashSet<>();
      versions(use.profile(), use.entity(), request)
          .forEach(
              version ->
                  entries.add(new CachedEntry(use.profile(), use.parent(), use.entity(), version)));
      return entries;
    }

    private Set<CachedEntry> profile(String name, Map<?, ?> request) {
      if (!"USED_BY_FLOWS".equals(request.get("entities"))) {
        return connector(name, text(request, "entitiesPath"), request);
      }
      Map<?, ?> names =
          request.containsKey("apiVersion")
              ? Map.of("apiVersion", text(request, "apiVersion"))
              : Map.of();
      Set<CachedEntry> entries = new LinkedHashSet<>(connector(name, "", names));
      account.flows().values().stream()
          .flatMap(List::stream)
          .filter(use -> use.profile().equals(name))
          .forEach(use -> entries.addAll(used(use, request)));
      return entries;
    }

    private Set<CachedEntry> connector(String name, String parent, Map<?, ?> request) {
      Set<CachedEntry> entries = new LinkedHashSet<>();
      if (request.get("entities") instanceof List<?> entities) {
        entities.forEach(entity -> entity(entries, name, parent, (String) entity, request));
      } else if (request.get("connectorEntityName") instanceof String entity) {
        entity(entries, name, parent, entity, request);
      } else {
        for (String version : versions(name, "", request)) {
          entries.add(new CachedEntry(name, parent, "", version));
          if ("ALL".equals(request.get("entities"))) {
            int depth = request.get("depth") instanceof Integer given ? given : 0;
            walk(entries, name, parent, version, depth, new HashSet<>());
          }
        }
      }
      return entries;
    }

    private void entity(
        Set<CachedEntry> entries, String name, String parent, String entity, Map<?, ?> request) {
      versions(name, entity, request)
          .forEach(version -> entries.add(new CachedEntry(name, parent, entity, version)));
    }

    private void walk(
        Set<CachedEntry> entries,
        String name,
        String parent,
        String version,
        int depth,
        Set<String> seen) {
      List<Entity> entities =
          profile(name).map(profile -> profile.entities(parent, at)).orElse(List.of());
      for (Entity entity : entities) {
        entries.add(new CachedEntry(name, parent, entity.name(), version));
        if (entity.nested() && !entity.name().equals(parent) && seen.add(depth + entity.name())) {
          entries.add(new CachedEntry(name, entity.name(), "", version));
          if (depth < MAX_DEPTH) {
            walk(entries, name, entity.name(), version, depth + 1, seen);
          }
        }
      }
    }

    private List<String> versions(String name, String entity, Map<?, ?> request) {
      return request.get("apiVersion") instanceof String given
          ? List.of(given)
          : versions(name, entity);
    }

    /// For a custom connector: its only version, or those of the flows that use the entity, or
    /// those of the flows that use the profile.
    private List<String> versions(String name, String entity) {
      Optional<Profile> custom = profile(name).filter(Profile::isCustom);
      if (custom.isEmpty()) {
        return List.of("");
      }
      List<String> supported = account.versions().get(custom.get().label());
      if (supported.size() == 1) {
        return supported;
      }
      List<String> ofEntity = inFlows(name, entity);
      List<String> versions = ofEntity.isEmpty() ? inFlows(name, "") : ofEntity;
      return versions.isEmpty() ? List.of(CachedEntry.UNKNOWN) : versions;
    }

    private List<String> inFlows(String profile, String entity) {
      return account.flows().values().stream()
          .flatMap(List::stream)
          .filter(use -> use.profile().equals(profile))
          .filter(use -> entity.isEmpty() || use.entity().equals(entity))
          .map(Use::version)
          .filter(version -> !version.isEmpty())
          .distinct()
          .toList();
    }

    private Optional<Profile> profile(String name) {
      return Optional.ofNullable(account.profiles().get(name))
          .filter(profile -> profile.since() <= at);
    }

    private static String text(Map<?, ?> object, String member) {
      return object.get(member) instanceof String text ? text : "";
    }
  }
}
