package io.github.metadatareset.check;

import io.github.metadatareset.plan.AppFlow.Field;
import java.util.List;

/// What AppFlow says about the source or a destination of a flow.
public sealed interface Description {

  /// The fields of the entity. There is at least one.
  record Described(Entity entity, List<Field> fields) implements Description {
    public Described {
      fields = List.copyOf(fields);
      if (fields.isEmpty()) {
        throw new IllegalArgumentException("an entity without fields cannot be compared");
      }
    }
  }

  /// AppFlow does not find the entity (ResourceNotFoundException).
  record NotFound(Entity entity) implements Description {}

  /// The connection must be authorized again (ConnectorAuthenticationException, twice).
  record NotAuthorized(Entity entity) implements Description {}

  /// There is an entity, but its fields cannot be compared.
  record NotComparable(Entity entity, String reason) implements Description {}

  /// There is no entity that AppFlow could describe.
  record None(String reason) implements Description {}

  /// The connector profile is not allowed. A report tells nothing of it.
  record NotAllowed(String reason) implements Description {}
}
