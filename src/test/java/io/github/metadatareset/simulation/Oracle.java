package io.github.metadatareset.simulation;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.simulation.Account.Entity;
import io.github.metadatareset.simulation.Account.Profile;
import io.github.metadatareset.simulation.Account.Use;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What a body stands for by the README, told without the function's own reading and planning.
///
/// @param reach the profiles that the deployment may reset
record Oracle(Account account, String reach) {

  private static final int MAX_DEPTH = 10;

  /// The body is refused.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /// What has to be fresh for the body to be done, as things were at that time.
  Set<Leaf> leaves(String body, long at) throws Refused {
    return new At(at).body(body);
  }

  /// How many different requests stand in the body, whether or not they mean the same.
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
      leaves(body, 0);
      return false;
    } catch (Refused e) {
      return true;
    }
  }

  /// Whether AppFlow can do it at all.
  boolean isPossible(Leaf leaf) {
    Profile profile = account.profiles().get(leaf.connector());
    if (leaf.version().equals(Leaf.UNCLEAR)
        || leaf.parent().matches(".*[;ö].*")
        || leaf.entity().contains(" ")
        || leaf.entity().endsWith(Account.GHOST)) {
      return false;
    }
    return profile == null
        ? leaf.connector().equals("S3")
        : !profile.isCustom() || account.versions().get(profile.label()).contains(leaf.version());
  }

  private static boolean matches(String pattern, String name) {
    String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
    return name.matches(regex);
  }

  private final class At {
    private final long at;
    private final Set<Map<?, ?>> requests = new HashSet<>();

    At(long at) {
      this.at = at;
    }

    Set<Leaf> body(String body) throws Refused {
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

    private Set<Leaf> event(Map<?, ?> event) throws Refused {
      if (event.get("Message") instanceof String wrapped) {
        return body(wrapped);
      }
      if (event.get("detail") instanceof Map<?, ?> detail) {
        return "aws.appflow".equals(event.get("source"))
            ? appFlowEvent(text(event, "detail-type"), detail)
            : request(detail);
      }
      return request(event);
    }

    private Set<Leaf> appFlowEvent(String type, Map<?, ?> detail) throws Refused {
      if (type.equals("AWS API Call via CloudTrail")) {
        Map<?, ?> parameters = (Map<?, ?>) detail.get("requestParameters");
        return switch (text(detail, "eventName")) {
          case "UpdateFlow" -> flows(text(parameters, "flowName"));
          case "UpdateConnectorProfile" ->
              reached(
                  text(parameters, "connectorProfileName"), Map.of("entities", "USED_BY_FLOWS"));
          default -> Set.of();
        };
      }
      String profile = text(detail, "source").replaceFirst("[A-Z0-9]+/", "");
      return reached(profile, Map.of("connectorEntityName", text(detail, "source-object")));
    }

    private Set<Leaf> reached(String profile, Map<?, ?> request) throws Refused {
      return matches(reach, profile) ? profile(profile, request) : Set.of();
    }

    private Set<Leaf> request(Map<?, ?> request) throws Refused {
      if (request.get("requests") instanceof List<?> list) {
        Set<Leaf> all = new LinkedHashSet<>();
        for (Object one : list) {
          all.addAll(request((Map<?, ?>) one));
        }
        return all;
      }
      requests.add(request);
      if (!KNOWN.containsAll(request.keySet()) || request.isEmpty()) {
        throw new Refused();
      }
      if (request.get("flowName") instanceof String flow) {
        return flows(flow);
      }
      if (!(request.get("connectorProfileName") instanceof String name)) {
        return connector(text(request, "connectorType"), "", request);
      }
      if (name.contains("*") || name.contains("?")) {
        return profiles(name, request);
      }
      if (!matches(reach, name)) {
        throw new Refused();
      }
      return profile(name, request);
    }

    private static final Set<String> KNOWN =
        Set.of(
            "connectorProfileName",
            "connectorType",
            "connectorLabel",
            "connectorEntityName",
            "entitiesPath",
            "apiVersion",
            "entities",
            "flowName",
            "depth");

    private Set<Leaf> profiles(String pattern, Map<?, ?> request) throws Refused {
      Set<Leaf> all = new LinkedHashSet<>();
      boolean found = pattern.equals("*");
      for (Profile profile : account.profiles().values()) {
        if (profile.since() <= at
            && matches(reach, profile.name())
            && matches(pattern, profile.name())
            && narrowed(request, "connectorType", profile.type())
            && narrowed(request, "connectorLabel", profile.label())) {
          found = true;
          all.addAll(profile(profile.name(), request));
        }
      }
      return found ? all : Set.of(Leaf.noMatch(pattern));
    }

    private static boolean narrowed(Map<?, ?> request, String member, String value) {
      return !request.containsKey(member) || request.get(member).equals(value);
    }

    private Set<Leaf> flows(String pattern) {
      Set<Leaf> all = new LinkedHashSet<>();
      boolean found = pattern.equals("*");
      for (var flow : account.flows().entrySet()) {
        if (matches(pattern, flow.getKey())) {
          found = true;
          flow.getValue().stream()
              .filter(use -> matches(reach, use.profile()))
              .forEach(use -> all.addAll(inFlow(use)));
        }
      }
      return found ? all : Set.of(Leaf.noMatch(pattern));
    }

    /// A flow says by itself which version of a custom connector it speaks.
    private Set<Leaf> inFlow(Use use) {
      boolean says =
          profile(use.profile()).filter(Profile::isCustom).isPresent() && !use.version().isEmpty();
      return used(use, says ? Map.of("apiVersion", use.version()) : Map.of());
    }

    private Set<Leaf> used(Use use, Map<?, ?> request) {
      Set<Leaf> leaves = new LinkedHashSet<>();
      versions(use.profile(), use.entity(), request)
          .forEach(
              version -> leaves.add(new Leaf(use.profile(), use.parent(), use.entity(), version)));
      return leaves;
    }

    private Set<Leaf> profile(String name, Map<?, ?> request) {
      if (!"USED_BY_FLOWS".equals(request.get("entities"))) {
        return connector(name, text(request, "entitiesPath"), request);
      }
      Map<?, ?> names =
          request.containsKey("apiVersion")
              ? Map.of("apiVersion", text(request, "apiVersion"))
              : Map.of();
      Set<Leaf> leaves = new LinkedHashSet<>(connector(name, "", names));
      account.flows().values().stream()
          .flatMap(List::stream)
          .filter(use -> use.profile().equals(name))
          .forEach(use -> leaves.addAll(used(use, request)));
      return leaves;
    }

    private Set<Leaf> connector(String name, String parent, Map<?, ?> request) {
      Set<Leaf> leaves = new LinkedHashSet<>();
      if (request.get("entities") instanceof List<?> entities) {
        entities.forEach(entity -> entity(leaves, name, parent, (String) entity, request));
      } else if (request.get("connectorEntityName") instanceof String entity) {
        entity(leaves, name, parent, entity, request);
      } else {
        for (String version : versions(name, "", request)) {
          leaves.add(new Leaf(name, parent, "", version));
          if ("ALL".equals(request.get("entities"))) {
            int depth = request.get("depth") instanceof Integer given ? given : 0;
            walk(leaves, name, parent, version, depth, new HashSet<>());
          }
        }
      }
      return leaves;
    }

    private void entity(
        Set<Leaf> leaves, String name, String parent, String entity, Map<?, ?> request) {
      versions(name, entity, request)
          .forEach(version -> leaves.add(new Leaf(name, parent, entity, version)));
    }

    private void walk(
        Set<Leaf> leaves, String name, String parent, String version, int depth, Set<String> seen) {
      List<Entity> entities =
          profile(name).map(profile -> profile.entities(parent, at)).orElse(List.of());
      for (Entity entity : entities) {
        leaves.add(new Leaf(name, parent, entity.name(), version));
        if (entity.nested() && !entity.name().equals(parent) && seen.add(depth + entity.name())) {
          leaves.add(new Leaf(name, entity.name(), "", version));
          if (depth < MAX_DEPTH) {
            walk(leaves, name, entity.name(), version, depth + 1, seen);
          }
        }
      }
    }

    private List<String> versions(String name, String entity, Map<?, ?> request) {
      return request.get("apiVersion") instanceof String given
          ? List.of(given)
          : versions(name, entity);
    }

    /// Of a custom connector the only one, or those of the flows that use the entity, or those of
    /// the flows that use the profile.
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
      List<String> meant = ofEntity.isEmpty() ? inFlows(name, "") : ofEntity;
      return meant.isEmpty() ? List.of(Leaf.UNCLEAR) : meant;
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
