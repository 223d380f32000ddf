package io.github.metadatareset.reset;

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
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServedTest {

  private static final int CAPACITY = 10_000;

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final Request ACCOUNT = entity("Account");

  private final Served served = new Served();

  @Test
  void coversWhatWasSentBeforeTheWorkBegan() {
    served.served(ACCOUNT, NOON);

    assertTrue(covers(ACCOUNT, NOON.minusMillis(1)));
    assertTrue(covers(ACCOUNT, NOON.minusSeconds(86_400)));
  }

  @Test
  void coversNothingThatWasSentInTheSameMillisecondOrLater() {
    served.served(ACCOUNT, NOON);

    assertFalse(covers(ACCOUNT, NOON));
    assertFalse(covers(ACCOUNT, NOON.plusMillis(1)));
  }

  @Test
  void neverCoversAMessageOfWhichNoOneKnowsWhenItWasSent() {
    served.served(ACCOUNT, NOON);

    assertFalse(served.covers(ACCOUNT, Optional.empty()));
  }

  @Test
  void coversAnEqualRequestAndNoOther() {
    served.served(ACCOUNT, NOON);

    assertTrue(covers(entity("Account"), NOON.minusMillis(1)));
    assertFalse(covers(entity("Contact"), NOON.minusMillis(1)));
    assertFalse(covers(new Request.Several(List.of(ACCOUNT)), NOON.minusMillis(1)));
  }

  @Test
  void keepsTheGreatestMarkInWhateverOrderTheyCome() {
    served.served(ACCOUNT, NOON);
    served.served(ACCOUNT, NOON.minusSeconds(60));
    assertTrue(covers(ACCOUNT, NOON.minusMillis(1)), "a batch that ends late takes nothing back");

    served.served(ACCOUNT, NOON.plusSeconds(60));
    assertTrue(covers(ACCOUNT, NOON.plusSeconds(59)));
    assertFalse(covers(ACCOUNT, NOON.plusSeconds(60)));
  }

  @Test
  void remembersTenThousandRequestsAndForgetsTheOneThatWasLeastRecentlyUsed() {
    serve(0, CAPACITY);
    assertEquals(CAPACITY, remembered(0, CAPACITY));

    serve(CAPACITY, CAPACITY + 1);

    assertEquals(0, remembered(0, 1), "the first is forgotten");
    assertEquals(CAPACITY, remembered(1, CAPACITY + 1), "and no other");
  }

  @Test
  void takesBeingAskedForAndBeingServedAgainForUse() {
    serve(0, CAPACITY);
    covers(entity("Entity0"), NOON);
    served.served(entity("Entity1"), NOON.minusSeconds(1));

    serve(CAPACITY, CAPACITY + 2);

    assertEquals(2, remembered(0, 2), "used just before");
    assertEquals(0, remembered(2, 4), "the next ones went instead");
  }

  /// Ten thousand of up to a megabyte would be more than the function has.
  @Test
  void keepsNoRequestInMemory() {
    WeakReference<Request> request = new WeakReference<>(entity("Contact"));
    served.served(request.get(), NOON);

    for (int i = 0; i < 10 && !request.refersTo(null); i++) {
      System.gc();
    }

    assertTrue(request.refersTo(null));
    assertTrue(covers(entity("Contact"), NOON.minusMillis(1)));
  }

  private void serve(int from, int to) {
    IntStream.range(from, to).forEach(i -> served.served(entity("Entity" + i), NOON));
  }

  private long remembered(int from, int to) {
    return IntStream.range(from, to)
        .filter(i -> covers(entity("Entity" + i), NOON.minusMillis(1)))
        .count();
  }

  private boolean covers(Request request, Instant sent) {
    return served.covers(request, Optional.of(sent));
  }

  private static Request entity(String name) {
    return new Request.OfConnector(
        new NamedProfile(new ProfileName("crm")), new Entities.One(new EntityName(name)));
  }
}
