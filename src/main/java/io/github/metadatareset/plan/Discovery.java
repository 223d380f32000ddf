package io.github.metadatareset.plan;

import io.github.metadatareset.plan.AppFlow.Flow;
import io.github.metadatareset.plan.AppFlow.Profile;
import io.github.metadatareset.plan.AppFlow.Use;
import io.github.metadatareset.request.ApiVersion;
import io.github.metadatareset.request.ConnectorLabel;
import io.github.metadatareset.request.FlowPattern;
import io.github.metadatareset.request.ProfileName;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import java.util.stream.Gatherers;

/// What AppFlow holds, asked at most once within one invocation, and forgotten with it: a tool
/// against stale caches has none of its own. Safe for use by many threads.
public final class Discovery {

  private final AppFlow appFlow;
  private final int concurrency;
  private final Map<ProfileName, Answer<List<Profile>>> named = new ConcurrentHashMap<>();
  private final Answer<List<Profile>> profiles;
  private final Answer<List<String>> flowNames;
  private final Answer<List<Use>> uses;
  private final Map<String, Answer<Optional<Flow>>> flowsByName = new ConcurrentHashMap<>();
  private final Map<ConnectorLabel, Answer<List<ApiVersion>>> versions = new ConcurrentHashMap<>();

  /// @param concurrency how many flows are described at the same time
  public Discovery(AppFlow appFlow, int concurrency) {
    this.appFlow = appFlow;
    this.concurrency = concurrency;
    this.profiles = new Answer<>(appFlow::profiles);
    this.flowNames = new Answer<>(appFlow::flowNames);
    this.uses =
        new Answer<>(
            () -> flows(FlowPattern.ALL).stream().flatMap(flow -> flow.uses().stream()).toList());
  }

  /// These profiles will be asked for by name: they are looked up a hundred in a call, once one is.
  public void expect(Collection<ProfileName> names) {
    names.stream()
        .gather(Gatherers.windowFixed(AppFlow.MAX_PROFILE_NAMES))
        .forEach(
            window -> {
              Answer<List<Profile>> answer = new Answer<>(() -> appFlow.profiles(window));
              window.forEach(name -> named.put(name, answer));
            });
  }

  List<Profile> profiles() {
    return profiles.get();
  }

  /// The profile of that name; empty where AppFlow knows none.
  Optional<Profile> profile(ProfileName name) {
    return named.getOrDefault(name, profiles).get().stream()
        .filter(profile -> profile.name().equals(name))
        .findFirst();
  }

  List<ApiVersion> supportedApiVersions(ConnectorLabel label) {
    return versions
        .computeIfAbsent(label, _ -> new Answer<>(() -> appFlow.supportedApiVersions(label)))
        .get();
  }

  /// How many flows there are.
  int flowCount() {
    return flowNames.get().size();
  }

  /// What all flows read and write.
  List<Use> uses() {
    return uses.get();
  }

  /// The flows that match: one DescribeFlow for a name, else a scan, in which each flow is
  /// described once whoever asks.
  List<Flow> flows(FlowPattern pattern) {
    if (pattern.isName()) {
      return described(pattern.value()).stream().toList();
    }
    return flowNames.get().stream()
        .filter(pattern::matches)
        .gather(Gatherers.mapConcurrent(concurrency, this::described))
        .flatMap(Optional::stream)
        .toList();
  }

  private Optional<Flow> described(String name) {
    return flowsByName.computeIfAbsent(name, _ -> new Answer<>(() -> appFlow.flow(name))).get();
  }

  /// Asked by the first thread that wants it; a failure is everyone's, too.
  private static final class Answer<T> {
    private final FutureTask<T> question;

    Answer(Supplier<T> question) {
      this.question = new FutureTask<>(question::get);
    }

    T get() {
      question.run();
      try {
        return question.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException failure
            ? failure
            : new IllegalStateException(e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for an answer of AppFlow");
      }
    }
  }
}
