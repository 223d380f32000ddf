package io.github.metadatareset.local;

import com.fasterxml.jackson.jr.ob.JSON;
import io.github.metadatareset.local.AppFlowAccount.Connector;
import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication.Entity;
import io.github.metadatareset.local.SourceApplication.Field;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads an [AppFlowAccount] from JSON: `connectors`, `profiles` and `types` with their entity
/// trees (`{group: [{name, fields, entities}]}`), and `flows`. A field is `name: type`, `name:
/// [values]` for a picklist, or `name: {"type": type}` with properties as in
/// [SourceApplication.Field]. The tasks of a flow are those of the API.
final class AccountFile {
  private final AppFlowAccount account = new AppFlowAccount();

  private AccountFile() {}

  static AppFlowAccount read(Path file) {
    try {
      return new AccountFile().account(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the account " + file, e);
    }
  }

  static AppFlowAccount readResource(String name) {
    try (var json = AccountFile.class.getResourceAsStream(name)) {
      return new AccountFile().account(new String(json.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the account " + name, e);
    }
  }

  /// Adds a tree of entities to an application, under a parent.
  private static void addEntities(
      SourceApplication application, String parent, JsonMembers groups) {
    for (String group : groups.names()) {
      for (JsonMembers entity : groups.objects(group)) {
        String name = entity.text("name");
        String label = entity.optionalText("label").orElse(name);
        application.add(parent, new Entity(name, label, group), fields(entity));
        addEntities(application, name, entity.object("entities"));
      }
    }
  }

  private static List<Field> fields(JsonMembers entity) {
    JsonMembers fields = entity.object("fields");
    return fields.names().stream().map(name -> field(name, fields)).toList();
  }

  private static Field field(String name, JsonMembers fields) {
    if (fields.isList(name)) {
      return new Field(name, "picklist", fields.texts(name), Map.of());
    }
    if (fields.isObject(name)) {
      Map<String, Object> properties = new LinkedHashMap<>(fields.object(name).all());
      String type = (String) properties.remove("type");
      return new Field(name, type, List.of(), properties);
    }
    return Field.of(name, fields.text(name));
  }

  private AppFlowAccount account(String json) throws IOException {
    var file = new JsonMembers(JSON.std.mapFrom(json));
    file.objects("connectors").forEach(this::connector);
    file.objects("profiles").forEach(this::profile);
    file.objects("types").forEach(this::type);
    file.objects("flows").forEach(this::flow);
    return account;
  }

  private void connector(JsonMembers connector) {
    account.addConnector(
        new Connector(connector.text("label"), connector.texts("supportedApiVersions")));
  }

  private void profile(JsonMembers profile) {
    String name = profile.text("name");
    account.addProfile(
        new Profile(
            name,
            profile.text("type"),
            profile.optionalText("label"),
            profile.object("properties").all()));
    addEntities(account.application(name), SourceApplication.ROOT, profile.object("entities"));
    if (profile.isFalse("isAuthorized")) {
      account.revoke(name);
    }
  }

  private void type(JsonMembers type) {
    addEntities(
        account.application(type.text("type")), SourceApplication.ROOT, type.object("entities"));
  }

  private void flow(JsonMembers flow) {
    account.addFlow(
        new Flow(
            flow.text("name"),
            flow.text("status"),
            flow.text("trigger"),
            flowEnd(flow.object("source")),
            flow.objects("destinations").stream().map(AccountFile::flowEnd).toList(),
            flow.has("tasks")
                ? flow.objects("tasks").stream().map(JsonMembers::all).toList()
                : Flow.MAPPING_ALL,
            flow.optionalText("incrementalField"),
            flow.optionalInteger("schemaVersion").orElse(1)));
  }

  private static FlowEnd flowEnd(JsonMembers end) {
    return new FlowEnd(
        end.text("type"),
        end.optionalText("profile"),
        end.optionalText("apiVersion"),
        end.optionalText("entity"),
        end.texts("subEntities"),
        end.object("properties").all());
  }
}
