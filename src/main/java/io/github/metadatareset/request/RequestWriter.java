package io.github.metadatareset.request;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes requests as JSON that [RequestReader] reads back as an equal request.
final class RequestWriter {

  /// Longer than a name may be, so that what is left of one that AppFlow refuses is refused, too.
  private static final int MAX_REFUSED = 4096;

  private RequestWriter() {}

  static String write(Request request) {
    return JsonValue.write(members(request));
  }

  static String write(Request request, String member, String value) {
    Map<String, Object> members = members(request);
    members.put(member, value.substring(0, Math.min(value.length(), MAX_REFUSED)));
    return JsonValue.write(members);
  }

  private static Map<String, Object> members(Request request) {
    Map<String, Object> members = new LinkedHashMap<>();
    switch (request) {
      case Request.Several(var requests) ->
          members.put("requests", requests.stream().map(RequestWriter::members).toList());
      case Request.OfFlows(var flowName) -> members.put("flowName", flowName.value());
      case Request.OfConnector(var connector, var entities, var path, var version) -> {
        putConnector(members, connector);
        putEntities(members, entities);
        path.ifPresent(value -> members.put("entitiesPath", value.value()));
        version.ifPresent(value -> members.put("apiVersion", value.value()));
      }
    }
    return members;
  }

  private static void putConnector(Map<String, Object> members, Connector connector) {
    switch (connector) {
      case Connector.NamedProfile(var name, var type) -> {
        members.put("connectorProfileName", name.value());
        type.ifPresent(value -> members.put("connectorType", value.apiName()));
      }
      case Connector.WithoutProfile(var type) -> members.put("connectorType", type.apiName());
      case Connector.MatchingProfiles(var name, var type, var label) -> {
        members.put("connectorProfileName", name.value());
        type.ifPresent(value -> members.put("connectorType", value.apiName()));
        label.ifPresent(value -> members.put("connectorLabel", value.value()));
      }
    }
  }

  private static void putEntities(Map<String, Object> members, Entities entities) {
    switch (entities) {
      case Entities.Names() -> {}
      case Entities.One(var name) -> members.put("connectorEntityName", name.value());
      case Entities.Listed(var names) -> members.put("entities", names(names));
      case Entities.UsedByFlows() -> members.put("entities", RequestReader.USED_BY_FLOWS);
      case Entities.All(int depth) -> {
        members.put("entities", RequestReader.ALL);
        if (depth > 0) {
          members.put("depth", depth);
        }
      }
    }
  }

  private static List<String> names(List<EntityName> names) {
    return names.stream().map(EntityName::value).toList();
  }
}
