package io.github.metadatareset.request;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Random requests of every kind, as the reader makes them.
record RandomRequests(RandomGenerator random, RandomTexts texts) {

  RandomRequests(RandomGenerator random) {
    this(random, new RandomTexts(random));
  }

  Request any() {
    if (random.nextInt(5) > 0) {
      return single();
    }
    List<Request> requests =
        Stream.generate(this::single).distinct().limit(random.nextInt(2, 6)).toList();
    return new Request.Several(requests);
  }

  private Request single() {
    return switch (random.nextInt(5)) {
      case 0 -> ofFlows();
      case 1 -> ofConnector(new Connector.WithoutProfile(type(false)));
      case 2 -> ofConnector(matchingProfiles());
      default -> ofConnector(namedProfile());
    };
  }

  private Request ofFlows() {
    FlowPattern flows =
        new FlowPattern(random.nextBoolean() ? texts.flowName() : texts.flowPattern());
    return random.nextInt(3) == 0 ? new Request.Check(flows) : new Request.OfFlows(flows);
  }

  private Request ofConnector(Connector connector) {
    Entities entities = entities(connector);
    Optional<EntitiesPath> path =
        entities instanceof Entities.UsedByFlows
            ? Optional.empty()
            : sometimes(() -> new EntitiesPath(texts.entitiesPath()));
    return new Request.OfConnector(
        connector, entities, path, sometimes(() -> new ApiVersion(texts.apiVersion())));
  }

  private Connector namedProfile() {
    return new Connector.NamedProfile(
        new ProfileName(texts.profileName()), sometimes(() -> type(true)));
  }

  private Connector matchingProfiles() {
    ProfilePattern pattern = new ProfilePattern(texts.profilePattern());
    Optional<ConnectorLabel> label = sometimes(() -> new ConnectorLabel(texts.label()));
    Optional<ConnectorType> type =
        sometimes(() -> label.isPresent() ? ConnectorType.CUSTOMCONNECTOR : type(true));
    return new Connector.MatchingProfiles(pattern, type, label);
  }

  private Entities entities(Connector connector) {
    return switch (random.nextInt(5)) {
      case 0 -> new Entities.One(new EntityName(texts.entityName()));
      case 1 -> new Entities.All(random.nextInt(Entities.MAX_DEPTH + 1));
      case 2 -> listed();
      case 3 ->
          connector instanceof Connector.WithoutProfile
              ? new Entities.Names()
              : new Entities.UsedByFlows();
      default -> new Entities.Names();
    };
  }

  private Entities listed() {
    return new Entities.Listed(
        Stream.generate(() -> new EntityName(texts.entityName()))
            .distinct()
            .limit(random.nextInt(2, 6))
            .toList());
  }

  private ConnectorType type(boolean hasProfile) {
    return texts.oneOf(
        Arrays.stream(ConnectorType.values())
            .filter(type -> type.hasProfile() == hasProfile)
            .toList());
  }

  private <T> Optional<T> sometimes(Supplier<T> value) {
    return random.nextInt(3) == 0 ? Optional.of(value.get()) : Optional.empty();
  }
}
