package io.github.metadatareset;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static io.github.metadatareset.plan.FakeAppFlow.use;
import static io.github.metadatareset.queue.TestMessage.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.invocation.LogLines;
import io.github.metadatareset.invocation.TestFunction;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.TestMessage;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The outcomes that docs/requests.md describes, with a fake AppFlow and fake queues.
class MetadataResetHandlerTest {

  private static final String ACCOUNT =
      "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Account'}";
  private static final String LEAD =
      "{'connectorProfileName':'crm','connectorType':'Salesforce','connectorEntityName':'Lead'}";
  private static final Failure.Throttled THROTTLED =
      new Failure.Throttled("ThrottlingException", "Rate exceeded");
  private static final Failure.Denied DENIED =
      new Failure.Denied("AccessDeniedException", "not authorized");
  private static final Failure.Permanent MISSING =
      new Failure.Permanent("ResourceNotFoundException", "no such profile");

  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final int MAX_RECEIVE_COUNT = 12;
  private static final int MAX_CALLS_PER_EVENT = 100;

  private final FakeAppFlow appFlow = new FakeAppFlow();
  private final FakeQueues queues = new FakeQueues();
  private final TestFunction function =
      new TestFunction(
          HandlerFixture.of(_ -> appFlow, queues, queues)
              .limits(new Limits(MAX_RECEIVE_COUNT, 8, MAX_CALLS_PER_EVENT, AllowedProfiles.ALL))
              .clock(InstantSource.fixed(NOON)));

  @Nested
  class Messages {

    @Test
    void makesTheCallAndDeletesTheMessage() {
      assertEquals(List.of(), returned(message("a", ACCOUNT)));

      assertEquals(List.of(ACCOUNT), resets());
      assertEquals(List.of(), queues.deadLetters());
    }

    @Test
    void splitsARequestAndDeletesItsMessage() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);

      assertEquals(
          List.of(),
          returned(message("m", "{'connectorProfileName':'a*'}").withCorrelationId("c1")));

