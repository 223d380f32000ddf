package io.github.metadatareset.request;

/// The label under which a custom connector is registered.
public record ConnectorLabel(String value) {

  /// @throws IllegalArgumentException with what is expected, if AppFlow would refuse the value
  public ConnectorLabel {
    Limit.CONNECTOR_LABEL.check(value);
  }
}
