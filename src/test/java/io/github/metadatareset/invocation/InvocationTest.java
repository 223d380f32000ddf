package io.github.metadatareset.invocation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.HandlerFixture;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.InvocationInterruptedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InvocationTest {

  private static final int CONCURRENT_CALLS = 3;

  private final Invocation invocation =
      Invocation.of(
          new Limits(12, CONCURRENT_CALLS, 1000, AllowedProfiles.ALL),
          HandlerFixture.of(_ -> null, null, null).services().get(),
          "function",
          "request-1",
          Duration.ofMinutes(2));

  @Test
  void theResultsOfStepsAreInTheOrderOfTheItems() {
    CountDownLatch othersAreDone = new CountDownLatch(2);

    List<String> results =
        invocation.concurrently(
            List.of("a", "b", "c"),
            item -> {
              if (item.equals("a")) {
                await(othersAreDone);
              } else {
                othersAreDone.countDown();
              }
              return item + item;
            });

    assertEquals(List.of("aa", "bb", "cc"), results);
  }

  @Test
  void noItemsHaveNoResults() {
    assertEquals(List.of(), invocation.concurrently(List.of(), item -> item));
  }

  @Test
  void aSlowStepDelaysNoLaterOne() {
    CountDownLatch allOthers = new CountDownLatch(19);
    List<Integer> items = IntStream.range(0, 20).boxed().toList();

    assertEquals(
        items,
        invocation.concurrently(
            items,
            item -> {
              if (item == 0) {
                await(allOthers);
              } else {
                allOthers.countDown();
              }
              return item;
            }));
  }

  @Test
  void asManyStepsAsCallsAreUnderWay() {
    BlockingQueue<Integer> started = new LinkedBlockingQueue<>();
    Semaphore mayEnd = new Semaphore(0);
    Thread caller =
        Thread.startVirtualThread(
            () ->
                invocation.concurrently(
                    List.of(0, 1, 2, 3, 4),
                    item -> {
                      started.add(item);
                      mayEnd.acquireUninterruptibly();
                      return item;
                    }));
    for (int first = 0; first < CONCURRENT_CALLS; first++) {
      take(started);
    }
    assertTrue(started.isEmpty());

    mayEnd.release();
    assertEquals(3, take(started));

    mayEnd.release(4);
    join(caller);
  }

  @Test
  void theExceptionOfAStepIsThrownWhenTheOthersAreDone() {
    BlockingQueue<Integer> done = new LinkedBlockingQueue<>();
    IllegalStateException failure = new IllegalStateException("of a step");

    assertEquals(
        failure,
        assertThrows(
            IllegalStateException.class,
            () ->
                invocation.concurrently(
                    List.of(0, 1, 2, 3, 4, 5),
                    item -> {
                      if (item == 0) {
                        throw failure;
                      }
                      done.add(item);
                      return item;
                    })));
    assertEquals(5, done.size());
  }

  @Test
  void anInterruptEndsTheStepsAndTheInvocation() {
    BlockingQueue<String> events = new LinkedBlockingQueue<>();
    Thread caller =
        Thread.startVirtualThread(
            () -> {
              assertThrows(
                  InvocationInterruptedException.class,
                  () -> invocation.concurrently(List.of(1), _ -> untilInterrupted(events)));
              events.add("thrown, interrupted: " + Thread.interrupted());
            });
    assertEquals("started", take(events));

    caller.interrupt();

    assertEquals("interrupted", take(events));
    assertEquals("thrown, interrupted: true", take(events));
    join(caller);
  }

  private static boolean untilInterrupted(BlockingQueue<String> events) {
    events.add("started");
    try {
      new Semaphore(0).acquire();
    } catch (InterruptedException _) {
      events.add("interrupted");
    }
    return true;
  }

  private static <T> T take(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
