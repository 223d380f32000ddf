package io.github.metadatareset.plan;

import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.ProfileName;
import java.util.List;
import java.util.Optional;

/// What a flow does with which fields (DescribeFlow): it names the fields, and the types that they
/// had when the flow was built.
///
/// @param schemaVersion of the flow; AppFlow raises it when the mapping changes
/// @param incrementalField the timestamp by which a scheduled flow finds new records
///     (`datetimeTypeFieldName`)
public record FlowMapping(
    String flowName,
    String flowArn,
    Optional<Long> schemaVersion,
    End source,
    List<End> destinations,
    List<Task> tasks,
    Optional<String> incrementalField) {

  public FlowMapping {
    destinations = List.copyOf(destinations);
    tasks = List.copyOf(tasks);
  }

  /// The source or a destination of a flow.
  ///
  /// @param connectorType as AppFlow names it; it may be newer than this function
  /// @param hasNestedEntities whether the flow uses entities nested below the entity
  /// @param idFieldNames by which a destination finds the record to write
  /// @param writeOperation of a destination, such as `UPSERT`; empty where the connector has none
  public record End(
      String connectorType,
      Optional<ProfileName> profile,
      Optional<String> entity,
      boolean hasNestedEntities,
      Optional<ApiVersion> apiVersion,
      List<String> idFieldNames,
      Optional<String> writeOperation) {

    public End {
      idFieldNames = List.copyOf(idFieldNames);
    }

    /// Whether AppFlow describes the entity only in an API version.
    public boolean needsApiVersion() {
      return connectorType.equals(ConnectorType.CUSTOMCONNECTOR.apiName());
    }
  }

  /// One step of a flow: it selects, changes or maps fields.
  ///
  /// @param type as AppFlow names it, such as `Map` or `Filter`
  /// @param operator such as `PROJECTION`, if the task has one
  /// @param destinationField the field that it writes, or a temporary one that a later task reads
  /// @param sourceDataType the type of the source field when the flow was built
  public record Task(
      String type,
      Optional<String> operator,
      List<String> sourceFields,
      Optional<String> destinationField,
      Optional<String> sourceDataType) {

    public Task {
      sourceFields = List.copyOf(sourceFields);
    }
  }
}
