package io.github.metadatareset.aws;

import io.github.metadatareset.json.InvalidJsonException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.appflow.AppflowClient;
import software.amazon.awssdk.services.appflow.model.ConnectorEntity;
import software.amazon.awssdk.services.appflow.model.ConnectorEntityField;
import software.amazon.awssdk.services.appflow.model.ConnectorProfile;
import software.amazon.awssdk.services.appflow.model.DescribeFlowResponse;
import software.amazon.awssdk.services.appflow.model.DestinationFieldProperties;
import software.amazon.awssdk.services.appflow.model.DestinationFlowConfig;
import software.amazon.awssdk.services.appflow.model.FieldTypeDetails;
import software.amazon.awssdk.services.appflow.model.FlowDefinition;
import software.amazon.awssdk.services.appflow.model.FlowStatus;
import software.amazon.awssdk.services.appflow.model.SourceFieldProperties;
import software.amazon.awssdk.services.appflow.model.SourceFlowConfig;
import software.amazon.awssdk.services.appflow.model.SupportedFieldTypeDetails;

/// Amazon AppFlow through the AWS SDK.
final class SdkAppFlow implements AppFlow {

  /// The members of a flow's connector properties that name an entity.
  static final Set<String> ENTITY_MEMBERS = Set.of("object", "objectPath", "entityName");

  /// The custom property in which the SharePoint connector keeps a flow's nested entities: a JSON
  /// array of strings, as text.
  private static final String SUB_ENTITIES = "subEntities";

  private static final int MAX_PAGES = 10_000;

  private final AppflowClient client;
  private final BoundedCalls calls;

  SdkAppFlow(AppflowClient client, BoundedCalls calls) {
    this.client = client;
    this.calls = calls;
  }

  @Override
  public void reset(ResetCall call) {
    calls.make(
        "ResetConnectorMetadataCache",
        override ->
            client.resetConnectorMetadataCache(
                request -> {
                  name(call.connector()).ifPresent(request::connectorProfileName);
                  type(call.connector()).ifPresent(request::connectorType);
                  call.connectorEntityName()
                      .map(EntityName::value)
                      .ifPresent(request::connectorEntityName);
                  call.entitiesPath().map(EntitiesPath::value).ifPresent(request::entitiesPath);
                  call.apiVersion().map(ApiVersion::value).ifPresent(request::apiVersion);
                  request.overrideConfiguration(override);
                }),
        Function.identity());
  }

  @Override
  public List<Profile> profiles() {
    return profiles(List.of());
  }

  @Override
  public List<Profile> profiles(Collection<ProfileName> names) {
    return pages(
        token ->
            calls.make(
                "DescribeConnectorProfiles",
                override ->
                    client.describeConnectorProfiles(
                        request -> {
                          if (!names.isEmpty()) {
                            request.connectorProfileNames(
                                names.stream().map(ProfileName::value).toList());
                          }
                          request
                              .maxResults(MAX_PROFILE_NAMES)
                              .nextToken(token)
                              .overrideConfiguration(override);
                        }),
                page -> {
                  require(page.hasConnectorProfileDetails(), "connectorProfileDetails");
                  return new Page<>(
                      page.connectorProfileDetails().stream().map(SdkAppFlow::profile).toList(),
                      page.nextToken());
                }));
  }

