package io.github.metadatareset.check;

/// How bad the worst finding of a check is. The constants are ordered, worst first.
public enum Severity {
  /// The flow uses what the connection cannot see: expect its runs to fail.
  BREAKING,

  /// Something that the flow uses has changed: its runs may fail or lose data.
  RISKY,

  /// Nothing was found.
  NONE,

  /// Neither the source nor a destination could be checked.
  UNKNOWN
}
