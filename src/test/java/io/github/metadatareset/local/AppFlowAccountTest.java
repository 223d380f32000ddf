package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.local.AppFlowAccount.Flow;
import io.github.metadatareset.local.AppFlowAccount.FlowEnd;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import io.github.metadatareset.local.SourceApplication.Entity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Reading, generating and changing the emulator's account.
class AppFlowAccountTest {

  @Test
  void everyProfileAndEntityOfAFlowExists() {
    var account = AppFlowAccount.sample();

    for (Flow flow : account.flows()) {
      assertProfileAndEntitiesExist(account, flow.source());
      flow.destinations().forEach(end -> assertProfileAndEntitiesExist(account, end));
    }
  }

  @Test
  void readsTheConnectionsAndTheFieldsAndTasksWithAllTheirProperties(@TempDir Path folder)
      throws Exception {
    Path file = folder.resolve("account.json");
    Files.writeString(
        file,
        """
        {
          "profiles": [
            {
              "name": "crm",
              "type": "Salesforce",
              "isAuthorized": false,
              "entities": {
                "Objects": [
                  {"name": "Account", "fields": {"Id": {"type": "id", "isNullable": false}}}
                ]
              }
            }
          ],
          "flows": [
            {
              "name": "f",
              "status": "Active",
              "trigger": "Scheduled",
              "source": {"type": "Salesforce", "profile": "crm", "entity": "Account"},
              "destinations": [{"type": "S3"}],
              "schemaVersion": 7,
              "incrementalField": "Changed",
              "tasks": [{"taskType": "Map", "sourceFields": ["Id"]}]
            }
          ]
        }
        """);

    var account = AppFlowAccount.read(file);
    var flow = account.flow("f").orElseThrow();

    assertFalse(account.isAuthorized("crm"));
    assertEquals(
        List.of(SourceApplication.Field.of("Id", "id").with("isNullable", false)),
        account.application("crm").fields("Account").orElseThrow());
    assertEquals(List.of(Map.of("taskType", "Map", "sourceFields", List.of("Id"))), flow.tasks());
    assertEquals(Optional.of("Changed"), flow.incrementalField());
    assertEquals(7, flow.schemaVersion());
    assertEquals(8, flow.mappedBy(Flow.MAPPING_ALL).schemaVersion());
  }

  private static void assertProfileAndEntitiesExist(AppFlowAccount account, FlowEnd end) {
    if (end.profile().isPresent()) {
      var profile = account.profile(end.profile().get()).orElseThrow();
      assertEquals(end.type(), profile.type());
      profile
          .label()
          .map(label -> account.connector(label).orElseThrow().supportedApiVersions())
          .ifPresent(supported -> assertTrue(supported.contains(end.apiVersion().orElseThrow())));
      var source = account.application(profile.name());
      assertTrue(source.has(end.entity().orElseThrow()), end::toString);
      assertTrue(source.names().containsAll(end.subEntities()), end::toString);
    }
  }

  @Test
  void readsAnAccountFromAFile(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("account.json");
    Files.writeString(
        file,
        """
        {
          "profiles": [
            {
              "name": "crm",
              "type": "Salesforce",
              "entities": {
                "Objects": [
                  {
                    "name": "Account",
                    "fields": {"Id": "id", "Tier": ["Gold", "Silver"]},
                    "entities": {"SubRequests": [{"name": "Account/Note", "fields": {}}]}
                  }
                ]
              }
            }
          ]
        }
        """);

    var source = AppFlowAccount.read(file).application("crm");

    assertEquals(Set.of("Account", "Account/Note"), source.names());
    assertTrue(source.has("Account", "Account/Note"));
    assertEquals(
        List.of("Gold", "Silver"),
        source.fields("Account").orElseThrow().getLast().supportedValues());
  }

  @Test
  void removesTheEntitiesBelowARemovedEntity() {
    var source =
        new SourceApplication()
            .add(SourceApplication.ROOT, Entity.of("a"))
            .add("a", Entity.of("a/b"))
            .add("a/b", Entity.of("a/b/c"))
            .add(SourceApplication.ROOT, Entity.of("z"));

    source.remove("a");

    assertEquals(Set.of("z"), source.names());
    assertThrows(IllegalArgumentException.class, () -> source.remove("a"));
    assertThrows(IllegalArgumentException.class, () -> source.add("a", Entity.of("a/b")));
  }

  @Test
  void anEntityCanBeItsOwnParent() {
    var source = new SourceApplication().add(SourceApplication.ROOT, Entity.of("loop"));

    source.add("loop", Entity.of("loop"));

    assertTrue(source.has("loop", "loop"));
    source.remove("loop");
    assertFalse(source.has("loop"));
  }

  @Test
  void generatesALargeTreeOfEntities() {
    var account = AppFlowAccount.generated(3, 2_000);

    assertEquals(3, account.profiles().size());
    var source = account.application("profile-002");
    assertEquals(2_000, source.names().size());
    assertEquals(200, source.entities(SourceApplication.ROOT).size());
    assertEquals(3, source.entities("Entity0000").size());
    assertTrue(source.has("Entity0200", "Entity0800"));
  }

  @Test
  void refusesAnUnknownProfile() {
    var account = new AppFlowAccount().addProfile(Profile.of("crm", "Salesforce"));

    assertEquals(Set.of(), account.application("crm").names());
    assertEquals(Set.of(), account.application("S3").names());
    assertThrows(IllegalArgumentException.class, () -> account.application("Slack"));
  }
}
