package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.request.Connector.NamedProfile;
import io.github.metadatareset.request.Entities;
import io.github.metadatareset.request.EntityName;
import io.github.metadatareset.request.ProfileName;
import io.github.metadatareset.request.Request;
import java.lang.ref.WeakReference;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CompletedRequestsTest {

  private static final int CAPACITY = 10_000;

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Request ACCOUNT = entity("Account");

  private final CompletedRequests completed = new CompletedRequests();

  @Test
  void aRequestSentBeforeTheWatermarkIsADuplicate() {
    completed.complete(ACCOUNT, NOON);

    assertTrue(isDuplicate(ACCOUNT, NOON.minusMillis(1)));
    assertTrue(isDuplicate(ACCOUNT, NOON.minusSeconds(86_400)));
  }

  @Test
  void aRequestSentAtTheWatermarkOrLaterIsNotADuplicate() {
    completed.complete(ACCOUNT, NOON);

    assertFalse(isDuplicate(ACCOUNT, NOON));
    assertFalse(isDuplicate(ACCOUNT, NOON.plusMillis(1)));
  }

  @Test
  void onlyEqualRequestsShareAWatermark() {
    completed.complete(ACCOUNT, NOON);

    assertTrue(isDuplicate(entity("Account"), NOON.minusMillis(1)));
    assertFalse(isDuplicate(entity("Contact"), NOON.minusMillis(1)));
    assertFalse(isDuplicate(new Request.Several(List.of(ACCOUNT)), NOON.minusMillis(1)));
  }

  @Test
  void keepsTheLatestWatermark() {
    completed.complete(ACCOUNT, NOON);
    completed.complete(ACCOUNT, NOON.minusSeconds(60));
    assertTrue(isDuplicate(ACCOUNT, NOON.minusMillis(1)), "an earlier watermark changes nothing");

    completed.complete(ACCOUNT, NOON.plusSeconds(60));
    assertTrue(isDuplicate(ACCOUNT, NOON.plusSeconds(59)));
    assertFalse(isDuplicate(ACCOUNT, NOON.plusSeconds(60)));
  }

  @Test
  void remembersTenThousandRequestsAndForgetsTheLeastRecentlyUsed() {
    complete(0, CAPACITY);
    assertEquals(CAPACITY, remembered(0, CAPACITY));

    complete(CAPACITY, CAPACITY + 1);

    assertEquals(0, remembered(0, 1), "the first is forgotten");
    assertEquals(CAPACITY, remembered(1, CAPACITY + 1), "and no other");
  }

  @Test
  void readingAndCompletingCountAsUse() {
    complete(0, CAPACITY);
    isDuplicate(entity("Entity0"), NOON);
    completed.complete(entity("Entity1"), NOON.minusSeconds(1));

    complete(CAPACITY, CAPACITY + 2);

    assertEquals(2, remembered(0, 2), "used just before");
    assertEquals(0, remembered(2, 4), "the next ones went instead");
  }

  /// Ten thousand requests of up to 1 MiB would exceed the memory of the function.
  @Test
  void keepsNoRequestInMemory() {
    WeakReference<Request> request = new WeakReference<>(entity("Contact"));
    completed.complete(request.get(), NOON);

    for (int i = 0; i < 10 && !request.refersTo(null); i++) {
      System.gc();
    }

    assertTrue(request.refersTo(null));
    assertTrue(isDuplicate(entity("Contact"), NOON.minusMillis(1)));
  }

  private void complete(int from, int to) {
    IntStream.range(from, to).forEach(i -> completed.complete(entity("Entity" + i), NOON));
  }

  private long remembered(int from, int to) {
    return IntStream.range(from, to)
        .filter(i -> isDuplicate(entity("Entity" + i), NOON.minusMillis(1)))
        .count();
  }

  private boolean isDuplicate(Request request, Instant sent) {
    return completed.watermark(request).filter(sent::isBefore).isPresent();
  }

  private static Request entity(String name) {
    return new Request.OfConnector(
        new NamedProfile(new ProfileName("crm")), new Entities.One(new EntityName(name)));
  }
}
