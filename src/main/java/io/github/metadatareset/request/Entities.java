package io.github.metadatareset.request;

import java.util.List;

/// Which entities of a connector are meant.
public sealed interface Entities {

  /// How deep nested entities are walked. Lambda breaks a chain of about 16 invocations that go
  /// through one queue; a list, a pattern and the last details take up to four more.
  int MAX_DEPTH = 10;

  /// The list of entity names, and no entity's details.
  record Names() implements Entities {}

  /// The details (fields) of one entity.
  record One(EntityName name) implements Entities {}

  /// The details of two or more entities.
  record Listed(List<EntityName> names) implements Entities {
    public Listed {
      names = List.copyOf(names);
    }
  }

  /// The names, and the details of what flows read from or write to through the profile.
  record UsedByFlows() implements Entities {}

  /// The names and the details of all there are, nested ones too; `depth` says how far down this
  /// is.
  record All(int depth) implements Entities {
    public All {
      if (depth < 0 || depth > MAX_DEPTH) {
        throw new IllegalArgumentException("a whole number from 0 to " + MAX_DEPTH);
      }
    }
  }
}
