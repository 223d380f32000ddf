package io.github.metadatareset.event;

/// Names the event that publishes the report of a check. A rule may send it back to the function.
public final class ReportEvent {

  public static final String SOURCE = "appflow-metadata-reset";

  public static final String DETAIL_TYPE = "AppFlow Flow Check Report";

  private ReportEvent() {}
}
