package io.github.metadatareset.fuzzing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.code_intelligence.jazzer.mutation.annotation.WithSize;
import com.code_intelligence.jazzer.mutation.utils.PropertyConstraint;
import io.github.metadatareset.invocation.LoneFunction;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is in the messages of a batch and whatever AppFlow answers, every message ends in one
/// way.
class BatchFuzzTest {

  @MethodSource("messages")
  @FuzzTest
  void isAccountedFor(
      @NotNull(constraint = PropertyConstraint.RECURSIVE) @WithSize(max = 4)
          List<HostileMessage> messages,
      int trouble,
      @NotNull String code,
      @NotNull String message) {
    LoneFunction function = new LoneFunction(FuzzedAppFlow.failing(trouble, code, message));

    String answer = function.invoke(HostileMessage.batch(messages));

    Reckoning.assertBalanced(function, messages, answer);
  }

  /// With an AppFlow that obliges, that refuses everything for good, and that fails throughout.
  static Stream<Arguments> messages() throws IOException {
    return EventReaderFuzzTest.events()
        .map(event -> new HostileMessage("m", new String(event, UTF_8), "cause", "group", 1))
        .flatMap(
            message ->
                Stream.of(0, 63, -1)
                    .map(trouble -> Arguments.of(List.of(message), trouble, "Code", "message")));
  }
}
