package io.github.metadatareset.event;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.Member;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.Request;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Translates AppFlow's events into requests: reports about a flow, and API calls that CloudTrail
/// recorded. A name in an event is never a pattern. Profiles that are not allowed are left out.
final class AppFlowEvents {

  private static final String CLOUDTRAIL_CALL = "AWS API Call via CloudTrail";

  /// https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-appflow.html. The payload of the
  /// last is not documented.
  private static final Set<String> FLOW_REPORTS =
      Set.of(
          "AppFlow Start Flow Run Report",
          "AppFlow End Flow Run Report",
          "AppFlow Event Flow Report",
          "AppFlow Event Flow Deactivated",
          "AppFlow Scheduled Flow Deactivated",
          "AppFlow Automatic Field Import Report");

  private final AllowedProfiles allowedProfiles;

  AppFlowEvents(AllowedProfiles allowedProfiles) {
    this.allowedProfiles = allowedProfiles;
  }

  /// The request that the EventBridge event means; empty if the event is not from AppFlow.
  Optional<ParsedEvent> translate(JsonValue envelope) {
    JsonValue detail = envelope.member("detail").orElseThrow();
    String detailType = envelope.text("detail-type").orElse("");
    if (detailType.equals(CLOUDTRAIL_CALL)
        && detail.text("eventSource").filter("appflow.amazonaws.com"::equals).isPresent()) {
      return Optional.of(cloudTrailCall(detail));
    }
    if (!FLOW_REPORTS.contains(detailType)) {
      return Optional.empty();
    }
    JsonValue source = envelope.member("source").orElseThrow();
    if (!"aws.appflow".equals(source.content())) {
      throw source.refused(
          "\"aws.appflow\", as only AppFlow's own events are read as reports of its flows."
              + " Put a request into the detail of an event of your own");
    }
    return Optional.of(flowReport(detail));
  }

  private ParsedEvent flowReport(JsonValue detail) {
    List<Request> requests =
        Stream.concat(
                Stream.concat(
                    used(detail, "source", "source-object").stream(),
                    used(detail, "destination", "destination-object").stream()),
                sourceWithoutProfile(detail).stream())
            .distinct()
            .toList();
    return switch (requests.size()) {
      case 0 -> nothingToReset(detail);
      case 1 -> new ParsedEvent.ParsedRequest(requests.getFirst());
      default -> new ParsedEvent.ParsedRequest(new Request.Several(requests));
    };
  }

  private ParsedEvent nothingToReset(JsonValue detail) {
    boolean namesAProfile =
        Stream.of("source", "destination")
            .flatMap(end -> detail.text(end).stream())
            .anyMatch(text -> text.contains("/"));
    return namesAProfile
        ? new ParsedEvent.Ignored(
            "neither end of the flow is an allowed profile; " + allowedProfiles.description())
        : incomplete(
            detail.member("source").orElse(detail), "TYPE/profile, as the profile is not known");
  }

  /// The entity at one end of the flow, if that end is `TYPE/profile`. The profile's name may
  /// contain slashes too.
  private Optional<Request> used(JsonValue detail, String end, String object) {
    JsonValue connector = detail.member(end).filter(JsonValue::isText).orElse(detail);
    String text = detail.text(end).orElse("");
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    ProfileName name = connector.as(value -> new ProfileName(value.substring(slash + 1)));
    Optional<ConnectorType> type = ConnectorType.ofEvent(text.substring(0, slash));
    return Optional.of(name)
        .filter(allowedProfiles::contains)
        .map(
            profile ->
                new Request.OfConnector(
                    new Connector.NamedProfile(profile, type), entity(detail, object)));
  }

  private static Entities entity(JsonValue detail, String object) {
    return detail
        .member(object)
        .map(name -> name.as(EntityName::new))
        .<Entities>map(Entities.One::new)
        .orElseGet(Entities.Names::new);
  }

  /// The list of entity names of a source without profile, such as `S3`: its object is a path in a
  /// bucket, and not an entity.
  private static Optional<Request> sourceWithoutProfile(JsonValue detail) {
    return detail
        .text("source")
        .flatMap(ConnectorType::ofEvent)
        .filter(type -> !type.hasProfile())
        .map(
            type ->
                new Request.OfConnector(new Connector.WithoutProfile(type), new Entities.Names()));
  }

  private ParsedEvent cloudTrailCall(JsonValue detail) {
    String call = detail.text("eventName").orElse("");
    if (detail.has("errorCode")) {
      return new ParsedEvent.Ignored("the recorded call %s failed".formatted(call));
    }
    return switch (call) {
      case "CreateConnectorProfile", "UpdateConnectorProfile" ->
          ofParameter(
              detail, Member.CONNECTOR_PROFILE_NAME, name -> ofProfile(name.as(ProfileName::new)));
      case "RegisterConnector", "UpdateConnectorRegistration" ->
          ofParameter(
              detail,
              Member.CONNECTOR_LABEL,
              label -> new ParsedEvent.MayMatchNothing(ofLabel(label.as(ConnectorLabel::new))));
      case "CreateFlow", "UpdateFlow" ->
          ofParameter(
              detail,
              Member.FLOW_NAME,
              name -> new ParsedEvent.MayMatchNothing(new Request.OfFlows(name.as(this::flow))));
      default ->
          new ParsedEvent.Ignored(
              "the recorded call %s changes no metadata to reset".formatted(call));
    };
  }

  private ParsedEvent ofProfile(ProfileName name) {
    Optional<String> refusal = allowedProfiles.refusal(name);
    return refusal.isEmpty()
        ? new ParsedEvent.ParsedRequest(
            new Request.OfConnector(new Connector.NamedProfile(name), new Entities.UsedByFlows()))
        : new ParsedEvent.Ignored(
            "profile %s is not allowed; %s".formatted(name.value(), refusal.get()));
  }

  private static Request ofLabel(ConnectorLabel label) {
    return new Request.OfConnector(
        new Connector.MatchingProfiles(ProfilePattern.ALL, Optional.empty(), Optional.of(label)),
        new Entities.UsedByFlows());
  }

  private FlowPattern flow(String name) {
    FlowPattern flow = new FlowPattern(name);
    if (!flow.isName()) {
      throw new IllegalArgumentException("a flow name without * and ?");
    }
    return flow;
  }

  /// CloudTrail leaves out parameters that are too large (`omitted` in its reference of record
  /// contents), and some are optional. Nobody can replay an event without them, so it is ignored.
  ///
  /// @throws InvalidJsonException if AppFlow would refuse the parameter
  private static ParsedEvent ofParameter(
      JsonValue detail, Member member, Function<JsonValue, ParsedEvent> meaning) {
    Optional<JsonValue> parameters = detail.member("requestParameters");
    return parameters
        .flatMap(all -> all.member(member.jsonName()))
        .filter(JsonValue::isText)
        .map(meaning)
        .orElseGet(
            () ->
                incomplete(
                    parameters.orElse(detail), "requestParameters with " + member.jsonName()));
  }

  private static ParsedEvent incomplete(JsonValue place, String expectation) {
    return new ParsedEvent.Ignored(place.refused(expectation).getMessage(), true);
  }
}
