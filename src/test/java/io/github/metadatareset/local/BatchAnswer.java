package io.github.metadatareset.local;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides by the function's response which messages of a batch return to the queue, as AWS
/// documents it for `ReportBatchItemFailures`
/// (docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html).
public final class BatchAnswer {
  private BatchAnswer() {}

  /// The IDs of the messages that return to the queue. Lambda deletes all others.
  ///
  /// An empty response, as from a function without a return value, counts as null.
  public static Set<String> failedOf(Set<String> batch, byte[] answer) {
    if (answer.length == 0) {
      return Set.of();
    }
    try (JsonParser json = JSON.std.createParser(answer)) {
      Set<String> failed = failedOf(batch, JSON.std.anyFrom(json));
      return json.nextToken() == null ? failed : batch;
    } catch (IOException malformed) {
      return batch;
    }
  }

  private static Set<String> failedOf(Set<String> batch, Object answer) {
    return switch (answer) {
      case null -> Set.of();
      case Map<?, ?> response -> failedOfList(batch, response.get("batchItemFailures"));
      default -> batch;
    };
  }

  private static Set<String> failedOfList(Set<String> batch, Object failures) {
    return switch (failures) {
      case null -> Set.of();
      case List<?> list -> failedOfItems(batch, list);
      default -> batch;
    };
  }

  private static Set<String> failedOfItems(Set<String> batch, List<?> failures) {
    Set<String> failed = new HashSet<>();
    for (Object failure : failures) {
      if (failure instanceof Map<?, ?> item
          && item.get("itemIdentifier") instanceof String id
          && batch.contains(id)) {
        failed.add(id);
      } else {
        return batch;
      }
    }
    return failed;
  }
}
