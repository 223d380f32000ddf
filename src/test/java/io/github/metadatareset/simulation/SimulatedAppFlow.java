package io.github.metadatareset.simulation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.plan.FlowMapping;
import io.github.metadatareset.plan.FlowMapping.End;
import io.github.metadatareset.plan.FlowMapping.Task;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.EntitiesPath;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import io.github.metadatareset.simulation.FaultSchedule.Fault;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.AbortedException;

/// AppFlow for one invocation: slow, with faults, and with a cache of the names that it lists.
final class SimulatedAppFlow implements AppFlow {

  private static final Map<Fault, Failure> FAILURES =
      Map.of(
          Fault.THROTTLING, new Failure.Throttled("ThrottlingException", "Rate exceeded"),
          Fault.OUTAGE, new Failure.Unavailable("InternalServerException", "try again"),
          Fault.DENIED, new Failure.Denied("AccessDeniedException", "not authorized"));

  /// The field that applications delete.
  private static final String FIELD = "Field";

  private static final String OTHER_FIELD = "Other";

  private static final End S3 =
      new End(
          "S3",
          Optional.empty(),
          Optional.empty(),
          false,
          Optional.empty(),
          List.of(),
          Optional.empty());

  private static final Failure TIMEOUT =
      new Failure.Unavailable("ApiCallTimeoutException", "no answer in time");

  private final World world;
  private final Environment environment;
  private final Invocation invocation;
  private final Deadline deadline;

  SimulatedAppFlow(World world, Environment environment, Deadline deadline) {
    this.world = world;
    this.environment = environment;
    this.invocation = environment.invocation();
    this.deadline = deadline;
  }

  @Override
  public void reset(ResetCall call) {
    CachedEntry entry = entry(call);
    if (invocation.isLateInItsBatch() && !isOfACheck(entry)) {
      world.violation("%s resets %s after it began to check", invocation.id(), entry);
    }
    call(
        () -> {
          invocation.executions++;
          invocation.attempts.merge(entry, 1, Integer::sum);
          check(call.connector(), call.apiVersion(), entry);
          world.reset(entry);
          return entry;
        });
  }

  private boolean isOfACheck(CachedEntry entry) {
    return invocation.batch().stream()
        .anyMatch(
            delivery -> world.oracle().isResetByChecks(delivery.body(), entry, world.time().now()));
  }

  private static CachedEntry entry(ResetCall call) {
    return new CachedEntry(
        name(call.connector()),
        call.entitiesPath().map(EntitiesPath::value).orElse(""),
        call.connectorEntityName().map(EntityName::value).orElse(""),
        call.apiVersion().map(ApiVersion::value).orElse(""));
  }

  private static String name(Connector.Exact connector) {
    return switch (connector) {
      case Connector.NamedProfile(var name, _) -> name.value();
      case Connector.WithoutProfile(var type) -> type.apiName();
    };
  }

  private void check(Connector.Exact connector, Optional<ApiVersion> version, CachedEntry entry) {
    if (connector instanceof Connector.NamedProfile(var name, _)) {
      Account.Profile profile =
          profileNow(name.value())
              .orElseThrow(() -> failed("ResourceNotFoundException", "no such profile"));
      if (profile.isCustom()
          && version
              .filter(it -> world.account().versions().get(profile.label()).contains(it.value()))
              .isEmpty()) {
        throw failed("ValidationException", "unsupported apiVersion");
      }
      if (entry.entity().endsWith(Account.GHOST)) {
        throw failed("ResourceNotFoundException", "no such entity");
      }
    }
  }

  private Optional<Account.Profile> profileNow(String name) {
    return Optional.ofNullable(world.account().profiles().get(name)).filter(this::exists);
  }

  private boolean exists(Account.Profile profile) {
    return profile.since() <= world.time().now();
  }

  @Override
  public List<Profile> profiles() {
    return call(
        () ->
            world.account().profiles().values().stream()
                .filter(this::exists)
                .map(SimulatedAppFlow::profile)
                .toList());
  }

  @Override
  public List<Profile> profiles(Collection<ProfileName> names) {
    List<ProfileName> wanted = List.copyOf(names);
    return call(
        () ->
            wanted.stream()
                .flatMap(name -> profileNow(name.value()).stream())
                .map(SimulatedAppFlow::profile)
                .toList());
  }

  private static Profile profile(Account.Profile profile) {
    return new Profile(
        new ProfileName(profile.name()),
        Optional.of(ConnectorType.of(profile.type())),
        Optional.of(profile.label()).filter(label -> !label.isEmpty()).map(ConnectorLabel::new));
  }

