package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Makes a throttled call again until the deadline: nothing else retries a request that somebody
/// waits for. Each attempt waits for its turn in the pace of the client, so no delay is added here.
record RetryingAppFlow(AppFlow appFlow, Deadline deadline) implements AppFlow {

  /// More than fit into any invocation: a client that is slowed down makes about one in a second.
  private static final int MAX_TRIES = 1000;

  @Override
  public void reset(ResetCall call) {
    retried(
        () -> {
          appFlow.reset(call);
          return call;
        });
  }

  @Override
  public List<Profile> profiles() {
    return retried(appFlow::profiles);
  }

  @Override
  public List<Profile> profiles(Collection<ProfileName> names) {
    return retried(() -> appFlow.profiles(names));
  }

  @Override
  public List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    return retried(() -> appFlow.supportedApiVersions(label));
  }

  @Override
  public List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion) {
    return retried(() -> appFlow.entities(connector, parent, apiVersion));
  }

  @Override
  public List<ListedFlow> flows() {
    return retried(appFlow::flows);
  }

  @Override
  public Optional<Flow> flow(String name) {
    return retried(() -> appFlow.flow(name));
  }

  @Override
  public Optional<FlowMapping> mapping(String flowName) {
    return retried(() -> appFlow.mapping(flowName));
  }

  @Override
  public List<Field> fields(
      Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion) {
    return retried(() -> appFlow.fields(connector, entity, apiVersion));
  }

  private <T> T retried(Supplier<T> call) {
    for (int tries = 1; ; tries++) {
      try {
        return call.get();
      } catch (RequestFailedException e) {
        if (!(e.failure() instanceof Failure.Throttled)
            || tries == MAX_TRIES
            || !deadline.isAhead()) {
          throw e;
        }
      }
    }
  }
}
