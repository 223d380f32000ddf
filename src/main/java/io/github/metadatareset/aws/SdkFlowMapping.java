package io.github.metadatareset.aws;

import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ProfileName;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.appflow.model.ConnectorOperator;
import software.amazon.awssdk.services.appflow.model.DescribeFlowResponse;
import software.amazon.awssdk.services.appflow.model.DestinationFlowConfig;
import software.amazon.awssdk.services.appflow.model.IncrementalPullConfig;
import software.amazon.awssdk.services.appflow.model.OperatorPropertiesKeys;
import software.amazon.awssdk.services.appflow.model.SourceFlowConfig;
import software.amazon.awssdk.services.appflow.model.Task;

/// Reads what a flow does with which fields from the response of DescribeFlow.
final class SdkFlowMapping {

  private static final String WRITE_OPERATION = "writeOperationType";

  /// The write operation of a destination that names none
  /// (https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ZendeskDestinationProperties.html).
  private static final String DEFAULT_WRITE_OPERATION = "INSERT";

  private SdkFlowMapping() {}

  static FlowMapping of(DescribeFlowResponse flow) {
    SdkAppFlow.require(flow.flowArn() != null, "flowArn");
    SdkAppFlow.require(flow.sourceFlowConfig() != null, "sourceFlowConfig");
    return new FlowMapping(
        flow.flowName(),
        flow.flowArn(),
        Optional.ofNullable(flow.schemaVersion()),
        source(flow.sourceFlowConfig()),
        flow.destinationFlowConfigList().stream().map(SdkFlowMapping::destination).toList(),
        flow.tasks().stream().map(SdkFlowMapping::task).toList(),
        Optional.ofNullable(flow.sourceFlowConfig().incrementalPullConfig())
            .map(IncrementalPullConfig::datetimeTypeFieldName));
  }

  private static End source(SourceFlowConfig source) {
    return end(
        source.connectorTypeAsString(),
        source.connectorProfileName(),
        source.apiVersion(),
        source.sourceConnectorProperties());
  }

  private static End destination(DestinationFlowConfig destination) {
    return end(
        destination.connectorTypeAsString(),
        destination.connectorProfileName(),
        destination.apiVersion(),
        destination.destinationConnectorProperties());
  }

  /// @param properties one member of which is set: the properties of the connector's type
  private static End end(String type, String profile, String version, SdkPojo properties) {
    SdkAppFlow.require(type != null, "connectorType");
    List<SdkPojo> connectors =
        properties == null ? List.of() : SdkAppFlow.members(properties, SdkPojo.class).toList();
    return new End(
        type,
        Optional.ofNullable(profile).map(ProfileName::new),
        connectors.stream()
            .flatMap(
                connector -> SdkAppFlow.members(connector, String.class, SdkAppFlow.ENTITY_MEMBERS))
            .findFirst(),
        connectors.stream().flatMap(SdkAppFlow::subEntities).findAny().isPresent(),
        Optional.ofNullable(version).map(ApiVersion::new),
        connectors.stream().flatMap(SdkFlowMapping::idFieldNames).toList(),
        connectors.stream().flatMap(SdkFlowMapping::writeOperation).findFirst());
  }

  private static Stream<String> idFieldNames(SdkPojo connector) {
    return SdkAppFlow.members(connector, List.class, Set.of("idFieldNames"))
        .flatMap(names -> ((List<?>) names).stream())
        .map(String.class::cast);
  }

  private static Stream<String> writeOperation(SdkPojo connector) {
    boolean hasOperations =
        connector.sdkFields().stream()
            .anyMatch(field -> field.memberName().equals(WRITE_OPERATION));
    return hasOperations
        ? Stream.concat(
            SdkAppFlow.members(connector, String.class, Set.of(WRITE_OPERATION)),
            Stream.of(DEFAULT_WRITE_OPERATION))
        : Stream.empty();
  }

  private static FlowMapping.Task task(Task task) {
    SdkAppFlow.require(task.taskTypeAsString() != null, "taskType");
    return new FlowMapping.Task(
        task.taskTypeAsString(),
        Optional.ofNullable(task.connectorOperator()).flatMap(SdkFlowMapping::operator),
        task.sourceFields(),
        Optional.ofNullable(task.destinationField()),
        Optional.ofNullable(task.taskProperties().get(OperatorPropertiesKeys.SOURCE_DATA_TYPE)));
  }

  /// One member is set: the operator of the source's connector.
  private static Optional<String> operator(ConnectorOperator operator) {
    return SdkAppFlow.members(operator, String.class).findFirst();
  }
}
