package io.github.metadatareset.fuzzing;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static io.github.metadatareset.plan.FakeAppFlow.use;

import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import java.util.List;
import java.util.Optional;

/// A fake AppFlow with some of the profiles and flows that the files in `events/` name.
final class FuzzedAppFlow {

  private static final List<String> OPERATIONS =
      List.of(
          "DescribeConnectorProfiles",
          "DescribeConnector",
          "ListConnectorEntities",
          "ListFlows",
          "DescribeFlow",
          "ResetConnectorMetadataCache");

  private FuzzedAppFlow() {}

  static FakeAppFlow working() {
    return new FakeAppFlow()
        .profile("crm-prod", ConnectorType.SALESFORCE)
        .profile("sap-erp", ConnectorType.SAPODATA)
        .customProfile("hubspot-prod", "HubSpot")
        .customProfile("erp-internal", "InternalErp")
        .connector("HubSpot", "v3")
        .connector("InternalErp", "v1", "v2")
        .entities("sap-erp", parent("A_SalesOrder"), leaf("a b"), leaf(""), parent("\u001b;\ud800"))
        .withFlow("erp-orders", use("erp-internal", "orders", "v2"), use("crm-prod", "Account"))
        .withFlow("crm-account-to-lake", use("crm-prod", "Account"), use("crm-prod", "\u202e \n"));
  }

  /// Some operations fail, permanently or not, with this code and message.
  ///
  /// @param faults the bits say which operations fail, and with which kind of failure
  static FakeAppFlow failing(int faults, String code, String message) {
    FakeAppFlow appFlow = working();
    for (int i = 0; i < OPERATIONS.size(); i++) {
      if ((faults >> i & 1) == 1) {
        appFlow.failing(OPERATIONS.get(i), failure(faults >> OPERATIONS.size(), code, message));
      }
    }
    if ((faults & 1 << 16) != 0) {
      appFlow.resetsFailing(
          call ->
              call.connectorEntityName().isPresent()
                  ? Optional.of(failure(faults >> 8, code, message))
                  : Optional.empty());
    }
    return appFlow;
  }

  private static Failure failure(int kind, String code, String message) {
    return switch (kind & 3) {
      case 0 -> new Failure.Permanent(code, message);
      case 1 -> new Failure.Throttled(code, message);
      case 2 -> new Failure.Denied(code, message);
      default -> new Failure.Unavailable(code, message);
    };
  }
}