  @Override
  public List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    return call(
        () -> world.account().versions().get(label.value()).stream().map(ApiVersion::new).toList());
  }

  @Override
  public List<Entity> entities(
      Connector.Exact connector, Optional<EntitiesPath> parent, Optional<ApiVersion> apiVersion) {
    CachedEntry names =
        new CachedEntry(
            name(connector),
            parent.map(EntitiesPath::value).orElse(""),
            "",
            apiVersion.map(ApiVersion::value).orElse(""));
    return call(
        () -> {
          check(connector, apiVersion, names);
          checkThatItIsSignedIn(names.connector());
          return world.cachedEntities(names).stream()
              .map(entity -> new Entity(entity.name(), entity.nested()))
              .toList();
        });
  }

  @Override
  public List<ListedFlow> flows() {
    return call(
        () ->
            world.account().flows().entrySet().stream()
                .map(
                    flow ->
                        new ListedFlow(
                            flow.getKey(),
                            false,
                            flow.getValue().stream().map(this::listed).toList()))
                .toList());
  }

  private ListedConnector listed(Account.Use use) {
    Account.Profile profile = world.account().profiles().get(use.profile());
    return new ListedConnector(
        Optional.of(ConnectorType.of(profile.type())),
        Optional.of(profile.label()).filter(label -> !label.isEmpty()).map(ConnectorLabel::new));
  }

  @Override
  public Optional<Flow> flow(String name) {
    return call(
        () ->
            Optional.ofNullable(world.account().flows().get(name))
                .map(uses -> new Flow(name, uses.stream().map(SimulatedAppFlow::use).toList())));
  }

  @Override
  public Optional<FlowMapping> mapping(String flowName) {
    invocation.isChecking = true;
    return call(
        () -> {
          Optional<List<Account.Use>> uses =
              Optional.ofNullable(world.account().flows().get(flowName));
          uses.ifPresent(_ -> world.checks(flowName));
          return uses.map(ends -> mapping(flowName, ends));
        });
  }

  /// A flow from the first entity that it uses to the second, or to S3. It maps two fields.
  private FlowMapping mapping(String name, List<Account.Use> uses) {
    return new FlowMapping(
        name,
        "arn:aws:appflow:us-east-1:111122223333:flow/" + name,
        Optional.of(1L),
        uses.isEmpty() ? S3 : end(uses.getFirst()),
        List.of(uses.size() < 2 ? S3 : end(uses.get(1))),
        List.of(map(FIELD), map(OTHER_FIELD)),
        Optional.empty());
  }

  private static Task map(String field) {
    return new Task(
        "Map", Optional.of("NO_OP"), List.of(field), Optional.of(field), Optional.of("string"));
  }

  private End end(Account.Use use) {
    return new End(
        world.account().profiles().get(use.profile()).type(),
        Optional.of(new ProfileName(use.profile())),
        Optional.of(use.entity()),
        !use.parent().isEmpty(),
        Optional.of(use.version()).filter(version -> !version.isEmpty()).map(ApiVersion::new),
        List.of(),
        Optional.empty());
  }

  @Override
  public List<Field> fields(
      Connector.Exact connector, EntityName entity, Optional<ApiVersion> apiVersion) {
    CachedEntry details =
        new CachedEntry(
            name(connector), "", entity.value(), apiVersion.map(ApiVersion::value).orElse(""));
    return call(
        () -> {
          check(connector, apiVersion, details);
          checkThatItIsSignedIn(details.connector());
          return world.fieldIsGone(details)
              ? List.of(field(OTHER_FIELD))
              : List.of(field(FIELD), field(OTHER_FIELD));
        });
  }

  private static Field field(String name) {
    return new Field(
        name,
        Optional.empty(),
        Optional.of("string"),
        false,
        false,
        new SourceProperties(Optional.empty(), Optional.empty()),
        new DestinationProperties(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private void checkThatItIsSignedIn(String profile) {
    if (profileNow(profile).filter(each -> !each.signedIn()).isPresent()) {
      throw failed("ConnectorAuthenticationException", "sign in again");
    }
  }

  private static Use use(Account.Use use) {
    return new Use(
        new ProfileName(use.profile()),
        use.entity(),
        Optional.of(use.parent()).filter(parent -> !parent.isEmpty()),
        Optional.of(use.version()).filter(version -> !version.isEmpty()).map(ApiVersion::new));
  }

  private <T> T call(Supplier<T> answer) {
    long timeout = Math.max(1, deadline.remaining().toMillis());
    try {
      return call(answer, timeout);
    } catch (AbortedException e) {
      throw failed(new Failure.Unavailable("AbortedException", e.getMessage()));
    }
  }

  private <T> T call(Supplier<T> answer, long timeout) {
    return environment.exchange(
        world.faults().occurs(Fault.SLOW_CALLS)
            ? world.random().nextLong(1_000, 150_000)
            : world.random().nextLong(5, 400),
        timeout,
        () -> withFaults(answer),
        () -> failed(TIMEOUT));
  }

  private <T> T withFaults(Supplier<T> answer) {
    for (Fault fault : List.of(Fault.THROTTLING, Fault.OUTAGE, Fault.DENIED)) {
      if (world.faults().occurs(fault)) {
        throw failed(FAILURES.get(fault));
      }
    }
    T value = answer.get();
    if (world.faults().occurs(Fault.LOST_ANSWERS)) {
      throw failed(TIMEOUT);
    }
    return value;
  }

  private RequestFailedException failed(String code, String message) {
    return failed(new Failure.Permanent(code, message));
  }

  private RequestFailedException failed(Failure failure) {
    invocation.errorCodes.add(failure.code());
    return new RequestFailedException(failure);
  }
}
