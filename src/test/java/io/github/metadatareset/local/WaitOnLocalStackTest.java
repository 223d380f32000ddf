package io.github.metadatareset.local;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import io.github.metadatareset.invocation.IncompleteResetException;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.AppFlowAccount.Profile;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A sender waits for the names and two entities of each of 20 profiles, with the real SDK.
@LongSuite("A sender that waits gets the exact count, or a failure that names what is missing.")
class WaitOnLocalStackTest {

  private static final String RESET = "ResetConnectorMetadataCache";
  private static final int PROFILES = 20;

  private static final String REQUEST =
      """
      {"requests": [
        {"connectorProfileName": "crm-*"},
        {"connectorProfileName": "crm-*", "entities": ["Account", "Lead"]}],
       "wait": true}""";

  private static LocalStack stack;

  @BeforeAll
  static void start() {
    AppFlowAccount account = new AppFlowAccount();
    for (int i = 0; i < PROFILES; i++) {
      String profile = "crm-" + i;
      account
          .addProfile(Profile.of(profile, "Salesforce"))
          .addEntity(profile, "Account")
          .addEntity(profile, "Lead");
    }
    stack = LocalStack.start(account);
  }

  @AfterAll
  static void stop() {
    stack.close();
  }

  @BeforeEach
  void forgetCalls() {
    stack.appFlow().faults().clear();
    stack.appFlow().forgetCalls();
  }

  @AfterEach
  void nothingIsInAQueue() {
    assertEquals(List.of(), stack.queues().takeAll(stack.queues().requestQueueUrl()));
    assertEquals(List.of(), stack.queues().deadLetters());
  }

  @Test
  void theAnswerHasTheExactCount() throws IOException {
    assertAllReset(stack.invoke(REQUEST));
  }

  @Test
  void throttledCallsAreRepeatedUntilAppFlowAcceptsThem() throws IOException {
    stack.appFlow().faults().rateLimit(RESET, 20);

    assertAllReset(stack.invoke(REQUEST));
  }

  private static void assertAllReset(String answer) {
    assertEquals(3 * PROFILES, JsonValue.parse(answer, "").member("reset").orElseThrow().content());
    assertEquals(3 * PROFILES, stack.resets().size());
    assertEquals(3 * PROFILES, Set.copyOf(stack.resets()).size());
  }

  @Test
  void aFailureNamesTheEntityThatWasNotReset() {
    stack
        .appFlow()
        .faults()
        .always(
            RESET,
            Fault.error(404, "ResourceNotFoundException", "no such entity"),
            call ->
                "Lead".equals(call.get("connectorEntityName"))
                    && "crm-7".equals(call.get("connectorProfileName")));

    String message =
        assertThrows(IncompleteResetException.class, () -> stack.invoke(REQUEST)).getMessage();

    assertEquals(
        "1 not done, 59 reset. Not done: {\"connectorProfileName\":\"crm-7\","
            + "\"connectorType\":\"Salesforce\",\"connectorEntityName\":\"Lead\"}:"
            + " ResourceNotFoundException: no such entity",
        message);
    assertTrue(!stack.resets().contains("crm-7 Salesforce Lead"), () -> stack.resets().toString());
  }
}
