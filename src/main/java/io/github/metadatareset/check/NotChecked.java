package io.github.metadatareset.check;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a check could not compare, and why.
///
/// @param end `source` or `destination`
/// @param entity empty if there is none, or its profile is not allowed
/// @param fields that could not be compared; empty if it is the whole end
public record NotChecked(String end, Optional<Entity> entity, List<String> fields, String reason) {

  /// As many as a person reads.
  private static final int MAX_FIELDS = 10;

  public NotChecked {
    fields = fields.stream().distinct().sorted().toList();
  }

  Map<String, Object> members() {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("end", end);
    entity.ifPresent(
        known -> {
          members.put("profile", known.profile().value());
          members.put("entity", known.name());
        });
    if (!fields.isEmpty()) {
      members.put("fields", fields.stream().limit(MAX_FIELDS).map(FlowReport::cut).toList());
      members.put("fieldCount", fields.size());
    }
    members.put("reason", reason);
    return members;
  }
}
