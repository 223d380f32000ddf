package io.github.metadatareset.simulation;

/// An entry of AppFlow's metadata cache, which a reset refreshes: the names below a parent, or the
/// details of an entity.
///
/// @param connector a profile's name, or the type of a connector without profiles
/// @param parent empty for the root
/// @param entity empty for the names
/// @param version empty if none is given, `?` if it cannot be determined
record CachedEntry(String connector, String parent, String entity, String version) {

  static final String UNKNOWN = "?";

  /// Stands for a pattern that matches nothing. It can only become a dead letter.
  static CachedEntry noMatch(String pattern) {
    return new CachedEntry(pattern, "", "", UNKNOWN);
  }
}
