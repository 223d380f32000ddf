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

/// The simulation finds bugs: each of these, planted in the function's own sources, shows within
/// 10,000 worlds. A thread that is interrupted between two steps is a `Thread.yield()` there.
@LongSuite(
    "The simulation finds each bug that is planted in the function: its success means something.")
class MutantsTest {

  private static final int SEEDS = 10_000;

  static final List<Mutant> MUTANTS =
      List.of(
          new Mutant(
              "a dead letter is not awaited",
              "invocation/Settlement.java",
              "return sent.accepted().stream()",
              "return deadLetters.stream()"),
          new Mutant(
              "what fails for good comes back",
              "invocation/Settlement.java",
              "case Failure.Permanent _ -> true;",
              "case Failure.Permanent _ -> false;"),
          new Mutant(
              "the last receive is missed by one",
              "invocation/Settlement.java",
              "message.receiveCount() >= invocation",
              "message.receiveCount() > invocation"),
          new Mutant(
              "every receive is the last",
              "invocation/Settlement.java",
              "message.receiveCount() >= invocation.limits().maxReceiveCount()",
              "true"),
          new Mutant(
              "nothing comes back",
              "invocation/Settlement.java",
              "new Settled(List.copyOf(failed.keySet()), accepted.size())",
              "new Settled(List.of(), accepted.size())"),
          new Mutant(
              "of several that come back one is forgotten",
              "invocation/Settlement.java",
              "List.copyOf(failed.keySet())",
              "failed.keySet().stream().skip(failed.size() > 2 ? 1 : 0).toList()"),
          new Mutant(
              "the answer names receipt handles",
              "MetadataResetHandler.java",
              ".map(SqsMessage::messageId)",
              ".map(SqsMessage::receiptHandle)"),
          new Mutant(
              "a dead letter that was refused does not come back",
              "invocation/Settlement.java",
              "accepted.forEach(failed::remove);",
              "accepted.forEach(failed::remove); failed.values().removeIf(Failure.Permanent.class::isInstance);"),
          new Mutant(
              "failures are collected from threads in a plain list",
              "invocation/SqsBatch.java",
              "concurrently( task -> new Execution(task, executor.execute(task.plan(), task.source())))) .toList();",
              """
              concurrently(
                            task ->
                                collected(
                                    new Execution(
                                        task, executor.execute(task.plan(), task.source())))))
                    .toList()
                    .stream()
                    .map(
                        each ->
                            each.result() instanceof ExecutionResult.Failed
                                    && !failures.getFirst().contains(each.task())
                                ? new Execution(each.task(), new ExecutionResult.Split(0, 1, 0))
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
              "outcomes are of the first of equal messages only",
              "invocation/SqsBatch.java",
              "task.messages().forEach(each -> outcomes.put(each, new MessageOutcome.Duplicate()));",
              ""),
          new Mutant(
              "what cannot be read is done",
              "invocation/SqsBatch.java",
              "outcomes.put(message, new MessageOutcome.Failed(Failure.of(e)));",
              "outcomes.put(message, new MessageOutcome.Ignored(\"unreadable\"));"),
          new Mutant(
              "a failure is remembered as served",
              "invocation/SqsBatch.java",
              "outcomes.put(each, new MessageOutcome.Failed(failure)));",
              "outcomes.put(each, new MessageOutcome.Failed(failure))); watermark.ifPresent(mark -> task.allRequests().forEach(request -> completed.complete(request, mark)));"),
          new Mutant(
              "what was skipped is remembered as served",
              "invocation/SqsBatch.java",
              "outcomes.put(message, new MessageOutcome.Duplicate());",
              "outcomes.put(message, new MessageOutcome.Duplicate()); watermark.ifPresent(mark -> completed.complete(request, mark));"),
          new Mutant(
              "the mark is the time after the work",
              "invocation/SqsBatch.java",
              "watermark.ifPresent( mark ->",
              "watermark.map(_ -> invocation.services().clock().instant().plusSeconds(5)).ifPresent( mark ->"),
          new Mutant(
              "the function's clock is taken for that of SQS",
              "invocation/SqsBatch.java",
              ".map(SqsMessage::firstReceived)",
              ".map(_ -> Optional.of(invocation.services().clock().instant()))"),
          new Mutant(
              "served once is served for ever",
              "invocation/SqsBatch.java",
              "if (message.wasSentBefore(completedAt.get())) {",
              "if (completedAt.isPresent()) {"),
          new Mutant(
              "nothing is remembered as served",
              "invocation/CompletedRequests.java",
              "return Optional.ofNullable(watermarks.get(Fingerprint.of(request.json())));",
              "return Optional.empty();"),
          new Mutant(
              "any failure is taken for done",
              "invocation/RequestExecutor.java",
              "return new ExecutionResult.Failed(Failure.of(e));",
              "return new ExecutionResult.Split(0, 1, 0);"),
          new Mutant(
              "parts that cannot be done are forgotten",
              "invocation/RequestExecutor.java",
              "sendDeadLetters(subRequests.rejected(), source);",
              ""),
          new Mutant(
              "the dead letter of a part is not awaited",
              "invocation/RequestExecutor.java",
              "if (!sent.accepted().containsAll(deadLetters)) {",
              "if (deadLetters.isEmpty()) {"),
          new Mutant(
              "a split into one call does not make it",
              "invocation/RequestExecutor.java",
              "case Plan.ToSplit(var request) -> attempt(() -> execute(split(request), source));",
              "case Plan.ToSplit(var request) -> attempt(() -> split(request) instanceof Plan.Split several ? execute(several, source) : new ExecutionResult.Split(0, 1, 0));"),
          new Mutant(
              "the list of names is read without a reset",
              "plan/Splitter.java",
              "appFlow.reset(names);",
              ""),
          new Mutant(
              "nested entities are left out",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !isItsOwnParent) {",
              "if (entity.hasNestedEntities() && isItsOwnParent) {"),
          new Mutant(
              "what is its own parent is walked",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !isItsOwnParent) {",
              "if (entity.hasNestedEntities()) {"),
          new Mutant(
              "USED_BY_FLOWS leaves out the names",
              "plan/Splitter.java",
              "collector.add(request.withEntities(new Entities.Names()));",
              ""),
          new Mutant(
              "the parent of a flow's nested entity is forgotten",
              "plan/Splitter.java",
              "use.parent().flatMap(EntitiesPath::of).map(request::withEntitiesPath).orElse(request); ofEntity(place, use.entity()) .flatMap( entity -> use.parent().map(parent -> below(entity, parent)).orElse(Optional.of(entity)))",
              "request; ofEntity(place, use.entity())"),
          new Mutant(
              "patterns reach every profile",
              "plan/Splitter.java",
              "return allowedProfiles.matches(profile.name()) && matching.name()",
              "return matching.name()"),
          new Mutant(
              "a pattern that matches nothing is done",
              "plan/Splitter.java",
              "if (requests.isEmpty() && !matching.name().equals(ProfilePattern.ALL)) {",
              "if (requests == null) {"),
          new Mutant(
              "a pattern's connectorLabel is overlooked",
              "plan/Splitter.java",
              "(matching.label().isEmpty() || matching.label().equals(profile.label()))",
              "(matching.label().isEmpty() || profile.label().isPresent())"),
          new Mutant(
              "a part that could not be looked up is left out",
              "plan/Splitter.java",
              "case Failure.Retryable _ -> throw e;",
              "case Failure.Retryable _ -> {}"),
          new Mutant(
              "of several API versions only the first is meant",
              "plan/ApiVersions.java",
              "return versions.stream().map(request::withApiVersion).toList();",
              "return versions.stream().limit(1).map(request::withApiVersion).toList();"),
          new Mutant(
              "without an API version nothing is done",
              "plan/ApiVersions.java",
              "if (versions.isEmpty()) {",
              "if (supported.isEmpty()) {"),
          new Mutant(
              "look-ups are kept from invocation to invocation",
              "plan/Discovery.java",
              "private final Map<ProfileName, Lookup<List<Profile>>> named =",
              "private static final Map<ProfileName, Lookup<List<Profile>>> named ="),
          new Mutant(
              "entries that SQS refused are overlooked",
              "aws/SqsBatchSender.java",
              "Optional.of(refused(entry.code(), entry.message()))",
              "Optional.empty()"),
          new Mutant(
              "a batch that SQS did not take is overlooked",
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
              "a refused dead letter is taken for accepted",
              "aws/SqsDeadLetterQueue.java",
              "failure -> refused.put(letter, failure)",
              "_ -> accepted.add(letter)"),
          new Mutant(
              "parts that were not accepted are overlooked",
              "aws/SqsRequestQueue.java",
              "batches.send(messages, deadline).stream()",
              "batches.send(messages, deadline).stream().limit(0)"),
          new Mutant(
              "a dead letter does not hold the body",
              "queue/DeadLetter.java",
              "return new DeadLetter(message.body(), failure",
              "return new DeadLetter(message.messageId(), failure"),
          new Mutant(
              "a dead letter gives another reason",
              "queue/DeadLetter.java",
              "all.put(\"ErrorCode\", legal(failure.code()));",
              "all.put(\"ErrorCode\", \"ValidationException\");"),
          new Mutant(
              "how often a message was received is not read",
              "queue/SqsMessage.java",
              "\"ApproximateReceiveCount\"",
              "\"ReceiveCount\""),
          new Mutant(
              "a profile's update means its names only",
              "event/AppFlowEvents.java",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.UsedByFlows()))",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.Names()))"),
          new Mutant(
              "a direct request that may succeed later is dropped",
              "invocation/DirectInvocation.java",
              "yield queued(request);",
              "yield answer(0, 1);"),
          new Mutant(
              "a direct request that fails for good is answered",
              "invocation/DirectInvocation.java",
              "case Failure.Permanent _ -> throw new RequestFailedException(failure);",
              "case Failure.Permanent _ -> answer(1, 0);"),
          new Mutant(
              "a wide direct request is answered and not queued",
              "invocation/DirectInvocation.java",
              "case Plan.Split _, Plan.ToSplit _ -> queued(request);",
              "case Plan.Split _, Plan.ToSplit _ -> answer(0, 1);"));

  private static Map<Mutant, Optional<Integer>> needed;

  @BeforeAll
  static void huntThemAll() {
    needed =
        MUTANTS.parallelStream()
            .collect(toConcurrentMap(mutant -> mutant, mutant -> mutant.caughtAfter(1, SEEDS)));
    System.out.printf(
        "%d mutants, and the simulated worlds that it took to see each:%n", MUTANTS.size());
    MUTANTS.forEach(
        mutant ->
            System.out.printf(
                "  %6s  %s%n", needed.get(mutant).map(String::valueOf).orElse("never"), mutant));
  }

  @ParameterizedTest
  @FieldSource("MUTANTS")
  void isCaught(Mutant mutant) {
    assertTrue(needed.get(mutant).isPresent(), () -> "not in " + SEEDS + " worlds");
  }
}
