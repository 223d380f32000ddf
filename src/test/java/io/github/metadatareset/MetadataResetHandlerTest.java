package io.github.metadatareset;

import static io.github.metadatareset.plan.FakeAppFlow.leaf;
import static io.github.metadatareset.plan.FakeAppFlow.parent;
import static io.github.metadatareset.plan.FakeAppFlow.use;
import static io.github.metadatareset.queue.SentMessage.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import io.github.metadatareset.invocation.Limits;
import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.plan.FakeAppFlow;
import io.github.metadatareset.queue.DeadLetter;
import io.github.metadatareset.queue.FakeQueues;
import io.github.metadatareset.queue.SentMessage;
import io.github.metadatareset.request.ConnectorType;
import io.github.metadatareset.request.Failure;
import io.github.metadatareset.request.ProfilePattern;
import io.github.metadatareset.request.RequestFailedException;
import io.github.metadatareset.request.ResetCall;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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

/// The handler with AppFlow and the queues as objects: what becomes of each record, as the README's
/// table says.
public class MetadataResetHandlerTest {

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
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();
  private final MetadataResetHandler function =
      HandlerFixture.of(_ -> appFlow, queues, queues)
          .limits(new Limits(MAX_RECEIVE_COUNT, 8, MAX_CALLS_PER_EVENT, ProfilePattern.ALL))
          .clock(InstantSource.fixed(NOON))
          .log(log)
          .handler();

  @Nested
  class OfARecord {

    @Test
    void theCallIsMadeAndTheRecordDeleted() {
      assertEquals(List.of(), returned(message("a", ACCOUNT)));

      assertEquals(List.of(ACCOUNT), resets());
      assertEquals(List.of(), queues.letters());
    }

    @Test
    void thatIsWideThePartsAreEnqueuedWithTheirCauseAndTheRecordDeleted() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);

      assertEquals(
          List.of(), returned(message("m", "{'connectorProfileName':'a*'}").causedBy("c1")));