  @Override
  public List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    return calls.make(
        "DescribeConnector",
        override ->
            client.describeConnector(
                request ->
                    request
                        .connectorType(ConnectorType.CUSTOMCONNECTOR.apiName())
                        .connectorLabel(label.value())
                        .overrideConfiguration(override)),
        response -> {
          require(response.connectorConfiguration() != null, "connectorConfiguration");
          return response.connectorConfiguration().supportedApiVersions().stream()
              .map(ApiVersion::new)
              .toList();
        });
  }

  @Override
  public List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion) {
    return pages(
        token ->
            calls.make(
                "ListConnectorEntities",
                override ->
                    client.listConnectorEntities(
                        request -> {
                          name(connector).ifPresent(request::connectorProfileName);
                          type(connector).ifPresent(request::connectorType);
                          parent.map(EntitiesPath::value).ifPresent(request::entitiesPath);
                          apiVersion.map(ApiVersion::value).ifPresent(request::apiVersion);
                          request.nextToken(token).overrideConfiguration(override);
                        }),
                page -> {
                  require(page.hasConnectorEntityMap(), "connectorEntityMap");
                  return new Page<>(
                      page.connectorEntityMap().values().stream()
                          .flatMap(List::stream)
                          .map(SdkAppFlow::entity)
                          .toList(),
                      page.nextToken());
                }));
  }

  @Override
  public List<ListedFlow> flows() {
    return pages(
        token ->
            calls.make(
                "ListFlows",
                override ->
                    client.listFlows(
                        request ->
                            request
                                .maxResults(100)
                                .nextToken(token)
                                .overrideConfiguration(override)),
                page -> {
                  require(page.hasFlows(), "flows");
                  return new Page<>(
                      page.flows().stream()
                          .filter(flow -> isLive(flow.flowStatus()))
                          .map(SdkAppFlow::listed)
                          .toList(),
                      page.nextToken());
                }));
  }

  @Override
  public Optional<Flow> flow(String name) {
    return describeFlow(name, flow -> new Flow(name, uses(flow)));
  }

  @Override
  public Optional<FlowMapping> mapping(String flowName) {
    return describeFlow(flowName, SdkFlowMapping::of);
  }

  @Override
  public List<Field> fields(
      Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion) {
    return calls.make(
        "DescribeConnectorEntity",
        override ->
            client.describeConnectorEntity(
                request -> {
                  name(connector).ifPresent(request::connectorProfileName);
                  type(connector).ifPresent(request::connectorType);
                  apiVersion.map(ApiVersion::value).ifPresent(request::apiVersion);
                  request.connectorEntityName(entity.value()).overrideConfiguration(override);
                }),
        response -> {
          require(response.hasConnectorEntityFields(), "connectorEntityFields");
          return response.connectorEntityFields().stream().map(SdkAppFlow::field).toList();
        });
  }

  private <T> Optional<T> describeFlow(String name, Function<DescribeFlowResponse, T> content) {
    try {
      return calls.make(
          "DescribeFlow",
          override ->
              client.describeFlow(
                  request -> request.flowName(name).overrideConfiguration(override)),
          flow -> {
            require(flow.flowName() != null, "flowName");
            return isLive(flow.flowStatus()) ? Optional.of(content.apply(flow)) : Optional.empty();
          });
    } catch (RequestFailedException e) {
      if (e.failure() instanceof Failure.Permanent(var code, _, _)
          && code.equals("ResourceNotFoundException")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static boolean isLive(FlowStatus status) {
    return status != FlowStatus.DEPRECATED && status != FlowStatus.DELETED;
  }

  private static Profile profile(ConnectorProfile profile) {
    require(profile.connectorProfileName() != null, "connectorProfileName");
    return new Profile(
        new ProfileName(profile.connectorProfileName()),
        known(profile.connectorTypeAsString(), ConnectorType::of),
        Optional.ofNullable(profile.connectorLabel()).map(ConnectorLabel::new));
  }

  private static Entity entity(ConnectorEntity entity) {
    require(entity.name() != null, "entity name");
    return new Entity(entity.name(), Boolean.TRUE.equals(entity.hasNestedEntities()));
  }

  private static Field field(ConnectorEntityField field) {
    require(field.identifier() != null, "identifier of a field");
    Optional<SourceFieldProperties> source = Optional.ofNullable(field.sourceProperties());
    Optional<DestinationFieldProperties> destination =
        Optional.ofNullable(field.destinationProperties());
    return new Field(
        field.identifier(),
        Optional.ofNullable(field.parentIdentifier()),
        Optional.ofNullable(field.supportedFieldTypeDetails())
            .map(SupportedFieldTypeDetails::v1)
            .map(FieldTypeDetails::fieldType),
        Boolean.TRUE.equals(field.isDeprecated()),
        field.defaultValue() != null && !field.defaultValue().isEmpty(),
        new SourceProperties(
            source.map(SourceFieldProperties::isRetrievable),
            source.map(SourceFieldProperties::isTimestampFieldForIncrementalQueries)),
        new DestinationProperties(
            destination.map(DestinationFieldProperties::isCreatable),
            destination.map(DestinationFieldProperties::isNullable),
            destination.map(DestinationFieldProperties::isDefaultedOnCreate)));
  }

  private static ListedFlow listed(FlowDefinition flow) {
    require(flow.flowName() != null, "flowName");
    return new ListedFlow(
        flow.flowName(),
        flow.flowStatus() == FlowStatus.DRAFT,
        List.of(
            listed(flow.sourceConnectorTypeAsString(), flow.sourceConnectorLabel()),
            listed(flow.destinationConnectorTypeAsString(), flow.destinationConnectorLabel())));
  }

  private static ListedConnector listed(String type, String label) {
    return new ListedConnector(known(type, ConnectorType::of), known(label, ConnectorLabel::new));
  }

  /// @param value may be null
  private static <T> Optional<T> known(String value, Function<String, T> constructor) {
    try {
      return Optional.ofNullable(value).map(constructor);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static List<Use> uses(DescribeFlowResponse flow) {
    List<Use> uses = new ArrayList<>();
    SourceFlowConfig source = flow.sourceFlowConfig();
    if (source != null) {
      uses.addAll(
          uses(
              source.connectorProfileName(),
              source.apiVersion(),
              source.sourceConnectorProperties()));
    }
    for (DestinationFlowConfig destination : flow.destinationFlowConfigList()) {
      uses.addAll(
          uses(
              destination.connectorProfileName(),
              destination.apiVersion(),
              destination.destinationConnectorProperties()));
    }
    return uses;
  }

  /// The entities that a flow's source or destination uses; none if it has no connector profile.
  private static List<Use> uses(String profileName, String version, SdkPojo properties) {
    if (profileName == null || properties == null) {
      return List.of();
    }
    ProfileName profile = new ProfileName(profileName);
    Optional<ApiVersion> apiVersion = Optional.ofNullable(version).map(ApiVersion::new);
    return members(properties, SdkPojo.class)
        .flatMap(
            connector ->
                members(connector, String.class, ENTITY_MEMBERS)
                    .flatMap(
                        entity ->
                            Stream.concat(
                                Stream.of(new Use(profile, entity, Optional.empty(), apiVersion)),
                                subEntities(connector)
                                    .map(
                                        nested ->
                                            new Use(
                                                profile,
                                                nested,
                                                Optional.of(entity),
                                                apiVersion)))))
        .toList();
  }

  /// Nested entities from the custom properties. Anything but an array of strings is ignored.
  static Stream<String> subEntities(SdkPojo connector) {
    return members(connector, Map.class, Set.of("customProperties"))
        .map(properties -> properties.get(SUB_ENTITIES))
        .filter(String.class::isInstance)
        .flatMap(
            json -> {
              try {
                return JsonValue.parse((String) json, "/" + SUB_ENTITIES)
                    .asList("an array of entity names")
                    .stream();
              } catch (InvalidJsonException e) {
                return Stream.empty();
              }
            })
        .filter(JsonValue::isText)
        .map(entity -> (String) entity.content());
  }

  static <T> Stream<T> members(SdkPojo pojo, Class<T> type, Set<String> names) {
    return pojo.sdkFields().stream()
        .filter(field -> names.contains(field.memberName()))
        .map(field -> field.getValueOrDefault(pojo))
        .filter(type::isInstance)
        .map(type::cast);
  }

  static <T> Stream<T> members(SdkPojo pojo, Class<T> type) {
    return pojo.sdkFields().stream()
        .map(field -> field.getValueOrDefault(pojo))
        .filter(type::isInstance)
        .map(type::cast);
  }

  private static Optional<String> name(Connector.Exact connector) {
    return connector instanceof Connector.NamedProfile(var name, _)
        ? Optional.of(name.value())
        : Optional.empty();
  }

  private static Optional<String> type(Connector.Exact connector) {
    return connector.type().map(ConnectorType::apiName);
  }

  static void require(boolean present, String member) {
    if (!present) {
      throw BoundedCalls.invalidResponse("AppFlow's response has no " + member);
    }
  }

  /// All pages of a list. The SDK does not have a paginator for each of these operations, and its
  /// paginators would follow a repeated token forever.
  private static <T> List<T> pages(Function<String, Page<T>> pageAfter) {
    List<T> items = new ArrayList<>();
    Set<String> tokens = new HashSet<>();
    String token = null;
    do {
      Page<T> page = pageAfter.apply(token);
      items.addAll(page.items());
      token = page.nextToken();
      if (!tokens.add(token) || tokens.size() > MAX_PAGES) {
        throw BoundedCalls.invalidResponse(
            "AppFlow's list does not end: a nextToken came twice, or there are more than %d pages"
                .formatted(MAX_PAGES));
      }
    } while (token != null && !token.isEmpty());
    return items;
  }

  /// @param nextToken null or empty on the last page
  private record Page<T>(List<T> items, String nextToken) {}
}
