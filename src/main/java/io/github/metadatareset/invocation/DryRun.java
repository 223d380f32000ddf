package io.github.metadatareset.invocation;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.Request;
import io.github.metadatareset.request.RequestFailedException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// Says which calls a request needs. Nothing is reset, enqueued or dead-lettered.
record DryRun(Invocation invocation) {

  private static final String NOT_ASKED =
      "Nothing was reset. IAM and AppFlow were not asked whether they would accept the calls.";

  /// https://docs.aws.amazon.com/appflow/1.0/APIReference/API_ResetConnectorMetadataCache.html
  private static final String FROM_CACHE =
      "The entities of ALL are those in AppFlow's cache, which was not reset for this: the list may"
          + " be an hour old, or older if the connector is a custom one.";

  /// Leaves room in Lambda's 6 MB for what is not in a list
  /// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
  private static final int MAX_BYTES = 5_900_000;

  /// @return the members of the answer
  /// @throws RequestFailedException (retryable) if the request itself could not be planned
  Map<String, Object> answer(Request request) {
    RequestWalk.Found found =
        new RequestWalk(invocation, invocation.appFlow(), _ -> {}).walk(request);
    found.failed().stream()
        .filter(each -> isRetryable(each) && each.request().equals(request.json()))
        .findFirst()
        .ifPresent(
            each -> {
              throw new RequestFailedException(each.failure());
            });
    Room room = new Room();
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("calls", room.lines(found.calls(), DryRun::call));
    answer.put("rejected", room.lines(found.failed(), DryRun::rejected));
    answer.put("skipped", room.lines(found.skipped(), reason -> reason));
    answer.put("counts", counts(found));
    answer.put(
        "complete",
        !found.isFull() && !room.isFull && found.failed().stream().noneMatch(DryRun::isRetryable));
    answer.put("notes", found.isListed() ? List.of(NOT_ASKED, FROM_CACHE) : List.of(NOT_ASKED));
    answer.put("correlationId", invocation.requestId());
    return answer;
  }

  private static boolean isRetryable(FailedRequest each) {
    return each.failure() instanceof Failure.Retryable;
  }

  private static Map<String, Object> call(RequestWalk.Needed each) {
    Map<String, Object> call = new LinkedHashMap<>();
    call.put("call", each.call().request().members());
    call.put("reasons", each.reasons());
    return call;
  }

  private static Map<String, Object> rejected(FailedRequest each) {
    Map<String, Object> rejected = new LinkedHashMap<>();
    rejected.put("request", JsonValue.parse(each.request(), "").content());
    rejected.put("code", each.failure().code());
    rejected.put("reason", each.failure().message());
    return rejected;
  }

  /// Of what was found, even if not all of it fits into the answer.
  private static Map<String, Object> counts(RequestWalk.Found found) {
    long names =
        found.calls().stream().filter(each -> each.call().connectorEntityName().isEmpty()).count();
    Map<String, Object> counts = new LinkedHashMap<>();
    counts.put("calls", found.calls().size());
    counts.put("lists", names);
    counts.put("entities", found.calls().size() - names);
    counts.put("rejected", found.failed().size());
    counts.put("skipped", found.skipped().size());
    return counts;
  }

  /// How much of the answer is left.
  private static final class Room {
    private int left = MAX_BYTES;
    private boolean isFull;

    <T> List<Object> lines(Collection<T> all, Function<T, Object> line) {
      List<Object> lines = new ArrayList<>();
      for (T each : all) {
        Object next = line.apply(each);
        left -= JsonValue.write(next).length() + 1;
        if (left < 0) {
          isFull = true;
          break;
        }
        lines.add(next);
      }
      return lines;
    }
  }
}