      assertEquals(
          List.of(
              "{'connectorProfileName':'a1','connectorType':'Slack'}",
              "{'connectorProfileName':'a2','connectorType':'Slack'}"),
          queues.requests());
      assertEquals(List.of("c1", "c1"), queues.correlationIds());
      assertEquals(List.of(), resets());
      assertEquals(0, function.log().count("nothing to reset"));
    }

    @Test
    void makesTheCallIfASplitResultsInOneCall() {
      appFlow.profile("a1", ConnectorType.SLACK);

      assertEquals(List.of(), returned(message("m", "{'connectorProfileName':'a*'}")));

      assertEquals(List.of("{'connectorProfileName':'a1','connectorType':'Slack'}"), resets());
      assertEquals(List.of(), queues.requests());
    }

    @Test
    void logsWhyAMessageIsIgnored() {
      String ownCall =
          "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
              + "{'eventSource':'appflow.amazonaws.com','eventName':'ResetConnectorMetadataCache'}}";

      assertEquals(List.of(), returned(message("a", ownCall)));

      assertEquals(List.of(), resets());
      assertEquals(1L, metric("Ignored"));
      assertEquals("a", line("ignored").text("correlationId").orElseThrow());
    }

    @Test
    void sendsADeadLetterWithTheReasonAndTheUnchangedBodyForAMalformedMessage() {
      assertEquals(List.of(), returned(message("a", "{'connectorProfile':'crm'}")));

      DeadLetter deadLetter = queues.deadLetters().getFirst();
      assertEquals("{\"connectorProfile\":\"crm\"}", deadLetter.body());
      assertEquals("InvalidRequest", deadLetter.attributes().get("ErrorCode"));
      assertTrue(
          deadLetter
              .attributes()
              .get("ErrorMessage")
              .startsWith("/connectorProfile: \"crm\"; expected"),
          deadLetter.attributes().get("ErrorMessage"));
      assertEquals("request-1", deadLetter.attributes().get("RequestID"));
      assertEquals("a", deadLetter.attributes().get("CorrelationId"));
      assertEquals("a", deadLetter.attributes().get("SourceMessageId"));
      assertEquals("1", deadLetter.attributes().get("ReceiveCount"));
      assertEquals(1L, metric("Rejected"));
      assertEquals(1L, metric("DeadLetters"));
    }

    @Test
    void sendsADeadLetterAtOnceAfterAPermanentFailure() {
      appFlow.resetsFailing(_ -> Optional.of(MISSING));

      assertEquals(List.of(), returned(message("a", ACCOUNT)));

      assertEquals(MISSING, queues.deadLetters().getFirst().failure());
    }

    @Test
    void returnsAMessageWithABackoffAfterARetryableFailure() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(List.of("a"), returned(message("a", ACCOUNT).received(3)));

      assertEquals(List.of(), queues.deadLetters());
      Duration delay = queues.delays().get("a");
      assertTrue(delay.compareTo(Duration.ofSeconds(20)) <= 0, delay::toString);
      assertEquals(1L, metric("Returned"));
      assertEquals(1L, metric("Throttled"));
    }

    @Test
    void sendsADeadLetterAfterARetryableFailureOnTheLastReceive() {
      appFlow.resetsFailing(_ -> Optional.of(DENIED));

      assertEquals(List.of(), returned(message("a", ACCOUNT).received(MAX_RECEIVE_COUNT)));

      assertEquals(DENIED, queues.deadLetters().getFirst().failure());
      assertEquals(1L, metric("Denied"));
    }

    @Test
    void returnsAMessageWhoseDeadLetterWasRefused() {
      queues.refuseDeadLetters("{\"x\":1}");

      assertEquals(List.of("a"), returned(message("a", "{'x':1}"), message("b", "{'y':1}")));

      assertEquals(1, queues.deadLetters().size());
      assertEquals("a", line("dead letter not accepted").text("correlationId").orElseThrow());
    }

    @Test
    void returnsAMessageIfASubRequestWasNotEnqueued() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);
      queues.refuseRequests();

      assertEquals(List.of("a"), returned(message("a", "{'connectorProfileName':'a*'}")));
    }

    @Test
    void dividesTheRemainingCallsAmongTheSubRequests() {
      appFlow.entities("chat", leaf("users"), parent("channels"), parent("files"));

      returned(
          message("a", "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}"));

      // of 100: less the list of names and the three entities, divided between two with children
      assertEquals(List.of(48, 48, 48, 48, 48), queues.maxCalls());
    }

    @Test
    void sendsADeadLetterAndEnqueuesNothingIfARequestNeedsTooManyCalls() {
      String list =
          "{'connectorProfileName':'crm','connectorType':'Slack','entities':['A','B','C']}";

      assertEquals(
          List.of(),
          returned(
              message("a", list).maxCalls(2), message("b", list.replace("crm", "ok")).maxCalls(3)));

      assertEquals("TooManyCalls", queues.deadLetters().getFirst().failure().code());
      assertEquals(1, queues.deadLetters().size());
      assertEquals(3, queues.requests().size());
    }

    @Test
    void usesTheHighestCallLimitOfEqualRequests() {
      String list =
          "{'connectorProfileName':'crm','connectorType':'Slack','entities':['A','B','C']}";

      returned(message("a", list).maxCalls(2), message("b", list), message("c", list).maxCalls(3));

      assertEquals(List.of(), queues.deadLetters());
      assertEquals(List.of("b", "b", "b"), queues.correlationIds());
    }

    @Test
    void sendsADeadLetterForARejectedSubRequestAlone() {
      appFlow.entities("chat", parent("a;b"), leaf("users"));
      String all = "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}";

      assertEquals(List.of(), returned(message("a", all)));

      assertEquals(2, queues.requests().size());
      assertEquals("InvalidEntitiesPath", queues.deadLetters().getFirst().failure().code());
      assertEquals("InvalidEntitiesPath", line("dead-lettered").text("errorCode").orElseThrow());
      assertEquals(1L, metric("DeadLetters"));
      assertEquals(1L, metric("Resets"));
      assertEquals(2L, metric("SubRequests"));
    }

    @Test
    void namesTheFlowInTheDeadLetterOfAnEntityThatWasResetBecauseOfIt() {
      appFlow.profile("crm", ConnectorType.SALESFORCE).withFlow("nightly", use("crm", "Account"));
      appFlow.resetsFailing(
          call -> isFor(call, "Account") ? Optional.of(MISSING) : Optional.empty());
      returned(message("m", "{'connectorProfileName':'crm','entities':'USED_BY_FLOWS'}"));

      assertEquals(List.of(Optional.empty(), Optional.of("nightly")), queues.flows());
      returned(message("e", queues.requests().get(1)).withFlows("nightly"));

      Map<String, String> attributes = queues.deadLetters().getFirst().attributes();
      assertEquals("no such profile (used by the flow nightly)", attributes.get("ErrorMessage"));
      assertEquals("nightly", attributes.get("Flows"), "so that a replay names it, too");
      assertEquals(ACCOUNT, queues.deadLetters().getFirst().body().replace('"', '\''));
    }

    @Test
    void namesTheFlowInTheDeadLetterOfASubRequestThatIsRejected() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("nightly", use("erp", "orders"));

      returned(message("m", "{'flowName':'nightly'}"));

      Map<String, String> attributes = queues.deadLetters().getFirst().attributes();
      assertEquals("NoApiVersion", attributes.get("ErrorCode"));
      assertTrue(attributes.get("ErrorMessage").endsWith(" (used by the flow nightly)"));
      assertEquals("nightly", attributes.get("Flows"));
    }

    /// So that one query shows a list with many typos as one event.
    @Test
    void theDeadLettersOfAListHaveTheCorrelationIdOfItsMessage() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);
      appFlow.resetsFailing(call -> isFor(call, "Lead") ? Optional.empty() : Optional.of(MISSING));
      returned(
          message("m", "{'connectorProfileName':'crm','entities':['Acount','Lead','Cntact']}")
              .withCorrelationId("c1"));
      List<String> elements = queues.requests();

      assertEquals(List.of("c1", "c1", "c1"), queues.correlationIds());
      returned(
          message("e1", elements.get(0)).withCorrelationId(queues.correlationIds().get(0)),
          message("e2", elements.get(1)).withCorrelationId(queues.correlationIds().get(1)),
          message("e3", elements.get(2)).withCorrelationId(queues.correlationIds().get(2)));

      assertEquals(
          List.of("c1", "c1"),
          queues.deadLetters().stream()
              .map(deadLetter -> deadLetter.attributes().get("CorrelationId"))
              .toList());
      assertEquals(2, function.log().count("dead-lettered"));
      assertEquals("c1", line("dead-lettered").text("correlationId").orElseThrow());
    }

    @Test
    void skipsAProfileOfAPatternWhoseVersionIsNotKnown() {
      appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

      assertEquals(List.of(), returned(message("a", "{'connectorProfileName':'*'}")));

      assertEquals(List.of(), queues.deadLetters());
      assertEquals(1L, metric("Skipped"));
      assertEquals(
          "no flow uses profile erp, and connector Erp supports the API versions [v1, v2]",
          line("skipped").text("errorMessage").orElseThrow());
      assertEquals(0, function.log().count("nothing to reset"));
    }

    @Test
    void ignoresAnEventAboutAFlowThatIsGone() {
      String created =
          "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
              + "{'eventSource':'appflow.amazonaws.com','eventName':'CreateFlow',"
              + "'requestParameters':{'flowName':'gone'}}}";

      assertEquals(List.of(), returned(message("a", created), message("b", "{'flowName':'gone'}")));

      assertEquals("a", line("ignored").text("correlationId").orElseThrow());
      assertEquals(
          List.of("b"),
          queues.deadLetters().stream().map(each -> each.source().messageId()).toList());
    }

    @Test
    void returnsAMessageIfTheDeadLetterOfASubRequestWasRefused() {
      appFlow.entities("chat", parent("a;b"));
      String all = "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}";
      queues.refuseDeadLetters(
          "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL','depth':1,'entitiesPath':'a;b'}"
              .replace('\'', '"'));

      assertEquals(List.of("a"), returned(message("a", all)));
    }

    @Test
    void warnsIfTheWildcardForAllProfilesMatchesNone() {
      assertEquals(List.of(), returned(message("a", "{'connectorProfileName':'*'}")));

      assertEquals("a", line("nothing to reset").text("correlationId").orElseThrow());
    }

    @Test
    void warnsAboutARetiredConnectorAndMakesTheCall() {
      returned(message("a", "{'connectorProfileName':'old','connectorType':'Honeycode'}"));

      assertEquals(1, resets().size());
      assertTrue(
          line("retired connector").text("errorMessage").orElseThrow().contains("Honeycode"));
    }

    @Test
    void returnsAMessageAfterAnUnexpectedException() {
      appFlow.resetsFailing(
          _ -> {
            throw new IllegalStateException("a bug");
          });

      assertEquals(List.of("a"), returned(message("a", ACCOUNT)));
    }

    @Test
    void returnsAMessageEvenIfItsBackoffCannotBeSet() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));
      queues.refuseDelays();

      assertEquals(List.of("a"), returned(message("a", ACCOUNT)));
      assertEquals("InternalError", line("backoff not set").text("errorCode").orElseThrow());
    }
  }

  @Nested
  class Batches {

    @Test
    void aFailedMessageDoesNotAffectTheOthers() {
      appFlow.resetsFailing(
          call -> isFor(call, "Lead") ? Optional.of(THROTTLED) : Optional.empty());

      assertEquals(List.of("b"), returned(message("a", ACCOUNT), message("b", LEAD)));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void equalRequestsAreOneCallAndHaveTheSameOutcome() {
      String other =
          "{'connectorEntityName':'Account','connectorType':'Salesforce','connectorProfileName':'crm'}";

      assertEquals(
          List.of(), returned(message("a", ACCOUNT), message("b", other), message("c", ACCOUNT)));
      assertEquals(List.of(ACCOUNT), resets());
      assertEquals(2L, metric("Duplicates"));

      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));
      assertEquals(List.of("a", "b"), returned(message("a", ACCOUNT), message("b", ACCOUNT)));
    }

    @Test
    void differentRequestsForTheSameCallAreOneCall() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      returned(
          message("a", ACCOUNT),
          message("b", "{'connectorProfileName':'crm','connectorEntityName':'Account'}"));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void equalRequestsAreSplitOnce() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);

      returned(
          message("a", "{'connectorProfileName':'a*'}"),
          message("b", "{'connectorProfileName':'a*'}"));

      assertEquals(2, queues.requests().size());
      assertEquals(List.of("DescribeConnectorProfiles"), appFlow.lookups());
    }

    @Test
    void looksUpAllProfilesOncePerBatch() {
      appFlow.profile("crm", ConnectorType.SALESFORCE).profile("chat", ConnectorType.SLACK);
      TestMessage[] batch = {
        message("a", "{'connectorProfileName':'crm'}"),
        message("b", "{'connectorProfileName':'chat'}"),
        message("c", "{'connectorProfileName':'crm','connectorEntityName':'Lead'}")
      };

      returned(batch);
      returned(batch);

      assertEquals(
          List.of("DescribeConnectorProfiles 2", "DescribeConnectorProfiles 2"), appFlow.lookups());
    }

    @Test
    void aMessageThatIsInTheBatchTwiceIsReturnedOnce() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(List.of("a"), returned(message("a", ACCOUNT), message("a", ACCOUNT)));
    }

    @Test
    void aMessageThatIsInTheBatchTwiceHasItsHigherReceiveCount() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(
          List.of(),
          returned(
              message("a", ACCOUNT).received(MAX_RECEIVE_COUNT),
              message("a", ACCOUNT).received(MAX_RECEIVE_COUNT - 1)));

      assertEquals(1, queues.deadLetters().size());
    }

    @Test
    void makesNoCallWithoutTimeLeft() {
      TestFunction late =
          new TestFunction(
              HandlerFixture.of(
                      deadline ->
                          new FakeAppFlow()
                              .resetsFailing(
                                  _ -> {
                                    deadline.remaining();
                                    return Optional.empty();
                                  }),
                      queues,
                      queues)
                  .clock(InstantSource.fixed(NOON)));

      assertEquals(List.of("a"), late.returned(Duration.ZERO, message("a", ACCOUNT)));
      assertEquals(Optional.of("OutOfTime"), late.log().errorCode("returned"));
    }

    @Test
    void splitsNothingWithoutTimeLeft() {
      assertEquals(
          List.of("a"),
          function.returned(Duration.ZERO, message("a", "{'connectorProfileName':'a*'}")));

      assertEquals(List.of(), appFlow.lookups());
      assertEquals("OutOfTime", line("returned").text("errorCode").orElseThrow());
    }

    @Test
    void sendsDeadLettersAfterTheTimeForCallsIsOver() {
      assertEquals(List.of(), returnedAfterACallOf(Duration.ofSeconds(111)));

      assertEquals(1, queues.deadLetters().size());
    }

    @Test
    void returnsMessagesThatCannotBeSettledBeforeTheTimeout() {
      assertEquals(List.of("a"), returnedAfterACallOf(Duration.ofSeconds(116)));

      assertEquals(List.of(), queues.deadLetters());
      assertEquals(Map.of(), queues.delays());
    }

    /// The call fails permanently, after some of the function's two minutes.
    private List<String> returnedAfterACallOf(Duration duration) {
      AtomicReference<Instant> now = new AtomicReference<>(NOON);
      appFlow.resetsFailing(
          _ -> {
            now.set(NOON.plus(duration));
            return Optional.of(MISSING);
          });
      return new TestFunction(HandlerFixture.of(_ -> appFlow, queues, queues).clock(now::get))
          .returned(message("a", ACCOUNT));
    }

    @Test
    void anEmptyBatchReturnsNothing() {
      assertEquals(List.of(), returned());
    }

    @Test
    void recordsOfAnotherServiceAreRefused() {
      RequestFailedException refusal =
          assertThrows(
              RequestFailedException.class,
              () -> invoke("{'Records':[{'eventSource':'aws:s3','s3':{}}]}"));

      assertTrue(refusal.getMessage().contains("notification of Amazon S3"), refusal::getMessage);
    }
  }

  /// Equal requests in several batches. Only timestamps of SQS are compared.
  @Nested
  class Duplicates {

    private final Instant sent = NOON.minusSeconds(60);

    @Test
    void aMessageSentBeforeTheLastResetIsADuplicate() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(List.of(ACCOUNT), resets());
      assertEquals(1L, metric("Duplicates"));
    }

    @Test
    void aMessageSentInTheSameMillisecondIsReset() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(10), sent.plusSeconds(20)));

      assertEquals(2, resets().size());
    }

    @Test
    void aDuplicateDoesNotMoveTheWatermark() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(5), sent.plusSeconds(20)));
      returned(message("c", ACCOUNT).sent(sent.plusSeconds(15), sent.plusSeconds(30)));

      assertEquals(2, resets().size());
    }

    @Test
    void aFailedCallSetsNoWatermark() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      appFlow.resetsFailing(_ -> Optional.empty());

      returned(message("b", ACCOUNT).sent(sent.plusSeconds(5), sent.plusSeconds(20)));

      assertEquals(1, resets().size());
    }

    @Test
    void anEqualRequestOfASplitRequestIsADuplicate() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);
      String request = "{'connectorProfileName':'a*'}";

      returned(message("a", request).sent(sent, sent.plusSeconds(10)));
      returned(message("b", request).sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(2, queues.requests().size());
    }

    @Test
    void aDifferentRequestForTheSameCallIsADuplicate() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(
          message("b", "{'connectorProfileName':'crm','connectorEntityName':'Account'}")
              .sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(1, resets().size());
    }

    @Test
    void aMessageWithoutTimestampsIsNeverADuplicate() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT));

      assertEquals(2, resets().size());
    }

    @Test
    void aDirectInvocationIsNeverADuplicateAndSetsNoWatermark() {
      invoke(ACCOUNT);
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      invoke(ACCOUNT);

      assertEquals(3, resets().size());
    }
  }

  @Nested
  class DirectInvocations {

    @Test
    void makesOneCallAndAnswers() {
      assertEquals("{'reset':1,'queued':0,'correlationId':'request-1'}", invoke(ACCOUNT));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void queuesARequestThatNeedsSplitting() {
      String request = "{'connectorProfileName':'*','entities':'USED_BY_FLOWS'}";

      assertEquals("{'reset':0,'queued':1,'correlationId':'request-1'}", invoke(request));

      assertEquals(List.of(request), queues.requests());
      assertEquals(List.of("request-1"), queues.correlationIds());
      assertEquals(List.of(), appFlow.lookups());
    }

    @Test
    void queuesARequestThatNeedsSplittingByApiVersion() {
      appFlow
          .customProfile("erp", "Erp")
          .connector("Erp", "v1", "v2")
          .withFlow("a", use("erp", "x", "v1"))
          .withFlow("b", use("erp", "y", "v2"));

      assertEquals(
          "{'reset':0,'queued':1,'correlationId':'request-1'}",
          invoke("{'connectorProfileName':'erp'}"));
    }

    @Test
    void queuesARequestAfterARetryableFailure() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals("{'reset':0,'queued':1,'correlationId':'request-1'}", invoke(ACCOUNT));
      assertEquals(THROTTLED.code(), line("queued").text("errorCode").orElseThrow());

      assertEquals(List.of(ACCOUNT), queues.requests());
    }

    @Test
    void queuesARequestAfterADeniedLookupAndCountsIt() {
      appFlow.failing("DescribeConnectorProfiles", DENIED);

      assertEquals(
          "{'reset':0,'queued':1,'correlationId':'request-1'}",
          invoke("{'connectorProfileName':'crm'}"));

      assertEquals(1L, metric("Denied"));
    }

    @Test
    void throwsAPermanentFailure() {
      appFlow.resetsFailing(_ -> Optional.of(MISSING));

      RequestFailedException thrown =
          assertThrows(RequestFailedException.class, () -> invoke(ACCOUNT));

      assertEquals("ResourceNotFoundException: no such profile", thrown.getMessage());
      assertEquals(1L, metric("Rejected"));
      assertEquals(MISSING.code(), line("failed").text("errorCode").orElseThrow());
    }

    /// Only by the event is it known that its flow may be gone.
    @Test
    void queuesAnEventAboutAFlowAsItArrived() {
      String created =
          "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
              + "{'eventSource':'appflow.amazonaws.com','eventName':'CreateFlow',"
              + "'requestParameters':{'flowName':'new'}}}";

      assertEquals("{'reset':0,'queued':1,'correlationId':'request-1'}", invoke(created));

      assertEquals(List.of(created), queues.requests());
      assertEquals(List.of("request-1"), queues.correlationIds());
    }

    @Test
    void logsAndCountsWhatIsNoJson() {
      assertThrows(RequestFailedException.class, () -> invoke("connectorProfileName=crm"));

      assertEquals("InvalidRequest", line("failed").text("errorCode").orElseThrow());
      assertEquals(1L, metric("Rejected"));
      assertEquals(2, function.log().all().size());
    }

    @Test
    void logsAndCountsABatchOfAnotherService() {
      assertThrows(
          RequestFailedException.class,
          () -> invoke("{'Records':[{'eventSource':'aws:kinesis','kinesis':{}}]}"));

      assertEquals(1, function.log().count("failed"));
      assertEquals(1L, metric("Rejected"));
    }

    @Test
    void throwsIfTheQueueDoesNotAcceptTheRequest() {
      queues.refuseRequests();

      assertThrows(RequestFailedException.class, () -> invoke("{'connectorProfileName':'*'}"));
    }

    @Test
    void answersAnIgnoredEventWithZeros() {
      assertEquals(
          "{'reset':0,'queued':0,'correlationId':'request-1'}",
          invoke(
              "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
                  + "{'eventSource':'appflow.amazonaws.com','eventName':'TagResource'}}"));
      assertEquals(1L, metric("Ignored"));
      assertEquals("request-1", line("ignored").text("correlationId").orElseThrow());
    }

    @Test
    void warnsAboutARetiredConnectorAndMakesTheCall() {
      invoke("{'connectorProfileName':'ga','connectorType':'Googleanalytics'}");

      assertEquals(1, resets().size());
      assertEquals("Retired", line("retired connector").text("errorCode").orElseThrow());
    }

    @Test
    void looksUpOnlyTheProfileOfTheRequest() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      invoke("{'connectorProfileName':'crm'}");

      assertEquals(List.of("DescribeConnectorProfiles 1"), appFlow.lookups());
    }

    @Test
    void refusesAnEventThatIsTooLongForTheQueue() {
      String mebibyte = ACCOUNT + " ".repeat(1_048_576 - ACCOUNT.length());

      assertEquals("{'reset':1,'queued':0,'correlationId':'request-1'}", invoke(mebibyte));
      assertTrue(
          assertThrows(RequestFailedException.class, () -> invoke(mebibyte + " "))
              .getMessage()
              .contains("1048577 bytes; expected at most 1048576"));
    }
  }

  /// Lambda stops a chain of about 16 invocations that invoke each other through a queue. The
  /// longest chain of this function: the event, a list, a pattern, a profile that then belongs to a
  /// connector with several API versions, the root, 5 levels of nested entities, and details.
  @Test
  void noRequestNeedsMoreThanElevenChainedInvocations() {
    appFlow.profileOfUnknownType("chat").entities("chat", parent("d1"));
    for (int depth = 1; depth <= 7; depth++) {
      appFlow.entities("chat/d" + depth, parent("d" + (depth + 1)));
    }
    invoke("{'requests':[{'connectorProfileName':'*','entities':'ALL'},{'flowName':'*'}]}");

    int invocations = 1;
    int sent = 0;
    while (sent < queues.requests().size()) {
      if (invocations == 3) {
        appFlow
            .customProfile("chat", "Chat")
            .connector("Chat", "v1", "v2")
            .withFlow("sync", use("chat", "d1", "v1"), use("chat", "d1", "v2"));
      }
      List<String> generation = queues.requests().subList(sent, queues.requests().size());
      sent += generation.size();
      returned(
          generation.stream()
              .map(request -> message(UUID.randomUUID().toString(), request))
              .toArray(TestMessage[]::new));
      invocations++;
    }

    assertEquals(11, invocations);
    assertEquals("TooDeep", queues.deadLetters().getFirst().failure().code());
  }

  @Nested
  class Log {

    @Test
    void hasOneLinePerResetThatSaysWhatWasResetAndForWhichEvent() {
      returned(
          message(
                  "a",
                  "{'connectorProfileName':'crm','entitiesPath':'A','connectorEntityName':'B'}")
              .withCorrelationId("c1"),
          message("b", "{'connectorType':'S3'}").withCorrelationId("c2"));

      assertEquals(
          List.of(
              "{'connectorProfileName':'crm','connectorEntityName':'B','entitiesPath':'A'}",
              "{'connectorType':'S3'}"),
          function.log().resets().stream().map(each -> each.replace('"', '\'')).sorted().toList());
      assertEquals(
          List.of("c1", "c2"),
          function.log().all().stream()
              .filter(line -> line.text("message").equals(Optional.of("reset")))
              .map(line -> line.text("correlationId").orElseThrow())
              .sorted()
              .toList());
    }

    @Test
    void hasALineForTheResetOfTheNamesThatAnAllRequestLists() {
      appFlow.profile("chat", ConnectorType.SLACK);

      returned(message("a", "{'connectorProfileName':'chat','entities':'ALL'}"));

      assertEquals(
          List.of("{\"connectorProfileName\":\"chat\",\"connectorType\":\"Slack\"}"),
          function.log().resets());
    }

    @Test
    void hasNoLineForAResetThatFailedButSaysWhatFailed() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED.during("ResetConnectorMetadataCache")));

      returned(message("a", ACCOUNT));

      assertEquals(List.of(), function.log().resets());
      JsonValue line = line("returned");
      assertEquals(ACCOUNT, LogLines.request(line).replace('"', '\''));
      assertEquals("ResetConnectorMetadataCache", line.text("operation").orElseThrow());
      assertTrue(line.has("durationMs"));
    }

    @Test
    void saysWhatFailedInADirectInvocation() {
      appFlow.resetsFailing(_ -> Optional.of(MISSING.during("ResetConnectorMetadataCache")));

      assertThrows(RequestFailedException.class, () -> invoke(ACCOUNT));

      assertEquals(ACCOUNT, LogLines.request(line("failed")).replace('"', '\''));
    }

    @Test
    void namesTheSubRequestThatWasRejected() {
      appFlow.customProfile("erp", "Erp").connector("Erp", "v1", "v2");

      returned(message("b", "{'connectorProfileName':'erp','entities':['orders','items']}"));

      assertEquals(
          List.of(
              "{'connectorProfileName':'erp','connectorEntityName':'items'}",
              "{'connectorProfileName':'erp','connectorEntityName':'orders'}"),
          function.log().all().stream()
              .filter(line -> line.text("outcome").equals(Optional.of("dead-lettered")))
              .map(line -> LogLines.request(line).replace('"', '\''))
              .sorted()
              .toList());
    }

    @Test
    void hasOneLinePerInvocationWithMetricsAndCorrelationIds() {
      returned(
          message("a", ACCOUNT)
              .withCorrelationId("c1")
              .sent(NOON.minusSeconds(3), NOON.minusSeconds(1)),
          message("b", LEAD).withCorrelationId("c2"));

      assertEquals(3, function.log().all().size(), "and one for each reset");
      JsonValue line = function.log().invocation();
      assertEquals(List.of("c1", "c2"), line.member("correlationIds").orElseThrow().content());
      assertEquals(2L, metric("Resets"));
      assertEquals(3000L, metric("RequestAge"));
      assertEquals("request-1", line.text("requestId").orElseThrow());
    }

    @Test
    void declaresItsMetricsInTheEmbeddedMetricFormat() {
      returned(
          message("a", ACCOUNT).sent(NOON.minusSeconds(3), NOON.minusSeconds(1)),
          message("b", ACCOUNT),
          message("c", "{}"));

      JsonValue metrics =
          function
              .log()
              .invocation()
              .member("_aws")
              .flatMap(aws -> aws.member("CloudWatchMetrics"))
              .orElseThrow()
              .asList("a list")
              .getFirst();
      assertEquals("AppFlowMetadataReset", metrics.text("Namespace").orElseThrow());
      assertEquals(
          List.of(List.of("FunctionName")), metrics.member("Dimensions").orElseThrow().content());
      assertEquals(
          List.of(
              Map.of("Name", "Resets", "Unit", "Count"),
              Map.of("Name", "Duplicates", "Unit", "Count"),
              Map.of("Name", "RequestAge", "Unit", "Milliseconds")),
          metrics.member("Metrics").orElseThrow().content(),
          "neither those that are 0, nor those that are only in the log");
      assertEquals(1L, metric("Rejected"));
      assertEquals(1L, metric("DeadLetters"));
      assertEquals(0L, metric("Throttled"));
    }

    @Test
    void sendsNoMetricsIfThereAreNone() {
      returned(message("a", "{}"));

      assertFalse(function.log().invocation().has("_aws"));
      assertEquals(1L, metric("DeadLetters"));
    }

    @Test
    void cannotBeForgedByAMessage() {
      returned(message("a", "{'\\n{\\'level\\':\\'forged\\u202e':1}".replace("\\'", "\\\"")));

      assertTrue(function.logText().lines().allMatch(line -> line.matches("[ -~]+")));
      assertEquals(2, function.log().all().size());
    }
  }

  private List<String> returned(TestMessage... batch) {
    return function.returned(batch);
  }

  private String invoke(String eventWithSingleQuotes) {
    return function.invoke(eventWithSingleQuotes.replace('\'', '"')).replace('"', '\'');
  }

  private List<String> resets() {
    return appFlow.resets().stream().map(call -> call.request().json().replace('"', '\'')).toList();
  }

  private long metric(String name) {
    return function.log().metric(name);
  }

  private JsonValue line(String outcome) {
    return function.log().request(outcome);
  }

  private static boolean isFor(ResetCall call, String entity) {
    return call.connectorEntityName().filter(name -> name.value().equals(entity)).isPresent();
  }
}
