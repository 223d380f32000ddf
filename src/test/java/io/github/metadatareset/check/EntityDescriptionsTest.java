package io.github.metadatareset.check;

import static io.github.metadatareset.check.TestFlow.S3;
import static io.github.metadatareset.check.TestFlow.custom;
import static io.github.metadatareset.check.TestFlow.entity;
import static io.github.metadatareset.check.TestFlow.fields;
import static io.github.metadatareset.check.TestFlow.salesforce;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.metadatareset.plan.AppFlow.Field;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.Planner;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EntityDescriptionsTest {

  private static final End ACCOUNT = salesforce("Account");
  private static final List<Field> FIELDS = fields("Id id", "Name string");

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final EntityDescriptions descriptions = descriptions(AllowedProfiles.ALL);

  @Test
  void resetsAnEntityAndDescribesIt() {
    appFlow.fields("crm/Account", FIELDS.toArray(Field[]::new));

    assertEquals(new Description.Described(entity(ACCOUNT), FIELDS), of(ACCOUNT));
    assertEquals(List.of(reset(ACCOUNT)), appFlow.resets());
    assertEquals(List.of("DescribeConnectorEntity crm/Account"), appFlow.lookups());
  }

  @Test
  void describesAnEntityOnceForAllFlows() {
    appFlow.fields("crm/Account", FIELDS.toArray(Field[]::new));

    assertEquals(of(ACCOUNT), of(salesforce("Account")));

    assertEquals(1, appFlow.resets().size());
    assertEquals(1, appFlow.lookups().size());
  }

  @Test
  void describesEachOfTenEntitiesOnceForAThousandFlowsAtTheSameTime() throws Exception {
    List<End> entities = IntStream.range(0, 10).mapToObj(i -> salesforce("Entity" + i)).toList();
    entities.forEach(
        end -> appFlow.fields("crm/" + end.entity().orElseThrow(), FIELDS.toArray(Field[]::new)));

    List<Future<Description>> described;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      described =
          threads.invokeAll(
              IntStream.range(0, 1000)
                  .mapToObj(i -> (Callable<Description>) () -> of(entities.get(i % 10)))
                  .toList());
    }

    for (int i = 0; i < described.size(); i++) {
      assertEquals(
          new Description.Described(entity(entities.get(i % 10)), FIELDS),
          described.get(i).resultNow());
    }
    assertEquals(10, appFlow.resets().size());
    assertEquals(10, appFlow.lookups().size());
  }

  @Test
  void describesACustomConnectorsEntityInTheVersionOfTheFlow() {
    End orders = custom("orders", "v2");
    appFlow.fields("erp/orders", FIELDS.toArray(Field[]::new));

    of(orders);

    assertEquals(List.of(reset(orders)), appFlow.resets());
    assertEquals(List.of("DescribeConnectorEntity erp/orders v2"), appFlow.lookups());
  }

  @Test
  void looksUpTheOnlyVersionOfACustomConnectorIfTheFlowNamesNone() {
    appFlow
        .customProfile("erp", "InternalErp")
        .connector("InternalErp", "v7")
        .fields("erp/orders", FIELDS.toArray(Field[]::new));

    of(custom("orders", ""));

    assertEquals(List.of(reset(custom("orders", "v7"))), appFlow.resets());
    assertEquals("DescribeConnectorEntity erp/orders v7", appFlow.lookups().getLast());
  }

  @Test
  void cannotCompareAnEntityWithoutKnownVersion() {
    appFlow.customProfile("erp", "InternalErp").connector("InternalErp", "v1", "v2");

    assertEquals(
        new Description.NotComparable(
            entity(custom("orders", "")),
            "no API version is known: the flow names none, and there is not just one"),
        of(custom("orders", "")));
    assertEquals(List.of(), appFlow.resets());
  }

  @Test
  void failsIfTheVersionCannotBeLookedUpNow() {
    Failure failure = new Failure.Throttled("ThrottlingException", "slow down");
    appFlow.customProfile("erp", "InternalErp").failing("DescribeConnector", failure);

    assertEquals(
        failure,
        assertThrows(RequestFailedException.class, () -> of(custom("orders", ""))).failure());
  }

  @Test
  void describesABuiltInConnectorsEntityWithoutVersion() {
    End source =
        new End(
            "Salesforce",
            ACCOUNT.profile(),
            ACCOUNT.entity(),
            false,
            custom("-", "v58.0").apiVersion(),
            List.of(),
            Optional.empty());
    appFlow.fields("crm/Account", FIELDS.toArray(Field[]::new));

    assertEquals(new Description.Described(entity(ACCOUNT), FIELDS), of(source));
    assertEquals(List.of(reset(ACCOUNT)), appFlow.resets());
  }

  @Test
  void saysThatAnEntityWasNotFound() {
    assertEquals(new Description.NotFound(entity(ACCOUNT)), of(ACCOUNT));
  }

  @Test
  void saysThatAConnectionIsNotAuthorizedIfItIsRefusedTwice() {
    appFlow.failing(
        "DescribeConnectorEntity",
        new Failure.Permanent("ConnectorAuthenticationException", "expired"));

    assertEquals(new Description.NotAuthorized(entity(ACCOUNT)), of(ACCOUNT));
    assertEquals(2, appFlow.lookups().size());
  }

  @Test
  void cannotCompareAnEntityThatAppFlowRejects() {
    appFlow.failing(
        "DescribeConnectorEntity", new Failure.Permanent("ValidationException", "no such thing"));

    assertEquals(
        new Description.NotComparable(entity(ACCOUNT), "ValidationException: no such thing"),
        of(ACCOUNT));
  }

  @Test
  void cannotCompareAnEntityWithoutFields() {
    appFlow.fields("crm/Account");

    assertEquals(
        new Description.NotComparable(
            entity(ACCOUNT), "AppFlow describes the entity without fields"),
        of(ACCOUNT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ResetConnectorMetadataCache", "DescribeConnectorEntity"})
  void failsIfAppFlowDoesNotAnswer(String operation) {
    Failure failure = new Failure.Unavailable("ConnectorServerException", "maintenance");
    appFlow.fields("crm/Account", FIELDS.toArray(Field[]::new)).failing(operation, failure);

    assertEquals(failure, assertThrows(RequestFailedException.class, () -> of(ACCOUNT)).failure());
  }

  @Test
  void describesAnEntityWhoseResetFailsForGood() {
    appFlow
        .fields("crm/Account", FIELDS.toArray(Field[]::new))
        .resetsFailing(
            _ -> Optional.of(new Failure.Permanent("ResourceNotFoundException", "no entity")));

    assertEquals(new Description.Described(entity(ACCOUNT), FIELDS), of(ACCOUNT));
  }

  @Test
  void callsNothingForWhatAppFlowCannotDescribe() {
    End nested =
        new End(
            "CustomConnector",
            custom("orders", "v2").profile(),
            Optional.of("orders"),
            true,
            custom("orders", "v2").apiVersion(),
            List.of(),
            Optional.empty());
    End notAName = salesforce("${entity}");
    End withoutEntity = salesforce("");

    assertEquals(
        List.of(
            new Description.None(
                "S3 has no connector profile: AppFlow does not describe its fields"),
            new Description.NotComparable(
                new Entity(nested.profile().orElseThrow(), "orders", Optional.empty()),
                "the flow uses nested entities, which AppFlow does not describe"),
            new Description.NotComparable(
                entity(notAName),
                "expected an entity name: 1 to 1024 characters without spaces or *"),
            new Description.None("the flow names no entity of Salesforce")),
        List.of(S3, nested, notAName, withoutEntity).stream().map(this::of).toList());
    assertEquals(List.of(), appFlow.resets());
    assertEquals(List.of(), appFlow.lookups());
  }

  @Test
  void saysNothingOfAProfileThatIsNotAllowed() {
    EntityDescriptions limited = descriptions(new AllowedProfiles(new ProfilePattern("erp-*")));

    assertEquals(
        new Description.NotAllowed(
            "the connector profile is not allowed: CONNECTOR_PROFILE_PATTERN is erp-*"),
        limited.of(ACCOUNT, appFlow::reset));
    assertEquals(List.of(), appFlow.resets());
    assertEquals(List.of(), appFlow.lookups());
  }

  private Description of(End end) {
    return descriptions.of(end, appFlow::reset);
  }

  private EntityDescriptions descriptions(AllowedProfiles allowed) {
    return new EntityDescriptions(appFlow, new Planner(appFlow, 1, allowed), allowed);
  }

  private static ResetCall reset(End end) {
    return new ResetCall(
        new NamedProfile(end.profile().orElseThrow()),
        end.entity().map(EntityName::new),
        Optional.empty(),
        end.apiVersion());
  }
}
