package io.github.metadatareset.invocation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.fuzzing.HostileMessage;
import io.github.metadatareset.fuzzing.RandomHostility;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.random.RandomCases;
import io.github.metadatareset.request.RequestFailedException;
import java.util.List;
import org.junit.jupiter.api.Test;

/// No content forges a line of the log: not that of messages, of their ids and attributes, nor that
/// of AppFlow's errors. [LogLines] holds the form of every line.
class InvocationLogTest {

  @Test
  void tellsOfABatchInLinesOfItsOwnAlone() {
    new RandomCases(600)
        .check(
            random -> {
              RandomHostility hostility = new RandomHostility(random);
              List<HostileMessage> messages = hostility.messages();
              LoneFunction function = new LoneFunction(hostility.appFlow());

              String answer = function.invoke(HostileMessage.batch(messages));

              LogLines log = function.log();
              assertEquals(log.all().getLast(), log.invocation());
              assertEquals(returned(answer), log.count("returned"));
              assertEquals(function.buried().size(), log.count("dead-lettered"));
              assertTrue(log.all().size() <= 3 * messages.size() + 1, log::toString);
            });
  }

  @Test
  void tellsOfADirectInvocationInLinesOfItsOwnAlone() {
    new RandomCases(600)
        .check(
            random -> {
              RandomHostility hostility = new RandomHostility(random);
              LoneFunction function = new LoneFunction(hostility.appFlow());

              try {
                function.invoke(hostility.body().getBytes(UTF_8));
              } catch (RequestFailedException e) {
                // Lambda writes it into the same log.
                assertTrue(e.getMessage().matches("[ -~]+"), e::getMessage);
              }

              assertTrue(function.log().all().size() <= 3, () -> function.log().toString());
            });
  }

  private static int returned(String answer) {
    return JsonValue.parse(answer, "")
        .member("batchItemFailures")
        .orElseThrow()
        .asList("ids")
        .size();
  }
}
