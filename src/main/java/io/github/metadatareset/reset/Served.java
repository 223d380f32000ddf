package io.github.metadatareset.reset;

import io.github.metadatareset.request.Fingerprint;
import io.github.metadatareset.request.Request;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers from invocation to invocation which requests were served, and as of when, so that a
/// burst of equal messages costs a handful of calls.
///
/// Only SQS's clock is compared with SQS's clock: a request served in a batch of which a message
/// was first received at T covers what was sent before T, as the work began after that. Forgetting
/// costs only a call.
public final class Served {

  private static final int CAPACITY = 10_000;

  /// By fingerprint, as a request may be a mebibyte long.
  private final Map<Fingerprint, Instant> marks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Fingerprint, Instant> eldest) {
          return size() > CAPACITY;
        }
      };

  /// Whether the request was served after a message with it had been sent.
  public synchronized boolean covers(Request request, Optional<Instant> sent) {
    Instant mark = marks.get(Fingerprint.of(request.json()));
    return mark != null && sent.filter(time -> time.isBefore(mark)).isPresent();
  }

  /// The request was served by work that began after `mark`.
  public synchronized void served(Request request, Instant mark) {
    marks.merge(Fingerprint.of(request.json()), mark, (old, now) -> old.isAfter(now) ? old : now);
  }
}
