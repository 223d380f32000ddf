package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.custom;
import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.filter;
import static io.github.metadatareset.check.TestFlow.flow;
import static io.github.metadatareset.check.TestFlow.incrementalBy;
import static io.github.metadatareset.check.TestFlow.map;
import static io.github.metadatareset.check.TestFlow.mapAll;
import static io.github.metadatareset.check.TestFlow.mapWithoutDestination;
import static io.github.metadatareset.check.TestFlow.projection;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static io.github.metadatareset.check.TestFlow.task;
import static io.github.metadatareset.check.TestFlow.writing;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The shapes that the mappings of flows have in samples for Terraform, the AWS CDK and
/// CloudFormation, and what a check finds when the fields change. Each row has a flow, the fields
/// that there are now, and the findings, worst first.
class MappingShapesTest {

  private static final End ACCOUNT = salesforce("Account");
  private static final End CONTACT = salesforce("Contact");

  /// The most frequent shape: a filter lists the fields, and each has its Map.
  private static final FlowMapping EACH_FIELD_MAPPED =
      flow(
          ACCOUNT,
          S3,
          projection("Id", "Name", "Amount"),
          map("Id", "Id", "id"),
          map("Name", "Name", "string"),
          map("Amount", "amount", "currency"));

  /// Fields that `EXCLUDE_SOURCE_FIELDS_LIST` excludes may be gone: they are no source fields.
  private static final FlowMapping ALL_FIELDS = flow(ACCOUNT, S3, mapAll(""));

  private static final FlowMapping ALL_FIELDS_OF_SOME_RECORDS =
      flow(ACCOUNT, S3, mapAll(), filter("EQUAL_TO", "Type"));

  /// The AWS CDK's `Mapping.concat`: its Map has no destination field.
  private static final FlowMapping MERGED =
      flow(
          CONTACT,
          writing("INSERT", ACCOUNT),
          projection("First", "Last"),
          task("Merge", "NO_OP", "First,Last", "", "First", "Last"),
          mapWithoutDestination("First,Last"));

  /// The AWS CDK's `Mapping.add`. The Map stands before the task that makes its source field:
  /// AppFlow returns tasks in any order.
  private static final FlowMapping ADDED =
      flow(
          ACCOUNT,
          S3,
          map("Net,Tax", "Total", "string"),
          task("Arithmetic", "ADDITION", "Net,Tax", "", "Net", "Tax"),
          projection("Net", "Tax"));

  /// The AWS CDK gives these tasks no destination field, other samples that of the source.
  private static final FlowMapping CHANGED_ON_THE_WAY =
      flow(
          CONTACT,
          S3,
          projection("Email", "Phone", "Id", "Name"),
          task("Mask", "MASK_ALL", "Email", "", "Email"),
          task("Truncate", "NO_OP", "", "", "Phone"),
          task("Validate", "VALIDATE_NON_NULL", "", "", "Id"),
          map("Email", "Email", "email"),
          map("Phone", "Phone", "phone"),
          map("Id", "Id", "id"),
          map("Name", "Name", "string"));

  private static final FlowMapping FILTERED =
      flow(ACCOUNT, S3, projection("Id"), filter("BETWEEN", "CreatedDate"), map("Id", "Id", "id"));

  private static final FlowMapping PARTITIONED =
      flow(ACCOUNT, S3, mapAll(), task("Partition", "NO_OP", "", "", "Region"));

  private static final FlowMapping CUSTOM =
      flow(
          custom("orders", "v2"),
          S3,
          projection("id", "status"),
          map("id", "id", "Integer"),
          map("status", "status", "String"));

  private static final FlowMapping NESTED_NAMES =
      flow(
          custom("orders", "v2"),
          S3,
          projection("id", "customer.name", "lines[0]/sku", "address.city"),
          map("customer.name", "customer", "String"));

  /// Somebody wrote `string` for every field.
  private static final FlowMapping ALL_STRING =
      flow(
          ACCOUNT,
          S3,
          map("Id", "Id", "string"),
          map("Amount", "Amount", "String"),
          map("CloseDate", "CloseDate", "string"));

  /// Somebody guessed the types.
  private static final FlowMapping GUESSED_TYPES =
      flow(
          ACCOUNT,
          S3,
          map("Id", "Id", "integer"),
          map("Amount", "Amount", "number"),
          map("CloseDate", "CloseDate", "date"));

  private static final FlowMapping WRITE_BACK =
      flow(
          custom("orders", "v2"),
          writing("UPSERT", ACCOUNT, "External__c"),
          map("id", "External__c", "Integer"),
          map("total", "Amount", "Decimal"));

  private static final FlowMapping READ_AND_WRITTEN =
      flow(
          ACCOUNT,
          writing("UPDATE", ACCOUNT, "Id"),
          map("Id", "Name", "id"),
          map("Name", "Total__c", "string"));

  private static final FlowMapping INSERT =
      flow(custom("orders", "v2"), writing("INSERT", ACCOUNT), map("customer", "name", "String"));

