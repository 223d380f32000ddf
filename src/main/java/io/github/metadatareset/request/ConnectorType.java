package io.github.metadatareset.request;

import io.github.metadatareset.json.JsonValue;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The connector types of the AppFlow API. The name of each constant is the type as AppFlow's
/// EventBridge events write it.
public enum ConnectorType {
  SALESFORCE("Salesforce"),
  SINGULAR("Singular"),
  SLACK("Slack"),
  REDSHIFT("Redshift"),
  S3("S3"),
  MARKETO("Marketo"),
  GOOGLEANALYTICS("Googleanalytics"),
  ZENDESK("Zendesk"),
  SERVICENOW("Servicenow"),
  DATADOG("Datadog"),
  TRENDMICRO("Trendmicro"),
  SNOWFLAKE("Snowflake"),
  DYNATRACE("Dynatrace"),
  INFORNEXUS("Infornexus"),
  AMPLITUDE("Amplitude"),
  VEEVA("Veeva"),
  EVENTBRIDGE("EventBridge"),
  LOOKOUTMETRICS("LookoutMetrics"),
  UPSOLVER("Upsolver"),
  HONEYCODE("Honeycode"),
  CUSTOMERPROFILES("CustomerProfiles"),
  SAPODATA("SAPOData"),
  CUSTOMCONNECTOR("CustomConnector"),
  PARDOT("Pardot");

  private static final Set<ConnectorType> WITHOUT_PROFILE =
      EnumSet.of(CUSTOMERPROFILES, EVENTBRIDGE, LOOKOUTMETRICS, S3, UPSOLVER);
  private static final Set<ConnectorType> RETIRED =
      EnumSet.of(GOOGLEANALYTICS, HONEYCODE, LOOKOUTMETRICS);

  private final String apiName;

  ConnectorType(String apiName) {
    this.apiName = apiName;
  }

  /// @throws IllegalArgumentException with what is expected, if the API has no such type
  public static ConnectorType of(String apiName) {
    return Arrays.stream(values())
        .filter(type -> type.apiName.equals(apiName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "one of "
                        + Arrays.stream(values()).map(ConnectorType::apiName).toList()
                        + meant(apiName)));
  }

  /// A retired type is meant only where it is written in full: Google Analytics 4, for example, is
  /// a custom connector.
  private static String meant(String apiName) {
    List<ConnectorType> current =
        Arrays.stream(values()).filter(type -> !type.isRetired()).toList();
    return Guess.nearest(
            apiName.replaceFirst("^(Amazon|AWS) ?", ""), current, ConnectorType::apiName)
        .or(() -> ofEvent(apiName.replaceAll("[^A-Za-z0-9]", "")))
        .map(type -> Guess.didYouMean(JsonValue.write(type.apiName())))
        .orElse(
            ". The newer connectors, such as HubSpot, are of the type CustomConnector; beside a"
                + " connectorProfileName you can leave the type out");
  }

  /// The type as an EventBridge event of AppFlow writes it, `SALESFORCE`; empty for one not known.
  public static Optional<ConnectorType> ofEvent(String name) {
    return Arrays.stream(values())
        .filter(type -> type.name().equals(name.toUpperCase(Locale.ROOT)))
        .findFirst();
  }

  /// As the API writes it.
  public String apiName() {
    return apiName;
  }

  /// Whether it needs a connector profile.
  public boolean hasProfile() {
    return !WITHOUT_PROFILE.contains(this);
  }

  /// Whether the service behind it has been shut down.
  public boolean isRetired() {
    return RETIRED.contains(this);
  }
}
