package io.github.metadatareset.request;

import static io.github.metadatareset.request.Member.API_VERSION;
import static io.github.metadatareset.request.Member.CHECK;
import static io.github.metadatareset.request.Member.CONNECTOR_ENTITY_NAME;
import static io.github.metadatareset.request.Member.CONNECTOR_LABEL;
import static io.github.metadatareset.request.Member.CONNECTOR_PROFILE_NAME;
import static io.github.metadatareset.request.Member.CONNECTOR_TYPE;
import static io.github.metadatareset.request.Member.DEPTH;
import static io.github.metadatareset.request.Member.ENTITIES;
import static io.github.metadatareset.request.Member.ENTITIES_PATH;
import static io.github.metadatareset.request.Member.FLOW_NAME;
import static io.github.metadatareset.request.Member.REQUESTS;

import io.github.metadatareset.json.JsonValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Writes requests as JSON that [RequestReader] reads back as an equal request.
final class RequestWriter {

  /// Longer than any valid name, so that a refused name stays refused after it was cut.
  private static final int MAX_REFUSED = 4096;

  private final Map<String, Object> members = new LinkedHashMap<>();

  private RequestWriter(Request request) {
    switch (request) {
      case Request.Several(var requests) ->
          put(REQUESTS, requests.stream().map(RequestWriter::members).toList());
      case Request.OfFlows(var flowName) -> put(FLOW_NAME, flowName.value());
      case Request.Check(var flowName) -> {
        put(FLOW_NAME, flowName.value());
        put(CHECK, true);
      }
      case Request.OfConnector(var connector, var entities, var path, var version) -> {
        put(connector);
        put(entities);
        path.ifPresent(value -> put(ENTITIES_PATH, value.value()));
        version.ifPresent(value -> put(API_VERSION, value.value()));
      }
    }
  }

  static Map<String, Object> members(Request request) {
    return new RequestWriter(request).members;
  }

  static String write(Request request) {
    return JsonValue.write(members(request));
  }

  static String write(Request request, Member member, String value) {
    RequestWriter writer = new RequestWriter(request);
    writer.put(member, value.substring(0, Math.min(value.length(), MAX_REFUSED)));
    return JsonValue.write(writer.members);
  }

  private void put(Member member, Object value) {
    members.put(member.jsonName(), value);
  }

  private void put(Connector connector) {
    switch (connector) {
      case Connector.NamedProfile(var name, var type) -> {
        put(CONNECTOR_PROFILE_NAME, name.value());
        type.ifPresent(value -> put(CONNECTOR_TYPE, value.apiName()));
      }
      case Connector.WithoutProfile(var type) -> put(CONNECTOR_TYPE, type.apiName());
      case Connector.MatchingProfiles(var name, var type, var label) -> {
        put(CONNECTOR_PROFILE_NAME, name.value());
        type.ifPresent(value -> put(CONNECTOR_TYPE, value.apiName()));
        label.ifPresent(value -> put(CONNECTOR_LABEL, value.value()));
      }
    }
  }

  private void put(Entities entities) {
    switch (entities) {
      case Entities.Names() -> {}
      case Entities.One(var name) -> put(CONNECTOR_ENTITY_NAME, name.value());
      case Entities.Listed(var names) -> put(ENTITIES, values(names));
      case Entities.UsedByFlows() -> put(ENTITIES, Entities.USED_BY_FLOWS);
      case Entities.All(int depth) -> {
        put(ENTITIES, Entities.ALL);
        if (depth > 0) {
          put(DEPTH, depth);
        }
      }
    }
  }

  private static List<String> values(List<EntityName> names) {
    return names.stream().map(EntityName::value).toList();
  }
}
