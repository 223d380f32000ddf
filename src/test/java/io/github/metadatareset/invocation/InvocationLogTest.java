package io.github.metadatareset.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.fuzzing.MaliciousInput;
import io.github.metadatareset.fuzzing.MaliciousMessage;
import io.github.metadatareset.fuzzing.StrictFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.Connector;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// No input can forge a log line: not a message with its ID and attributes, and not an error of
/// AppFlow. [LogLines] checks the form of every line.
class InvocationLogTest {

  @Test
  void aBatchCannotForgeLogLines() {
    new RandomCases(600)
        .check(
            random -> {
              MaliciousInput input = new MaliciousInput(random);
              List<MaliciousMessage> messages = input.messages();
              StrictFunction function = new StrictFunction(input.appFlow());

              String answer = function.invoke(MaliciousMessage.batch(messages));

              LogLines log = function.log();
              assertEquals(log.all().getLast(), log.invocation());
              assertEquals(returned(answer), log.count("returned"));
              assertEquals(function.deadLetters().size(), log.count("dead-lettered"));
              assertTrue(log.all().size() <= 3 * messages.size() + 1, log::toString);
            });
  }

  @Test
  void aDirectInvocationCannotForgeLogLines() {
    new RandomCases(600)
        .check(
            random -> {
              MaliciousInput input = new MaliciousInput(random);
              StrictFunction function = new StrictFunction(input.appFlow());

              try {
                function.invoke(input.body().getBytes(UTF_8));
              } catch (RequestFailedException | IncompleteResetException e) {
                // Lambda writes the message into the same log.
                assertTrue(e.getMessage().matches("[ -~]+"), e::getMessage);
              }

              LogLines log = function.log();
              long ofAWait = log.resets().size() + log.count("not done") + log.count("skipped");
              assertTrue(log.all().size() <= 3 + ofAWait, log::toString);
            });
  }

  @Test
  void linesOfResetsAreWrittenWithTheNextOtherLine() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    InvocationLog log =
        new InvocationLog(new PrintStream(out), InstantSource.system(), "function", "request");
    ResetCall call =
        new ResetCall(
            new Connector.WithoutProfile(ConnectorType.S3),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    log.reset(call, "first", Duration.ZERO);
    assertEquals(0, out.size());
    log.invocation(List.of("first"), Map.of());
    assertEquals(List.of("reset", "invocation"), messages(out));
    IntStream.range(0, 1001).forEach(_ -> log.reset(call, "next", Duration.ZERO));
    assertEquals(1002, messages(out).size(), "no more than a thousand wait");
  }

  private static List<String> messages(ByteArrayOutputStream out) {
    return out.toString(UTF_8)
        .lines()
        .map(line -> JsonValue.parse(line, "").text("message").orElseThrow())
        .toList();
  }

  private static int returned(String answer) {
    return JsonValue.parse(answer, "")
        .member("batchItemFailures")
        .orElseThrow()
        .asList("ids")
        .size();
  }
}
