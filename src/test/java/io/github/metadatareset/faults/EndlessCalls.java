package io.github.metadatareset.faults;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// AppFlow for an invocation in which calls of one operation never get an answer. Only their
/// timeout ends these calls. All others have no timeout, so that they succeed on a slow machine
/// too.
///
/// By the function's clock, a call without an answer lasts until the deadline of its invocation.
///
/// @param profile whose calls have the fault
/// @param operation that has the fault
/// @param withTimeouts the function's real clients
/// @param withoutTimeouts clients whose calls do not time out
/// @param clock of the function
record EndlessCalls(
    String profile,
    String operation,
    Function<Deadline, AppFlow> withTimeouts,
    Function<Deadline, AppFlow> withoutTimeouts,
    SettableClock clock)
    implements Function<Deadline, AppFlow> {

  @Override
  public AppFlow apply(Deadline deadline) {
    // The clock of the other calls stands still: they do not run out of time either.
    Deadline ofOthers = Deadline.in(clock.stopped(), deadline.remaining());
    return new Calls(this, deadline, withTimeouts.apply(deadline), withoutTimeouts.apply(ofOthers));
  }

  private record Calls(EndlessCalls settings, Deadline deadline, AppFlow endless, AppFlow others)
      implements AppFlow {

    @Override
    public void reset(ResetCall call) {
      if (call.connector() instanceof Connector.NamedProfile(var name, _)
          && name.value().equals(settings.profile())) {
        make(
            "ResetConnectorMetadataCache",
            appFlow -> {
              appFlow.reset(call);
              return true;
            });
      } else {
        others.reset(call);
      }
    }

    @Override
    public List<Profile> profiles() {
      return make("DescribeConnectorProfiles", AppFlow::profiles);
    }

    @Override
    public List<Profile> profiles(Collection<ProfileName> names) {
      return make("DescribeConnectorProfiles", appFlow -> appFlow.profiles(names));
    }

    @Override
    public List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
      return make("DescribeConnector", appFlow -> appFlow.supportedApiVersions(label));
    }

    @Override
    public List<Entity> entities(
        Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion) {
      return make(
          "ListConnectorEntities", appFlow -> appFlow.entities(connector, parent, apiVersion));
    }

    @Override
    public List<ListedFlow> flows() {
      return make("ListFlows", AppFlow::flows);
    }

    @Override
    public Optional<Flow> flow(String name) {
      return make("DescribeFlow", appFlow -> appFlow.flow(name));
    }

    @Override
    public Optional<FlowMapping> mapping(String flowName) {
      return make("DescribeFlow", appFlow -> appFlow.mapping(flowName));
    }

    @Override
    public List<Field> fields(
        Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion) {
      return make(
          "DescribeConnectorEntity", appFlow -> appFlow.fields(connector, entity, apiVersion));
    }

    private <T> T make(String operation, Function<AppFlow, T> call) {
      if (!operation.equals(settings.operation())) {
        return call.apply(others);
      }
      try {
        return call.apply(endless);
      } finally {
        settings.clock().set(deadline.end());
      }
    }
  }
}
