package io.github.metadatareset.simulation;

/// One thing that should be fresh, as AppFlow tells them apart: the names below a parent, or the
/// details of an entity.
///
/// @param connector a profile's name, or the type of a connector without profiles
/// @param parent empty for the root
/// @param entity empty for the names
/// @param version empty where none is given, `?` where there is no telling which
record Leaf(String connector, String parent, String entity, String version) {

  static final String UNCLEAR = "?";

  /// Of a pattern that matches nothing: it can only end as a dead letter.
  static Leaf noMatch(String pattern) {
    return new Leaf(pattern, "", "", UNCLEAR);
  }
}
