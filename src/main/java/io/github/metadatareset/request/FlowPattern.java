package io.github.metadatareset.request;

/// A flow name, or a pattern that flow names match.
public record FlowPattern(String value) {

  /// Every flow.
  public static final FlowPattern ALL = new FlowPattern("*");

  /// @throws IllegalArgumentException with what is expected, if no name could match
  public FlowPattern {
    Limit.FLOW_PATTERN.check(value);
  }

  /// Whether exactly one flow is named.
  public boolean isName() {
    return !new Glob(value).hasWildcard();
  }

  public boolean matches(String flowName) {
    return new Glob(value).matches(flowName);
  }
}
