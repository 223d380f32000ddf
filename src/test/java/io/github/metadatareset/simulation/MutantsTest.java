package io.github.metadatareset.simulation;

import static java.util.stream.Collectors.toConcurrentMap;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.LongSuite;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// The simulation finds bugs: each of these, in the function's own sources, within 10,000 runs. A
/// `Thread.yield()` stands for a thread that is interrupted between two steps.
@LongSuite(
    "The simulation finds each bug that is added to the function, so that its success counts.")
class MutantsTest {

  private static final int SEEDS = 10_000;

  static final List<Mutant> MUTANTS =
      List.of(
          new Mutant(
              "a message counts as dead-lettered before SQS has accepted its dead letter",
              "invocation/Settlement.java",
              "return sent.accepted().stream()",
              "return deadLetters.stream()"),
          new Mutant(
              "a permanent failure is retried",
              "invocation/Settlement.java",
              "case Failure.Permanent _ -> true;",
              "case Failure.Permanent _ -> false;"),
          new Mutant(
              "the last receive is off by one",
              "invocation/Settlement.java",
              "message.receiveCount() >= invocation",
              "message.receiveCount() > invocation"),
          new Mutant(
              "every receive is the last",
              "invocation/Settlement.java",
              "message.receiveCount() >= invocation.limits().maxReceiveCount()",
              "true"),
          new Mutant(
              "no message is returned",
              "invocation/Settlement.java",
              "new Settled(List.copyOf(failed.keySet()), accepted.size())",
              "new Settled(List.of(), accepted.size())"),
          new Mutant(
              "one of several returned messages is missing in the answer",
              "invocation/Settlement.java",
              "List.copyOf(failed.keySet())",
              "failed.keySet().stream().skip(failed.size() > 2 ? 1 : 0).toList()"),
          new Mutant(
              "the result of the last of several steps is lost",
              "invocation/Invocation.java",
              "for (Once<R> each : steps) {",
              "for (Once<R> each : steps.size() > 1 ? steps.subList(0, steps.size() - 1) : steps) {"),
          new Mutant(
              "the answer names receipt handles",
              "MetadataResetHandler.java",
              ".map(SqsMessage::messageId)",
              ".map(SqsMessage::receiptHandle)"),
          new Mutant(
              "a message whose dead letter was refused is not returned",
              "invocation/Settlement.java",
              "accepted.forEach(failed::remove);",
              "accepted.forEach(failed::remove); failed.values().removeIf(Failure.Permanent.class::isInstance);"),
          new Mutant(
              "threads append failures to a list that is not thread-safe",
              "invocation/SqsBatch.java",
              "concurrently(same, this::execute).stream()) .toList();",
              """
              concurrently(same, task -> collected(execute(task))).stream())
                    .toList()
                    .stream()
                    .map(
                        each ->
                            each.result() instanceof ExecutionResult.Failed
                                    && !failures.getFirst().contains(each.task())
                                ? new Execution(each.task(), new ExecutionResult.Split(0, 1, 0, 0))
                                : each)
                    .toList();
              }

              private final List<List<Task>> failures = new ArrayList<>(List.of(List.of()));

              private Execution collected(Execution execution) {
                if (execution.result() instanceof ExecutionResult.Failed) {
                  List<Task> before = failures.getFirst();
                  Thread.yield();
                  List<Task> after = new ArrayList<>(before);
                  after.add(execution.task());
                  failures.set(0, List.copyOf(after));
                }
                return execution;
              """),
          new Mutant(
              "only the first of equal messages has an outcome",
              "invocation/SqsBatch.java",
              "task.messages().forEach(each -> outcomes.put(each, new MessageOutcome.Duplicate()));",
              ""),
          new Mutant(
              "an unreadable message is ignored",
              "invocation/SqsBatch.java",
              "outcomes.put(message, new MessageOutcome.Failed(Failure.of(e)));",
              "outcomes.put(message, new MessageOutcome.Ignored(\"unreadable\"));"),
          new Mutant(
              "a failed request counts as completed",
              "invocation/SqsBatch.java",
              "outcomes.put(each, outcome(each, failure));",
              "outcomes.put(each, outcome(each, failure)); watermark.ifPresent(time -> task.requests().forEach(request -> completed.complete(request, time)));"),
          new Mutant(
              "a duplicate moves the watermark",
              "invocation/SqsBatch.java",
              "outcomes.put(message, new MessageOutcome.Duplicate());",
              "outcomes.put(message, new MessageOutcome.Duplicate()); watermark.ifPresent(time -> completed.complete(request, time));"),
          new Mutant(
              "the watermark is the time after the calls",
              "invocation/SqsBatch.java",
              "watermark.ifPresent( time ->",
              "watermark.map(_ -> invocation.services().clock().instant().plusSeconds(5)).ifPresent( time ->"),
          new Mutant(
              "the watermark comes from the function's clock",
              "invocation/SqsBatch.java",
              ".map(SqsMessage::firstReceived)",
              ".map(_ -> Optional.of(invocation.services().clock().instant()))"),
          new Mutant(
              "a completed request stays completed forever",
              "invocation/SqsBatch.java",
              "if (message.wasSentBefore(lastWatermark.get())) {",
              "if (lastWatermark.isPresent()) {"),
          new Mutant(
              "completed requests are not remembered",
              "invocation/CompletedRequests.java",
              "return Optional.ofNullable(watermarks.get(Fingerprint.of(request.json())));",
              "return Optional.empty();"),
          new Mutant(
              "an exception counts as completed",
              "invocation/RequestExecutor.java",
              "return new ExecutionResult.Failed( Failure.of(e), Optional.of(Duration.between(start, now())));",
              "return new ExecutionResult.Split(0, 1, 0, 0);"),
          new Mutant(
              "rejected sub-requests are dropped",
              "invocation/RequestExecutor.java",
              "sendDeadLetters(subRequests, source);",
              ""),
          new Mutant(
              "a refused dead letter of a sub-request is ignored",
              "invocation/RequestExecutor.java",
              "if (!sent.accepted().containsAll(deadLetters)) {",
              "if (deadLetters.isEmpty()) {"),
          new Mutant(
              "a split that results in one call does not make it",
              "invocation/RequestExecutor.java",
              "case Plan.ToSplit(var request) -> attempt(() -> execute(split(request, source), source));",
              "case Plan.ToSplit(var request) -> attempt(() -> split(request, source) instanceof Plan.Split several ? execute(several, source) : new ExecutionResult.Split(0, 1, 0, 0));"),
          new Mutant(
              "the names are listed without a reset",
              "plan/Splitter.java",
              "reset.accept(names);",
              ""),
          new Mutant(
              "nested entities are left out",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !isItsOwnParent) {",
              "if (entity.hasNestedEntities() && isItsOwnParent) {"),
          new Mutant(
              "an entity that is its own parent is walked again",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !isItsOwnParent) {",
              "if (entity.hasNestedEntities()) {"),
          new Mutant(
              "USED_BY_FLOWS leaves out the names",
              "plan/Splitter.java",
              "add(request.withEntities(new Entities.Names()));",
              ""),
          new Mutant(
              "a profile that flows use is skipped",
              "plan/ApiVersions.java",
              "&& discovery.uses(profile).isEmpty()",
              ""),
          new Mutant(
              "a profile without a known API version is not skipped",
              "plan/Splitter.java",
              "if (reasonToSkip.isPresent()) {",
              "if (reasonToSkip.filter(String::isEmpty).isPresent()) {"),
          new Mutant(
              "an event about a flow that is gone fails",
              "invocation/SqsBatch.java",
              "mayMatchNothing.add(message);",
              ""),
          new Mutant(
              "the parent of a flow's nested entity is dropped",
              "plan/Splitter.java",
              "use.parent().flatMap(EntitiesPath::of).map(request::withEntitiesPath).orElse(request); ofEntity(place, use.entity()) .flatMap( entity -> use.parent().map(parent -> below(entity, parent)).orElse(Optional.of(entity)))",
              "request; ofEntity(place, use.entity())"),
          new Mutant(
              "patterns match profiles that are not allowed",
              "plan/Splitter.java",
              "return allowedProfiles.contains(profile.name()) && matching.name()",
              "return matching.name()"),
          new Mutant(
              "excluded profiles are allowed",
              "request/AllowedProfiles.java",
              "excluded.filter(other -> other.matches(name))",
              "excluded.filter(other -> other == null)"),
          new Mutant(
              "a pattern that matches nothing counts as completed",
              "plan/Splitter.java",
              "if (profiles.isEmpty() && !matching.equals(new MatchingProfiles(ProfilePattern.ALL))) {",
              "if (profiles == null) {"),
          new Mutant(
              "the connectorLabel of a pattern is ignored",
              "plan/Splitter.java",
              "(matching.label().isEmpty() || matching.label().equals(profile.label()))",
              "(matching.label().isEmpty() || profile.label().isPresent())"),
          new Mutant(
              "a sub-request is dropped after a failed lookup",
              "plan/Splitter.java",
              "case Failure.Retryable _ -> throw e;",
              "case Failure.Retryable _ -> {}"),
          new Mutant(
              "only the first of several API versions is reset",
              "plan/ApiVersions.java",
              "return versions.stream().map(request::withApiVersion).toList();",
              "return versions.stream().limit(1).map(request::withApiVersion).toList();"),
          new Mutant(
              "a request without an API version counts as completed",
              "plan/ApiVersions.java",
              "if (versions.isEmpty()) {",
              "if (supported.isEmpty()) {"),
          new Mutant(
              "a flow that may use a profile is not described",
              "plan/AppFlow.java",
              "return connectors.stream().anyMatch(connector -> connector.mayBeOf(profile));",
              "return connectors.stream().allMatch(connector -> connector.mayBeOf(profile));"),
          new Mutant(
              "lookups are cached across invocations",
              "plan/Discovery.java",
              "private final Map<ProfileName, Once<List<Profile>>> named =",
              "private static final Map<ProfileName, Once<List<Profile>>> named ="),
          new Mutant(
              "entries that SQS refused are ignored",
              "aws/SqsBatchSender.java",
              "Optional.of(refused(entry.code(), entry.message()))",
              "Optional.empty()"),
          new Mutant(
              "a failed SendMessageBatch is ignored",
              "aws/SqsBatchSender.java",
              "return batch.stream().map(_ -> Optional.of(failure)).toList();",
              "return batch.stream().map(_ -> failure == null ? Optional.of(failure) : Optional.<Failure>empty()).toList();"),
          new Mutant(
              "a batch has eleven entries",
              "aws/SqsBatchSender.java",
              "static final int MAX_ENTRIES = 10;",
              "static final int MAX_ENTRIES = 11;"),
          new Mutant(
              "the last batch is not sent",
              "aws/SqsBatchSender.java",
              "if (!batch.isEmpty()) { batches.add(batch); } return batches;",
              "if (!batch.isEmpty() && batches.isEmpty()) { batches.add(batch); } return batches;"),
          new Mutant(
              "a refused dead letter counts as accepted",
              "aws/SqsDeadLetterQueue.java",
              "failure -> refused.put(deadLetter, failure.during(SqsBatchSender.OPERATION))",
              "_ -> accepted.add(deadLetter)"),
          new Mutant(
              "sub-requests that were not accepted are ignored",
              "aws/SqsRequestQueue.java",
              "batches.send(messages, deadline).stream()",
              "batches.send(messages, deadline).stream().limit(0)"),
          new Mutant(
              "a dead letter does not hold the body",
              "queue/DeadLetter.java",
              "return new DeadLetter(message.body(), failure",
              "return new DeadLetter(message.messageId(), failure"),
          new Mutant(
              "a dead letter has the wrong error code",
              "queue/DeadLetter.java",
              "all.put(\"ErrorCode\", printable(failure.code()));",
              "all.put(\"ErrorCode\", \"ValidationException\");"),
          new Mutant(
              "the receive count is not read",
              "queue/SqsMessage.java",
              "\"ApproximateReceiveCount\"",
              "\"ReceiveCount\""),
          new Mutant(
              "a notification of SNS is not read",
              "event/EventReader.java",
              "hasText(notification, \"Type\", \"Notification\")",
              "hasText(notification, \"type\", \"Notification\")"),
          new Mutant(
              "a profile update resets only the names",
              "event/AppFlowEvents.java",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.UsedByFlows()))",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.Names()))"),
          new Mutant(
              "a direct request is dropped after a retryable failure",
              "invocation/DirectInvocation.java",
              "yield retried(request, event, failure);",
              "yield answer(0, 1);"),
          new Mutant(
              "a permanent failure of a direct request is answered as success",
              "invocation/DirectInvocation.java",
              "failure instanceof Failure.Permanent) { throw new RequestFailedException(failure); }",
              "failure instanceof Failure.Permanent) { yield answer(1, 0); }"),
          new Mutant(
              "a direct request that needs splitting is answered and not queued",
              "invocation/DirectInvocation.java",
              "case Plan.Split _, Plan.ToSplit _ -> queued(request, event);",
              "case Plan.Split _, Plan.ToSplit _ -> answer(0, 1);"),
          new Mutant(
              "a wait is answered although a call failed",
              "invocation/CompleteReset.java",
              "failed.isEmpty() ? Optional.empty()",
              "true ? Optional.empty()"),
          new Mutant(
              "a wait is answered although a sub-request cannot be done",
              "invocation/CompleteReset.java",
              "new ArrayList<>(found.failed())",
              "new ArrayList<>()"),
          new Mutant(
              "a wait resets the list that it has read once more",
              "invocation/CompleteReset.java",
              ".filter(call -> !lists.containsKey(call.withoutProfileType()))",
              ""),
          new Mutant(
              "a wait makes a call for each connectorType of the same profile",
              "invocation/RequestWalk.java",
              "ResetCall key = call.withoutProfileType();",
              "ResetCall key = call;"),
          new Mutant(
              "a wait for entities leaves out the sub-requests of a split",
              "invocation/RequestWalk.java",
              "collect(step, subRequests, subRequests.maxCallsOfEach(step.maxCalls()));",
              ""),
          new Mutant(
              "a wait reads a list that was not reset",
              "invocation/CompleteReset.java",
              "executor.make(call, invocation.requestId());",
              ""),
          new Mutant(
              "a wait does not try a throttled call again",
              "invocation/RetryingAppFlow.java",
              "!(e.failure() instanceof Failure.Throttled)",
              "true"),
          new Mutant(
              "the request of a wait is sent to the request queue",
              "invocation/DirectInvocation.java",
              "case WAIT -> completed(request);",
              "case WAIT -> answer(request, event);"),
          new Mutant(
              "a report that is not accepted counts as published",
              "invocation/RequestExecutor.java",
              "invocation.services().reports().publish(report, invocation.workDeadline());",
              "try { invocation.services().reports().publish(report, invocation.workDeadline()); } catch (RequestFailedException e) { return result; }"),
          new Mutant(
              "a report with findings is not published",
              "invocation/RequestExecutor.java",
              "|| report.isEmpty()",
              "|| !report.isEmpty()"),
          new Mutant(
              "a check describes an entity that was not reset",
              "check/EntityDescriptions.java",
              "reset.accept( new ResetCall(profile, Optional.of(name), Optional.empty(), entity.apiVersion()));",
              ""),
          new Mutant(
              "an entity whose reset failed is described from the old cache",
              "check/EntityDescriptions.java",
              "if (e.failure() instanceof Failure.Retryable) { throw e; }",
              ""),
          new Mutant(
              "a reset that fails for good ends a check",
              "check/EntityDescriptions.java",
              "e.failure() instanceof Failure.Retryable",
              "true"),
          new Mutant(
              "an entity that AppFlow cannot describe now counts as not comparable",
              "check/EntityDescriptions.java",
              "case Failure.Retryable _ -> throw e;",
              "case Failure.Retryable _ -> new Description.NotComparable(entity, e.getMessage());"),
          new Mutant(
              "a connection that is not authorized counts as not comparable",
              "check/EntityDescriptions.java",
              "case \"ConnectorAuthenticationException\" -> new Description.NotAuthorized(entity);",
              ""),
          new Mutant(
              "a direct check that cannot be finished is enqueued",
              "invocation/DirectInvocation.java",
              "request instanceof Request.Check ||",
              ""),
          new Mutant(
              "a direct check whose report is not published is forgotten",
              "invocation/DirectInvocation.java",
              "retried(request, event, failure); } yield report.members();",
              "} yield report.members();"),
          new Mutant(
              "checks delay the resets of their batch",
              "invocation/SqsBatch.java",
              "Stream.of(false, true)",
              "Stream.of(true, false)"),
          new Mutant(
              "each check of a batch resets its entities anew",
              "check/EntityDescriptions.java",
              "return known .computeIfAbsent(inVersion, _ -> new Once<>(() -> resetAndDescribe(inVersion, name, reset))) .get();",
              "return resetAndDescribe(inVersion, name, reset);"),
          new Mutant(
              "a check counts as a reset of its flow",
              "invocation/SqsBatch.java",
              "Set<Request> same = new LinkedHashSet<>(each.getValue());",
              "Set<Request> same = new LinkedHashSet<>(each.getValue()); if (plan instanceof Plan.Check(var flow)) { same.add(new Request.OfFlows(new io.github.metadatareset.request.FlowPattern(flow))); }"),
          new Mutant(
              "a pattern of checks is split into resets",
              "plan/Splitter.java",
              "(Request) new Request.Check(new FlowPattern(flow))",
              "(Request) new Request.OfFlows(new FlowPattern(flow))"));

  private static Map<Mutant, Optional<Integer>> seedsNeeded;

  @BeforeAll
  static void findAll() {
    seedsNeeded =
        MUTANTS.parallelStream()
            .collect(toConcurrentMap(mutant -> mutant, mutant -> mutant.foundAfter(1, SEEDS)));
    System.out.printf("%d mutants, and how many runs it took to find each:%n", MUTANTS.size());
    MUTANTS.forEach(
        mutant ->
            System.out.printf(
                "  %6s  %s%n",
                seedsNeeded.get(mutant).map(String::valueOf).orElse("never"), mutant));
  }

  @ParameterizedTest
  @FieldSource("MUTANTS")
  void isFound(Mutant mutant) {
    assertTrue(seedsNeeded.get(mutant).isPresent(), () -> "not in " + SEEDS + " runs");
  }
}
