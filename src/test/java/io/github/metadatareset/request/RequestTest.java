package io.github.metadatareset.request;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.request.Connector.MatchingProfiles;
import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Connector.WithoutProfile;
import io.github.metadatareset.request.Entities.All;
import io.github.metadatareset.request.Entities.Listed;
import io.github.metadatareset.request.Entities.Names;
import io.github.metadatareset.request.Entities.One;
import io.github.metadatareset.request.Entities.UsedByFlows;
import io.github.metadatareset.request.Request.OfConnector;
import io.github.metadatareset.request.Request.OfFlows;
import io.github.metadatareset.request.Request.Several;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RequestTest {

  private static final Connector CRM = new NamedProfile(new ProfileName("crm-prod"));
  private static final EntityName ACCOUNT = new EntityName("Account");
  private static final EntityName CONTACT = new EntityName("Contact");

  @Test
  void theNamesOfAProfileAndOneEntityAreOneCall() {
    var names = new OfConnector(CRM, new Names());
    var account =
        new OfConnector(
            CRM,
            new One(ACCOUNT),
            Optional.of(new EntitiesPath("Objects")),
            Optional.of(new ApiVersion("v1")));

    for (OfConnector request : List.of(names, account)) {
      assertFalse(request.needsSplitting());
      assertEquals(request, request.call().orElseThrow().request());
    }
    assertEquals(
        new ResetCall(
            new NamedProfile(new ProfileName("crm-prod")),
            Optional.of(ACCOUNT),
            Optional.of(new EntitiesPath("Objects")),
            Optional.of(new ApiVersion("v1"))),
        account.call().orElseThrow());
  }

  @Test
  void aTypeWithoutProfileIsOneCall() {
    var buckets = new OfConnector(new WithoutProfile(ConnectorType.S3), new Names());

    assertEquals(buckets, buckets.call().orElseThrow().request());
  }

  @Test
  void everythingElseNeedsSplitting() {
    for (Request request :
        List.of(
            new OfConnector(new MatchingProfiles(ProfilePattern.ALL), new Names()),
            new OfConnector(CRM, new Listed(List.of(ACCOUNT, CONTACT))),
            new OfConnector(CRM, new UsedByFlows()),
            new OfConnector(CRM, new All(0)),
            new OfFlows(FlowPattern.ALL),
            new Several(List.of(new OfConnector(CRM, new Names()))))) {
      assertTrue(request.needsSplitting(), request::json);
    }
  }

  @Test
  void aRequestMayNameARetiredConnector() {
    for (String type : List.of("Googleanalytics", "Honeycode")) {
      assertEquals(
          Optional.of(ConnectorType.of(type)),
          new OfConnector(
                  new NamedProfile(new ProfileName("old"), ConnectorType.of(type)), new Names())
              .retiredType());
    }
    assertEquals(
        Optional.of(ConnectorType.LOOKOUTMETRICS),
        new OfConnector(new WithoutProfile(ConnectorType.LOOKOUTMETRICS), new Names())
            .retiredType());
    assertEquals(Optional.empty(), new OfConnector(CRM, new Names()).retiredType());
    assertEquals(Optional.empty(), new OfFlows(FlowPattern.ALL).retiredType());
  }

  @Test
  void connectorTypesOfEventsAreReadInAnyCase() {
    assertEquals(Optional.of(ConnectorType.SAPODATA), ConnectorType.ofEvent("SAPODATA"));
    assertEquals(Optional.of(ConnectorType.SERVICENOW), ConnectorType.ofEvent("ServiceNow"));
    assertEquals(Optional.empty(), ConnectorType.ofEvent("TELEGRAPH"));
  }

  @Test
  void aTypeWithProfilesNeedsAProfile() {
    assertThrows(
        IllegalArgumentException.class, () -> new WithoutProfile(ConnectorType.SALESFORCE));
  }

  @Test
  void nestedEntitiesHaveAtMostFiveLevels() {
    assertEquals(5, new All(5).depth());
    assertThrows(IllegalArgumentException.class, () -> new All(6));
    assertThrows(IllegalArgumentException.class, () -> new All(-1));
  }

  @Test
  void anUnexpectedExceptionIsRetryable() {
    assertEquals(
        new Failure.Unavailable("IllegalStateException", "no idea"),
        Failure.of(new IllegalStateException("no idea")));
    assertEquals(
        new Failure.Unavailable("StackOverflowError", "no message"),
        Failure.of(new StackOverflowError()));
  }

  @Test
  void anExceptionHasTheErrorCodeInItsMessage() {
    var failed = RequestFailedException.permanent("NoMatch", "matches none of the 37 profiles");

    assertEquals("NoMatch: matches none of the 37 profiles", failed.getMessage());
  }
}
