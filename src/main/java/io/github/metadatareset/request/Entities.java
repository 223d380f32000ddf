package io.github.metadatareset.request;

import java.util.List;

/// Which entities of a connector a request is for.
public sealed interface Entities {

  /// How many levels of nested entities are reset. Lambda stops a chain of "approximately 16"
  /// invocations through a queue, and with it the other messages of the batch
  /// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html). So no chain is
  /// longer than 11: one each for the event, a list, a pattern and an API version that has to be
  /// found, six for the root and these levels, and one for the details at the end.
  int MAX_DEPTH = 5;

  /// The value in JSON that means [UsedByFlows].
  String USED_BY_FLOWS = "USED_BY_FLOWS";

  /// The value in JSON that means [All].
  String ALL = "ALL";

  /// The list of entity names, without the details of any entity.
  record Names() implements Entities {}

  /// The details (fields) of one entity.
  record One(EntityName name) implements Entities {}

  /// The details of two or more entities.
  record Listed(List<EntityName> names) implements Entities {
    public Listed {
      names = List.copyOf(names);
    }
  }

  /// The names, and the details of every entity that a flow reads or writes through the profile.
  record UsedByFlows() implements Entities {}

  /// The names and the details of all entities, nested ones too.
  ///
  /// @param depth how many levels below the root this is
  record All(int depth) implements Entities {
    public All {
      if (depth < 0 || depth > MAX_DEPTH) {
        throw new IllegalArgumentException("a whole number from 0 to " + MAX_DEPTH);
      }
    }
  }
}
