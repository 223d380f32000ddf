package io.github.metadatareset.fuzzing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithSize;
import com.code_intelligence.jazzer.mutation.utils.PropertyConstraint;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every message of a batch has one outcome, for any messages and any responses of AppFlow.
class BatchFuzzTest {

  @MethodSource("messages")
  @FuzzTest
  void everyMessageHasOneOutcome(
      @NotNull(constraint = PropertyConstraint.RECURSIVE) @WithSize(max = 4)
          List<MaliciousMessage> messages,
      int faults,
      @NotNull String code,
      @NotNull String message) {
    StrictFunction function = new StrictFunction(FuzzedAppFlow.failing(faults, code, message));

    String answer = function.invoke(MaliciousMessage.batch(messages));

    DeliveryAssertions.assertOneOutcomeEach(function, messages, answer);
  }

  /// With an AppFlow that works, one that fails permanently, and one where everything fails.
  static Stream<Arguments> messages() throws IOException {
    return EventReaderFuzzTest.events()
        .map(
            event ->
                new MaliciousMessage("m", new String(event, UTF_8), "correlation-id", "group", 1))
        .flatMap(
            message ->
                Stream.of(0, 63, -1)
                    .map(faults -> Arguments.of(List.of(message), faults, "Code", "message")));
  }
}
