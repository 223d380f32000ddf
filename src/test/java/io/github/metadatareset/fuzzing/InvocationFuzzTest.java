package io.github.metadatareset.fuzzing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.provider.MethodSource;

/// The function answers or refuses every event. Every message of a batch has one outcome.
class InvocationFuzzTest {

  @MethodSource("io.github.metadatareset.fuzzing.EventReaderFuzzTest#events")
  @FuzzTest
  void answersOrRefusesEveryEvent(byte[] event) {
    StrictFunction function = new StrictFunction(FuzzedAppFlow.working());

    try {
      String answer = function.invoke(event);
      SqsMessage.batch(JsonValue.parse(event))
          .ifPresentOrElse(
              batch -> DeliveryAssertions.assertOneOutcomeEach(function, messages(batch), answer),
              () -> assertAnswersDirectly(answer));
    } catch (IncompleteResetException e) {
      assertTrue(e.getMessage().matches("[ -~]{1,8191}"), e::getMessage);
    } catch (RequestFailedException e) {
      assertTrue(e.getMessage().matches("[ -~]+"), e::getMessage);
      assertTrue(function.log().all().size() <= 2, () -> function.log().toString());
    }
  }

  private static List<MaliciousMessage> messages(List<SqsMessage> batch) {
    return batch.stream()
        .map(
            message ->
                new MaliciousMessage(
                    message.messageId(), message.body(), message.correlationId(), "", 1))
        .toList();
  }

  private static void assertAnswersDirectly(String answer) {
    JsonValue json = JsonValue.parse(answer, "");
    assertEquals(
        json.has("calls")
            ? List.of(
                "calls", "rejected", "skipped", "counts", "complete", "notes", "correlationId")
            : List.of("reset", "queued", "correlationId"),
        json.memberNames());
    assertEquals(Optional.of(TestFunction.REQUEST_ID), json.text("correlationId"));
  }
}
