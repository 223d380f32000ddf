package io.github.metadatareset.reset;

import io.github.metadatareset.request.Request;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Remembers from invocation to invocation which requests were served, and as of when, so that a
/// burst of equal messages costs a handful of calls.
///
/// Only SQS's clock is compared with SQS's clock: a request served in a batch of which a message
/// was first received at T covers what was sent before T, as the work began after that. Forgetting
/// costs only a call. Of a request it keeps a digest, as it may be as long as a message.
public final class Served {

  private static final int CAPACITY = 10_000;

  private final Map<String, Instant> marks =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
          return size() > CAPACITY;
        }
      };

  /// Whether the request was served after a message with it had been sent.
  public boolean covers(Request request, Optional<Instant> sent) {
    String digest = digest(request);
    synchronized (marks) {
      Instant mark = marks.get(digest);
      return mark != null && sent.filter(time -> time.isBefore(mark)).isPresent();
    }
  }

  /// The request was served by work that began after `mark`.
  public void served(Request request, Instant mark) {
    String digest = digest(request);
    synchronized (marks) {
      marks.merge(digest, mark, (old, now) -> old.isAfter(now) ? old : now);
    }
  }

  private static String digest(Request request) {
    try {
      byte[] json = request.json().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