  private static final FlowMapping TWO_DESTINATIONS =
      flow(
          custom("orders", "v2"),
          List.of(writing("INSERT", ACCOUNT, "Gone__c"), writing("INSERT", CONTACT)),
          map("customer", "Name", "String"));

  private static final FlowMapping INCREMENTAL =
      incrementalBy("LastModifiedDate", flow(ACCOUNT, S3, mapAll("")));

  static Stream<Row> rows() {
    return Stream.of(
        new Row("each field is mapped, and nothing changed", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "Name string", "Amount currency"),
        new Row("each field is mapped, and there are new ones in another order", EACH_FIELD_MAPPED)
            .has("Account", "New__c string", "Name string", "Amount currency", "Id id"),
        new Row("a mapped field is gone", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "Amount currency")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.Name by [Filter PROJECTION, Map to Name]"),
        new Row("a mapped field was renamed", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "FullName string", "Amount currency")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.Name by [Filter PROJECTION, Map to Name]"),
        new Row("a field is written in another case", EACH_FIELD_MAPPED)
            .has("Account", "ID id", "name string", "AMOUNT currency"),
        new Row("a type changed", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "Name string", "Amount double")
            .finds("RISKY TYPE_CHANGED Account.Amount by [Map to amount]: currency, now double"),
        new Row("a type is written in another case", EACH_FIELD_MAPPED)
            .has("Account", "Id ID", "Name String", "Amount Currency"),
        new Row("a type changed from string", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "Name textarea", "Amount currency"),
        new Row("a mapped field is deprecated, and so is another", EACH_FIELD_MAPPED)
            .has("Account", "Id id", "Name string deprecated", "Amount currency", "X id deprecated")
            .finds("RISKY FIELD_DEPRECATED Account.Name by [Filter PROJECTION, Map to Name]"),
        new Row("a mapped field cannot be retrieved, but others can", EACH_FIELD_MAPPED)
            .has("Account", "Id id retrievable", "Name string hidden", "Amount currency")
            .finds("RISKY FIELD_NOT_RETRIEVABLE Account.Name by [Filter PROJECTION, Map to Name]"),
        new Row("the connector gives no field as retrievable", EACH_FIELD_MAPPED)
            .has("Account", "Id id hidden", "Name string hidden", "Amount currency hidden"),
        new Row("most mapped fields are gone at once", EACH_FIELD_MAPPED)
            .has("Account", "Id id")
            .finds(
                "RISKY FIELDS_NOT_READABLE Account"
                    + " by [Filter PROJECTION, Map to Name, Map to amount]"),
        new Row("the entity is gone", EACH_FIELD_MAPPED).finds("BREAKING ENTITY_NOT_FOUND Account"),
        new Row("all fields are mapped, whatever they are", ALL_FIELDS).has("Account", "X string"),
        new Row("all fields of some records are mapped", ALL_FIELDS_OF_SOME_RECORDS)
            .has("Account", "Type string"),
        new Row("the field that selects the records is gone", ALL_FIELDS_OF_SOME_RECORDS)
            .has("Account", "X string")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.Type by [Filter EQUAL_TO]"),
        new Row("the result of a merge is no field", MERGED)
            .has("Contact", "First string", "Last string")
            .has("Account", "Name string required"),
        new Row("a field that is merged is gone", MERGED)
            .has("Contact", "Last string")
            .has("Account", "Name string")
            .finds(
                "BREAKING FIELD_NOT_VISIBLE Contact.First"
                    + " by [Filter PROJECTION, Merge to First,Last]"),
        new Row("the result of a calculation is no field", ADDED)
            .has("Account", "Net currency", "Tax currency"),
        new Row("a field of a calculation is gone", ADDED)
            .has("Account", "Net currency")
            .finds(
                "BREAKING FIELD_NOT_VISIBLE Account.Tax"
                    + " by [Arithmetic ADDITION to Net,Tax, Filter PROJECTION]"),
        new Row("fields are masked, truncated and validated", CHANGED_ON_THE_WAY)
            .has("Contact", "Email email", "Phone phone", "Id id", "Name string"),
        new Row("a masked field is gone", CHANGED_ON_THE_WAY)
            .has("Contact", "Phone phone", "Id id", "Name string")
            .finds(
                "BREAKING FIELD_NOT_VISIBLE Contact.Email"
                    + " by [Filter PROJECTION, Map to Email, Mask MASK_ALL to Email]"),
        new Row("a validated and a truncated field are gone", CHANGED_ON_THE_WAY)
            .has("Contact", "Email email", "Name string")
            .finds(
                "BREAKING FIELD_NOT_VISIBLE Contact.Id"
                    + " by [Filter PROJECTION, Map to Id, Validate VALIDATE_NON_NULL]",
                "BREAKING FIELD_NOT_VISIBLE Contact.Phone"
                    + " by [Filter PROJECTION, Map to Phone, Truncate]"),
        new Row("a field that only filters need not be retrievable", FILTERED)
            .has("Account", "Id id retrievable", "CreatedDate datetime hidden"),
        new Row("a field that only filters is gone", FILTERED)
            .has("Account", "Id id")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.CreatedDate by [Filter BETWEEN]"),
        new Row("the field of a partition is gone", PARTITIONED)
            .has("Account", "Id id")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.Region by [Partition]"),
        new Row("a custom connector's fields fit", CUSTOM)
            .has("orders", "id Integer", "status String"),
        new Row("a custom connector's field has another type", CUSTOM)
            .has("orders", "id Long", "status String")
            .finds("RISKY TYPE_CHANGED orders.id by [Map to id]: Integer, now Long"),
        new Row("nested fields are found below their parent", NESTED_NAMES)
            .has("orders", "id Integer", "name String in:customer", "sku String in:lines[0]")
            .leavesOut("source orders [address.city]"),
        new Row("nested fields are not found, and may be there", NESTED_NAMES)
            .has("orders", "id Integer")
            .leavesOut("source orders [address.city, customer.name, lines[0]/sku]"),
        new Row("types written by hand as string never differ", ALL_STRING)
            .has("Account", "Id id", "Amount currency", "CloseDate date"),
        new Row("types of which most never matched do not count", GUESSED_TYPES)
            .has("Account", "Id id", "Amount currency", "CloseDate date"),
        new Row("the destination's fields fit", WRITE_BACK)
            .has("orders", "id Integer", "total Decimal")
            .has("Account", "External__c string", "Amount currency", "Name string required"),
        new Row("an entity is read and written, and a field is gone", READ_AND_WRITTEN)
            .has("Account", "Id id", "Total__c string")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.Name by [Map to Name, Map to Total__c]"),
        new Row("the ID field of the destination is gone", WRITE_BACK)
            .has("orders", "id Integer", "total Decimal")
            .has("Account", "Amount currency")
            .finds(
                "BREAKING FIELD_NOT_VISIBLE Account.External__c"
                    + " by [ID field of the destination, Map to External__c]"),
        new Row("an insert maps the required fields, in another case", INSERT)
            .has("orders", "customer String")
            .has("Account", "Name string required", "Stage string required defaulted"),
        new Row("an insert does not map a required field", INSERT)
            .has("orders", "customer String")
            .has("Account", "Name string", "Stage string required")
            .finds("RISKY REQUIRED_FIELD_NOT_MAPPED Account.Stage"),
        new Row("two destinations share the tasks, so only their entities count", TWO_DESTINATIONS)
            .has("orders", "customer String")
            .has("Account", "Other string required")
            .finds("BREAKING ENTITY_NOT_FOUND Contact")
            .leavesOut("destination Account []"),
        new Row("the timestamp fits", INCREMENTAL)
            .has("Account", "LastModifiedDate datetime timestamp"),
        new Row("the timestamp is gone", INCREMENTAL)
            .has("Account", "Id id")
            .finds("BREAKING FIELD_NOT_VISIBLE Account.LastModifiedDate by [incremental transfer]"),
        new Row("another field can be the timestamp, but this cannot", INCREMENTAL)
            .has("Account", "LastModifiedDate datetime noTimestamp", "Created datetime timestamp")
            .finds("RISKY TIMESTAMP_NOT_USABLE Account.LastModifiedDate by [incremental transfer]"),
        new Row("the connector gives no field as timestamp", INCREMENTAL)
            .has("Account", "LastModifiedDate datetime noTimestamp", "Created datetime"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rows")
  void aCheckFinds(Row row) {
    FlowReport report = TestFlow.check(row.flow, row.fieldsByEntity);

    assertEquals(row.findings, report.findings().stream().map(MappingShapesTest::line).toList());
    assertEquals(
        row.notChecked,
        report.notChecked().stream()
            .filter(each -> each.entity().isPresent())
            .map(each -> each.end() + " " + each.entity().get().name() + " " + each.fields())
            .toList());
  }

  private static String line(Finding finding) {
    return "%s %s %s%s%s%s"
        .formatted(
            finding.severity(),
            finding.kind(),
            finding.entity(),
            finding.field().map("."::concat).orElse(""),
            finding.tasks().isEmpty() ? "" : " by " + finding.tasks(),
            finding
                .expectedType()
                .map(type -> ": " + type + ", now " + finding.actualType().orElseThrow())
                .orElse(""));
  }

  /// A row of the table.
  private static final class Row {
    private final String name;
    private final FlowMapping flow;
    private final Map<String, List<Field>> fieldsByEntity = new LinkedHashMap<>();
    private final List<String> findings = new ArrayList<>();
    private final List<String> notChecked = new ArrayList<>();

    Row(String name, FlowMapping flow) {
      this.name = name;
      this.flow = flow;
    }

    /// The fields that the entity has now. An entity without any does not exist.
    Row has(String entity, String... now) {
      fieldsByEntity.put(entity, fields(now));
      return this;
    }

    Row finds(String... lines) {
      findings.addAll(List.of(lines));
      return this;
    }

    Row leavesOut(String... lines) {
      notChecked.addAll(List.of(lines));
      return this;
    }

    @Override
    public String toString() {
      return name;
    }
  }
}
