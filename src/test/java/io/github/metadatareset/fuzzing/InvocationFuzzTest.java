package io.github.metadatareset.fuzzing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.github.metadatareset.invocation.LoneFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.queue.SqsMessage;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever the function is invoked with, it answers or refuses, and accounts for every message.
class InvocationFuzzTest {

  @MethodSource("io.github.metadatareset.fuzzing.EventReaderFuzzTest#events")
  @FuzzTest
  void isAnsweredOrRefused(byte[] event) {
    LoneFunction function = new LoneFunction(FuzzedAppFlow.obliging());

    try {
      String answer = function.invoke(event);
      SqsMessage.batch(JsonValue.parse(event))
          .ifPresentOrElse(
              batch -> Reckoning.assertBalanced(function, messages(batch), answer),
              () -> assertAnswersDirectly(answer));
    } catch (RequestFailedException e) {
      assertTrue(e.getMessage().matches("[ -~]+"), e::getMessage);
      assertTrue(function.log().all().size() <= 2, () -> function.log().toString());
    }
  }

  private static List<HostileMessage> messages(List<SqsMessage> batch) {
    return batch.stream()
        .map(
            message ->
                new HostileMessage(
                    message.messageId(), message.body(), message.correlationId(), "", 1))
        .toList();
  }

  private static void assertAnswersDirectly(String answer) {
    JsonValue json = JsonValue.parse(answer, "");
    assertEquals(List.of("reset", "queued", "correlationId"), json.memberNames());
    assertEquals(Optional.of(LoneFunction.REQUEST_ID), json.text("correlationId"));
  }
}
