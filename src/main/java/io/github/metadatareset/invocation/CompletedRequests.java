package io.github.metadatareset.invocation;

import io.github.metadatareset.request.Fingerprint;
import io.github.metadatareset.request.Request;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers across invocations which requests were completed, so that many equal messages cost
/// only a few calls.
///
/// Each request has a watermark: the time at which a message of its batch was first received, by
/// SQS's clock. The work began after that, so an equal message that was sent earlier is a
/// duplicate. The least recently used requests are forgotten, which costs only a repeated call.
public final class CompletedRequests {

  private static final int CAPACITY = 10_000;

  /// By fingerprint, as a request may be a mebibyte long.
  private final Map<Fingerprint, Instant> watermarks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Fingerprint, Instant> eldest) {
          return size() > CAPACITY;
        }
      };

  /// Messages with this request that were sent before the watermark are duplicates.
  synchronized Optional<Instant> watermark(Request request) {
    return Optional.ofNullable(watermarks.get(Fingerprint.of(request.json())));
  }

  /// The request was completed by work that began after the watermark.
  synchronized void complete(Request request, Instant watermark) {
    watermarks.merge(
        Fingerprint.of(request.json()),
        watermark,
        (old, added) -> old.isAfter(added) ? old : added);
  }
}