      assertEquals(
          List.of(
              "{'connectorProfileName':'a1','connectorType':'Slack'}",
              "{'connectorProfileName':'a2','connectorType':'Slack'}"),
          queues.requests());
      assertEquals(List.of("c1", "c1"), queues.correlationIds());
      assertEquals(List.of(), resets());
      assertFalse(log.toString().contains("nothing to reset"), log::toString);
    }

    @Test
    void thatIsWideAndTurnsOutToBeOneCallTheCallIsMade() {
      appFlow.profile("a1", ConnectorType.SLACK);

      assertEquals(List.of(), returned(message("m", "{'connectorProfileName':'a*'}")));

      assertEquals(List.of("{'connectorProfileName':'a1','connectorType':'Slack'}"), resets());
      assertEquals(List.of(), queues.requests());
    }

    @Test
    void thatIsIgnoredTheLogSaysWhy() {
      String ownCall =
          "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
              + "{'eventSource':'appflow.amazonaws.com','eventName':'ResetConnectorMetadataCache'}}";

      assertEquals(List.of(), returned(message("a", ownCall)));

      assertEquals(List.of(), resets());
      assertEquals(1L, metric("Ignored"));
      assertEquals("a", line("ignored").text("correlationId").orElseThrow());
    }

    @Test
    void thatIsMalformedADeadLetterSaysWhatIsWrongAndHoldsTheBodyUnchanged() {
      assertEquals(List.of(), returned(message("a", "{'connectorProfile':'crm'}")));

      DeadLetter letter = queues.letters().getFirst();
      assertEquals("{\"connectorProfile\":\"crm\"}", letter.body());
      assertEquals("InvalidRequest", letter.attributes().get("ErrorCode"));
      assertTrue(
          letter
              .attributes()
              .get("ErrorMessage")
              .startsWith("/connectorProfile: \"crm\"; expected"),
          letter.attributes().get("ErrorMessage"));
      assertEquals("request-1", letter.attributes().get("RequestID"));
      assertEquals("a", letter.attributes().get("CorrelationId"));
      assertEquals("a", letter.attributes().get("SourceMessageId"));
      assertEquals("1", letter.attributes().get("ReceiveCount"));
      assertEquals(1L, metric("Rejected"));
      assertEquals(1L, metric("DeadLetters"));
    }

    @Test
    void thatAppFlowRefusesForGoodADeadLetterIsSentAtOnce() {
      appFlow.resetsFailing(_ -> Optional.of(MISSING));

      assertEquals(List.of(), returned(message("a", ACCOUNT)));

      assertEquals(MISSING, queues.letters().getFirst().failure());
    }

    @Test
    void thatFailedInPassingItComesBackAfterABackoff() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(List.of("a"), returned(message("a", ACCOUNT).received(3)));

      assertEquals(List.of(), queues.letters());
      Duration delay = queues.delays().get("a");
      assertTrue(delay.compareTo(Duration.ofSeconds(20)) <= 0, delay::toString);
      assertEquals(1L, metric("Returned"));
      assertEquals(1L, metric("Throttled"));
    }

    @Test
    void thatFailedInPassingOnItsLastReceiveADeadLetterIsSent() {
      appFlow.resetsFailing(_ -> Optional.of(DENIED));

      assertEquals(List.of(), returned(message("a", ACCOUNT).received(MAX_RECEIVE_COUNT)));

      assertEquals(DENIED, queues.letters().getFirst().failure());
      assertEquals(1L, metric("Denied"));
    }

    @Test
    void whoseDeadLetterWasRefusedItComesBack() {
      queues.refuseLetters("{\"x\":1}");

      assertEquals(List.of("a"), returned(message("a", "{'x':1}"), message("b", "{'y':1}")));

      assertEquals(1, queues.letters().size());
      assertEquals("a", line("dead letter not accepted").text("correlationId").orElseThrow());
    }

    @Test
    void whosePartsWereNotAllEnqueuedItComesBack() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);
      queues.refuseRequests();

      assertEquals(List.of("a"), returned(message("a", "{'connectorProfileName':'a*'}")));
    }

    @Test
    void thatIsSplitEachPartMayComeToItsShareOfTheCalls() {
      appFlow.entities("chat", leaf("users"), parent("channels"), parent("files"));

      returned(
          message("a", "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}"));

      // 100, less the reset of the names and the details of three, for two that have children
      assertEquals(List.of(48, 48, 48, 48, 48), queues.maxCalls());
    }

    @Test
    void thatComesToMoreCallsThanAreLeftOfItsEventIsADeadLetterAndNothingIsEnqueued() {
      String list =
          "{'connectorProfileName':'crm','connectorType':'Slack','entities':['A','B','C']}";

      assertEquals(
          List.of(),
          returned(
              message("a", list).maxCalls(2), message("b", list.replace("crm", "ok")).maxCalls(3)));

      assertEquals("TooManyCalls", queues.letters().getFirst().failure().code());
      assertEquals(1, queues.letters().size());
      assertEquals(3, queues.requests().size());
    }

    @Test
    void ofSeveralEqualOnesTheOneThatMayComeToTheMostCallsDecides() {
      String list =
          "{'connectorProfileName':'crm','connectorType':'Slack','entities':['A','B','C']}";

      returned(message("a", list).maxCalls(2), message("b", list), message("c", list).maxCalls(3));

      assertEquals(List.of(), queues.letters());
      assertEquals(List.of("b", "b", "b"), queues.correlationIds());
    }

    @Test
    void whosePartFailsByItselfThatIsADeadLetterOfItsOwn() {
      appFlow.entities("chat", parent("a;b"), leaf("users"));
      String all = "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}";

      assertEquals(List.of(), returned(message("a", all)));

      assertEquals(2, queues.requests().size());
      assertEquals("InvalidEntitiesPath", queues.letters().getFirst().failure().code());
      assertEquals("InvalidEntitiesPath", line("dead-lettered").text("errorCode").orElseThrow());
      assertEquals(1L, metric("DeadLetters"));
      assertEquals(1L, metric("Resets"));
      assertEquals(2L, metric("SubRequests"));
    }

    @Test
    void whosePartsDeadLetterWasRefusedItComesBack() {
      appFlow.entities("chat", parent("a;b"));
      String all = "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL'}";
      queues.refuseLetters(
          "{'connectorProfileName':'chat','connectorType':'Slack','entities':'ALL','depth':1,'entitiesPath':'a;b'}"
              .replace('\'', '"'));

      assertEquals(List.of("a"), returned(message("a", all)));
    }

    @Test
    void thatMatchesNothingThoughItMayTheLogWarns() {
      assertEquals(List.of(), returned(message("a", "{'connectorProfileName':'*'}")));

      assertEquals("a", line("nothing to reset").text("correlationId").orElseThrow());
    }

    @Test
    void forAServiceThatWasShutDownTheLogWarnsAndTheCallIsMade() {
      returned(message("a", "{'connectorProfileName':'old','connectorType':'Honeycode'}"));

      assertEquals(1, resets().size());
      assertTrue(
          line("retired connector").text("errorMessage").orElseThrow().contains("Honeycode"));
    }

    @Test
    void thatFailedUnexpectedlyItComesBack() {
      appFlow.resetsFailing(
          _ -> {
            throw new IllegalStateException("a bug");
          });

      assertEquals(List.of("a"), returned(message("a", ACCOUNT)));
    }

    @Test
    void whoseBackoffWasRefusedItComesBackAllTheSame() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));
      queues.refuseDelays();

      assertEquals(List.of("a"), returned(message("a", ACCOUNT)));
      assertEquals("InternalError", line("backoff not set").text("errorCode").orElseThrow());
    }
  }

  @Nested
  class OfABatch {

    @Test
    void oneRecordsFailureLeavesTheOthersAlone() {
      appFlow.resetsFailing(
          call -> isFor(call, "Lead") ? Optional.of(THROTTLED) : Optional.empty());

      assertEquals(List.of("b"), returned(message("a", ACCOUNT), message("b", LEAD)));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void equalRequestsAreOneCallWhoseOutcomeIsEveryOnes() {
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
    void requestsThatComeToTheSameCallAreOne() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      returned(
          message("a", ACCOUNT),
          message("b", "{'connectorProfileName':'crm','connectorEntityName':'Account'}"));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void equalWideRequestsAreSplitOnce() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);

      returned(
          message("a", "{'connectorProfileName':'a*'}"),
          message("b", "{'connectorProfileName':'a*'}"));

      assertEquals(2, queues.requests().size());
      assertEquals(List.of("DescribeConnectorProfiles"), appFlow.asked());
    }

    @Test
    void whatIsLookedUpIsLookedUpOnceForAllAndForgottenAfterwards() {
      appFlow.profile("crm", ConnectorType.SALESFORCE).profile("chat", ConnectorType.SLACK);
      SentMessage[] batch = {
        message("a", "{'connectorProfileName':'crm'}"),
        message("b", "{'connectorProfileName':'chat'}"),
        message("c", "{'connectorProfileName':'crm','connectorEntityName':'Lead'}")
      };

      returned(batch);
      returned(batch);

      assertEquals(
          List.of("DescribeConnectorProfiles 2", "DescribeConnectorProfiles 2"), appFlow.asked());
    }

    @Test
    void aMessageThatIsThereTwiceIsAnsweredOnce() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(List.of("a"), returned(message("a", ACCOUNT), message("a", ACCOUNT)));
    }

    @Test
    void aMessageThatIsThereTwiceIsOnItsLastReceiveIfEitherIs() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals(
          List.of(),
          returned(
              message("a", ACCOUNT).received(MAX_RECEIVE_COUNT),
              message("a", ACCOUNT).received(MAX_RECEIVE_COUNT - 1)));

      assertEquals(1, queues.letters().size());
    }

    @Test
    void nothingIsBegunWhenNoTimeIsLeft() {
      MetadataResetHandler late =
          HandlerFixture.of(
                  deadline -> {
                    FakeAppFlow bounded = new FakeAppFlow();
                    return bounded.resetsFailing(
                        _ -> {
                          deadline.remaining();
                          return Optional.empty();
                        });
                  },
                  queues,
                  queues)
              .clock(InstantSource.fixed(NOON))
              .log(log)
              .handler();

      assertEquals(
          List.of("a"), ids(invoke(late, SentMessage.batch(message("a", ACCOUNT)), Duration.ZERO)));
      assertEquals("OutOfTime", line("returned").text("errorCode").orElseThrow());
    }

    @Test
    void nothingIsSplitEitherWhenNoTimeIsLeft() {
      assertEquals(
          List.of("a"),
          ids(
              invoke(
                  function,
                  SentMessage.batch(message("a", "{'connectorProfileName':'a*'}")),
                  Duration.ZERO)));

      assertEquals(List.of(), appFlow.asked());
      assertEquals("OutOfTime", line("returned").text("errorCode").orElseThrow());
    }

    @Test
    void whenTheTimeForWorkIsOverThereIsStillTimeToSettle() {
      assertEquals(List.of(), returnedAfter(Duration.ofSeconds(111)));

      assertEquals(1, queues.letters().size());
    }

    @Test
    void whatCannotBeSettledBeforeTheAnswerIsDueComesBack() {
      assertEquals(List.of("a"), returnedAfter(Duration.ofSeconds(116)));

      assertEquals(List.of(), queues.letters());
      assertEquals(Map.of(), queues.delays());
    }

    /// AppFlow takes that long, of the two minutes that there are, to refuse the one request for
    /// good.
    private List<String> returnedAfter(Duration duration) {
      AtomicReference<Instant> now = new AtomicReference<>(NOON);
      appFlow.resetsFailing(
          _ -> {
            now.set(NOON.plus(duration));
            return Optional.of(MISSING);
          });
      MetadataResetHandler slow =
          HandlerFixture.of(_ -> appFlow, queues, queues).clock(now::get).log(log).handler();
      return ids(invoke(slow, SentMessage.batch(message("a", ACCOUNT)), Duration.ofMinutes(2)));
    }

    @Test
    void ofNoRecordsIsAnsweredWithNone() {
      assertEquals(List.of(), returned());
    }

    @Test
    void ofAnotherServiceIsRefused() {
      RequestFailedException refusal =
          assertThrows(
              RequestFailedException.class,
              () -> invoke("{'Records':[{'eventSource':'aws:s3','s3':{}}]}"));

      assertTrue(refusal.getMessage().contains("/Records/0/eventSource"), refusal::getMessage);
    }
  }

  /// Across batches, by SQS's clock alone.
  @Nested
  class OfABurst {

    private final Instant sent = NOON.minusSeconds(60);

    @Test
    void whatWasSentBeforeTheLastResetBeganIsDone() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(List.of(ACCOUNT), resets());
      assertEquals(1L, metric("Duplicates"));
    }

    @Test
    void whatWasSentInTheVeryMillisecondIsReset() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(10), sent.plusSeconds(20)));

      assertEquals(2, resets().size());
    }

    @Test
    void aSkippedMessageDoesNotCoverWhatFollows() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT).sent(sent.plusSeconds(5), sent.plusSeconds(20)));
      returned(message("c", ACCOUNT).sent(sent.plusSeconds(15), sent.plusSeconds(30)));

      assertEquals(2, resets().size());
    }

    @Test
    void aFailedCallCoversNothing() {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      appFlow.resetsFailing(_ -> Optional.empty());

      returned(message("b", ACCOUNT).sent(sent.plusSeconds(5), sent.plusSeconds(20)));

      assertEquals(1, resets().size());
    }

    @Test
    void aWideRequestWhosePartsWereEnqueuedCoversItsEquals() {
      appFlow.profile("a1", ConnectorType.SLACK).profile("a2", ConnectorType.SLACK);
      String wide = "{'connectorProfileName':'a*'}";

      returned(message("a", wide).sent(sent, sent.plusSeconds(10)));
      returned(message("b", wide).sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(2, queues.requests().size());
    }

    @Test
    void aCallCoversWhatComesToTheSameInOtherWords() {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(
          message("b", "{'connectorProfileName':'crm','connectorEntityName':'Account'}")
              .sent(sent.plusSeconds(9), sent.plusSeconds(20)));

      assertEquals(1, resets().size());
    }

    @Test
    void aMessageWithoutTheAttributesIsNeverSkipped() {
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      returned(message("b", ACCOUNT));

      assertEquals(2, resets().size());
    }

    @Test
    void aDirectInvocationIsNeverSkippedAndCoversNothing() throws IOException {
      invoke(ACCOUNT);
      returned(message("a", ACCOUNT).sent(sent, sent.plusSeconds(10)));
      invoke(ACCOUNT);

      assertEquals(3, resets().size());
    }
  }

  @Nested
  class InvokedDirectly {

    @Test
    void oneCallIsMadeAndAnswered() throws IOException {
      assertEquals("{'reset':1,'queued':0,'correlationId':'request-1'}", invoke(ACCOUNT));

      assertEquals(List.of(ACCOUNT), resets());
    }

    @Test
    void aWideRequestIsQueuedUnsplit() throws IOException {
      String wide = "{'connectorProfileName':'*','entities':'USED_BY_FLOWS'}";

      assertEquals("{'reset':0,'queued':1,'correlationId':'request-1'}", invoke(wide));

      assertEquals(List.of(wide), queues.requests());
      assertEquals(List.of("request-1"), queues.correlationIds());
      assertEquals(List.of(), appFlow.asked());
    }

    @Test
    void aRequestThatIsWideForItsVersionsIsQueuedUnsplit() throws IOException {
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
    void aFailureThatMayPassIsTheQueuesToRetry() throws IOException {
      appFlow.resetsFailing(_ -> Optional.of(THROTTLED));

      assertEquals("{'reset':0,'queued':1,'correlationId':'request-1'}", invoke(ACCOUNT));
      assertEquals(THROTTLED.code(), line("queued").text("errorCode").orElseThrow());

      assertEquals(List.of(ACCOUNT), queues.requests());
    }

    @Test
    void aLookUpThatIsDeniedIsTheQueuesToRetryAndCounted() throws IOException {
      appFlow.failing("DescribeConnectorProfiles", DENIED);

      assertEquals(
          "{'reset':0,'queued':1,'correlationId':'request-1'}",
          invoke("{'connectorProfileName':'crm'}"));

      assertEquals(1L, metric("Denied"));
    }

    @Test
    void aPermanentFailureIsThrownWithItsReason() {
      appFlow.resetsFailing(_ -> Optional.of(MISSING));

      RequestFailedException thrown =
          assertThrows(RequestFailedException.class, () -> invoke(ACCOUNT));

      assertEquals("ResourceNotFoundException: no such profile", thrown.getMessage());
      assertEquals(1L, metric("Rejected"));
      assertEquals(MISSING.code(), line("failed").text("errorCode").orElseThrow());
    }

    @Test
    void aQueueThatDoesNotTakeItIsThrown() {
      queues.refuseRequests();

      assertThrows(RequestFailedException.class, () -> invoke("{'connectorProfileName':'*'}"));
    }

    @Test
    void anEventThatAsksForNothingIsAnsweredSo() throws IOException {
      assertEquals(
          "{'reset':0,'queued':0,'correlationId':'request-1'}",
          invoke(
              "{'source':'aws.appflow','detail-type':'AWS API Call via CloudTrail','detail':"
                  + "{'eventSource':'appflow.amazonaws.com','eventName':'TagResource'}}"));
      assertEquals(1L, metric("Ignored"));
      assertEquals("request-1", line("ignored").text("correlationId").orElseThrow());
    }

    @Test
    void forAConnectorThatIsNoMoreIsTriedAndTheLogWarns() throws IOException {
      invoke("{'connectorProfileName':'ga','connectorType':'Googleanalytics'}");

      assertEquals(1, resets().size());
      assertEquals("Retired", line("retired connector").text("errorCode").orElseThrow());
    }

    @Test
    void looksUpTheProfileThatItNamesAndNoOther() throws IOException {
      appFlow.profile("crm", ConnectorType.SALESFORCE);

      invoke("{'connectorProfileName':'crm'}");

      assertEquals(List.of("DescribeConnectorProfiles 1"), appFlow.asked());
    }

    @Test
    void whatCouldNotBePutOntoTheQueueIsRefused() throws IOException {
      String mebibyte = ACCOUNT + " ".repeat(1_048_576 - ACCOUNT.length());

      assertEquals("{'reset':1,'queued':0,'correlationId':'request-1'}", invoke(mebibyte));
      assertTrue(
          assertThrows(RequestFailedException.class, () -> invoke(mebibyte + " "))
              .getMessage()
              .contains("1048577 bytes; expected at most 1048576"));
    }
  }

  /// Lambda breaks a chain of about 16 invocations that feed each other through a queue.
  @Test
  void theLongestChainOfMessagesIsFifteenInvocations() throws IOException {
    appFlow.profile("chat", ConnectorType.SLACK).entities("chat", parent("d1"));
    for (int depth = 1; depth <= 12; depth++) {
      appFlow.entities("chat/d" + depth, parent("d" + (depth + 1)));
    }
    invoke("{'requests':[{'connectorProfileName':'*','entities':'ALL'},{'flowName':'*'}]}");

    int invocations = 1;
    int taken = 0;
    while (taken < queues.requests().size()) {
      List<String> generation = queues.requests().subList(taken, queues.requests().size());
      taken += generation.size();
      returned(
          generation.stream()
              .map(request -> message(UUID.randomUUID().toString(), request))
              .toArray(SentMessage[]::new));
      invocations++;
    }

    assertEquals(15, invocations);
    assertEquals("TooDeep", queues.letters().getFirst().failure().code());
  }

  @Nested
  class TheLog {

    @Test
    void ofAnInvocationIsOneLineWithEveryMetricAndCause() {
      returned(
          message("a", ACCOUNT).causedBy("c1").sent(NOON.minusSeconds(3), NOON.minusSeconds(1)),
          message("b", LEAD).causedBy("c2"));

      assertEquals(1, log.toString().lines().count());
      JsonValue line = line("invocation");
      assertEquals(List.of("c1", "c2"), line.member("correlationIds").orElseThrow().content());
      assertEquals(2L, metric("Resets"));
      assertEquals(3000L, metric("RequestAge"));
      assertEquals("request-1", line.text("requestId").orElseThrow());
    }

    @Test
    void declaresItsMetricsInTheEmbeddedMetricFormat() {
      returned(message("a", ACCOUNT));

      JsonValue metrics =
          line("invocation")
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
              "Resets",
              "Splits",
              "SubRequests",
              "Duplicates",
              "Ignored",
              "Rejected",
              "Returned",
              "DeadLetters",
              "Throttled",
              "Denied"),
          metrics.member("Metrics").orElseThrow().asList("a list").stream()
              .map(metric -> metric.text("Name").orElseThrow())
              .toList());
    }

    @Test
    void cannotBeForgedByWhatAMessageHolds() {
      returned(message("a", "{'\\n{\\'level\\':\\'forged\\u202e':1}".replace("\\'", "\\\"")));

      assertTrue(log.toString().lines().allMatch(line -> line.matches("[ -~]+")));
      assertEquals(2, log.toString().lines().count());
    }
  }

  private List<String> returned(SentMessage... batch) {
    log.reset();
    return ids(invoke(function, SentMessage.batch(batch), Duration.ofMinutes(2)));
  }

  /// The identifiers in the answer to a batch.
  public static List<String> ids(String answer) {
    return JsonValue.parse(answer, "")
        .member("batchItemFailures")
        .orElseThrow()
        .asList("a list")
        .stream()
        .map(failure -> failure.text("itemIdentifier").orElseThrow())
        .toList();
  }

  private String invoke(String eventWithSingleQuotes) throws IOException {
    log.reset();
    return invoke(function, eventWithSingleQuotes.replace('\'', '"'), Duration.ofMinutes(2))
        .replace('"', '\'');
  }

  public static String invoke(RequestStreamHandler handler, String event, Duration left) {
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    try {
      handler.handleRequest(
          new ByteArrayInputStream(event.getBytes()), answer, LocalContext.of("request-1", left));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return answer.toString();
  }

  private List<String> resets() {
    return appFlow.resets().stream().map(call -> call.request().json().replace('"', '\'')).toList();
  }

  private long metric(String name) {
    return ((Number) line("invocation").member(name).orElseThrow().content()).longValue();
  }

  private JsonValue line(String outcome) {
    return log.toString()
        .lines()
        .map(line -> JsonValue.parse(line, ""))
        .filter(
            line ->
                line.text("outcome").or(() -> line.text("message")).equals(Optional.of(outcome)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no line \"" + outcome + "\" in " + log));
  }

  private static boolean isFor(ResetCall call, String entity) {
    return call.connectorEntityName().filter(name -> name.value().equals(entity)).isPresent();
  }
}
