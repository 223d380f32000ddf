package io.github.metadatareset;

import static java.util.stream.Collectors.toConcurrentMap;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
              "Settlement.java",
              "return sent.accepted().stream()",
              "return letters.stream()"),
          new Mutant(
              "what fails for good comes back",
              "Settlement.java",
              "case Failure.Permanent _ -> true;",
              "case Failure.Permanent _ -> false;"),
          new Mutant(
              "the last receive is missed by one",
              "Settlement.java",
              "message.receiveCount() >= configuration",
              "message.receiveCount() > configuration"),
          new Mutant(
              "every receive is the last",
              "Settlement.java",
              "message.receiveCount() >= configuration.maxReceiveCount()",
              "true"),
          new Mutant(
              "nothing comes back",
              "Settlement.java",
              "failed.keySet().stream().map(SqsMessage::messageId)",
              "failed.keySet().stream().limit(0).map(SqsMessage::messageId)"),
          new Mutant(
              "of several that come back one is forgotten",
              "Settlement.java",
              "failed.keySet().stream().map(SqsMessage::messageId)",
              "failed.keySet().stream().skip(failed.size() > 2 ? 1 : 0).map(SqsMessage::messageId)"),
          new Mutant(
              "the answer names receipt handles",
              "Settlement.java",
              "failed.keySet().stream().map(SqsMessage::messageId)",
              "failed.keySet().stream().map(SqsMessage::receiptHandle)"),
          new Mutant(
              "a dead letter that was refused does not come back",
              "Settlement.java",
              "bury(failed).forEach(failed::remove);",
              "bury(failed).forEach(failed::remove); failed.values().removeIf(Failure.Permanent.class::isInstance);"),
          new Mutant(
              "failures are collected from threads in a plain list",
              "SqsBatch.java",
              "Map.entry(task, work.perform(task.plan(), task.source())))) .forEach(done -> done(done.getKey(), done.getValue()));",
              """
                            Map.entry(task, collected(task, work.perform(task.plan(), task.source())))))
                    .toList()
                    .forEach(
                        done ->
                            done(
                                done.getKey(),
                                done.getValue() instanceof Outcome.Failed
                                        && !failures.getFirst().contains(done.getKey())
                                    ? new Outcome.Coalesced()
                                    : done.getValue()));
              }

              private final List<List<Task>> failures = new ArrayList<>(List.of(List.of()));

              private Outcome collected(Task task, Outcome outcome) {
                if (outcome instanceof Outcome.Failed) {
                  List<Task> before = failures.getFirst();
                  Thread.yield();
                  failures.set(0, Stream.concat(before.stream(), Stream.of(task)).toList());
                }
                return outcome;
              """),
          new Mutant(
              "outcomes are of the first of equal messages only",
              "SqsBatch.java",
              "for (Delivery delivery : task.deliveries()) {",
              "for (Delivery delivery : task.deliveries().subList(0, 1)) {"),
          new Mutant(
              "what cannot be read is done",
              "SqsBatch.java",
              "outcomes.put(message, new Outcome.Failed(Failure.of(e)));",
              "outcomes.put(message, new Outcome.Ignored(\"unreadable\"));"),
          new Mutant(
              "a failure is remembered as served",
              "SqsBatch.java",
              "if (!(outcome instanceof Outcome.Failed)) {",
              "if (outcome != null) {"),
          new Mutant(
              "what was skipped is remembered as served",
              "SqsBatch.java",
              "outcomes.put(delivery.message(), new Outcome.Coalesced());",
              "outcomes.put(delivery.message(), new Outcome.Coalesced()); received.ifPresent(mark -> served.served(request.apply(delivery), mark));"),
          new Mutant(
              "the mark is the time after the work",
              "SqsBatch.java",
              "received.ifPresent(mark ->",
              "received.map(_ -> ports.clock().instant().plusSeconds(5)).ifPresent(mark ->"),
          new Mutant(
              "the function's clock is taken for that of SQS",
              "SqsBatch.java",
              ".map(SqsMessage::firstReceived)",
              ".map(_ -> Optional.of(ports.clock().instant()))"),
          new Mutant(
              "served once is served for ever",
              "reset/Served.java",
              "return mark != null && sent.filter(time -> time.isBefore(mark)).isPresent();",
              "return mark != null;"),
          new Mutant(
              "nothing is remembered as served",
              "reset/Served.java",
              "return mark != null && sent.filter(time -> time.isBefore(mark)).isPresent();",
              "return false;"),
          new Mutant(
              "any failure is taken for done",
              "Work.java",
              "return new Outcome.Failed(Failure.of(e));",
              "return new Outcome.Coalesced();"),
          new Mutant(
              "parts that cannot be done are forgotten",
              "Work.java",
              "bury(parts.impossible(), source);",
              ""),
          new Mutant(
              "the dead letter of a part is not awaited",
              "Work.java",
              "if (!sent.accepted().containsAll(letters)) {",
              "if (letters.isEmpty()) {"),
          new Mutant(
              "a split into one call does not make it",
              "Work.java",
              "return perform(plan(parts.requests().getFirst()), source);",
              "return new Outcome.Split(0, 1, 0);"),
          new Mutant(
              "the list of names is read without a reset",
              "plan/Splitter.java",
              "appFlow.reset(names);",
              ""),
          new Mutant(
              "nested entities are left out",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !itsOwnParent) {",
              "if (entity.hasNestedEntities() && itsOwnParent) {"),
          new Mutant(
              "what is its own parent is walked",
              "plan/Splitter.java",
              "if (entity.hasNestedEntities() && !itsOwnParent) {",
              "if (entity.hasNestedEntities()) {"),
          new Mutant(
              "USED_BY_FLOWS leaves out the names",
              "plan/Splitter.java",
              "parts.add(request.withEntities(new Entities.Names()));",
              ""),
          new Mutant(
              "the parent of a flow's nested entity is forgotten",
              "plan/Splitter.java",
              "use.parent().flatMap(EntitiesPath::of).map(request::withEntitiesPath).orElse(request); entity(place, use.entity()) .flatMap( entity -> use.parent().map(parent -> below(entity, parent)).orElse(Optional.of(entity)))",
              "request; entity(place, use.entity())"),
          new Mutant(
              "patterns reach every profile",
              "plan/Splitter.java",
              "return reach.matches(profile.name()) && matching.name()",
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
              "plan/Versions.java",
              "return meant.stream().map(request::withApiVersion).toList();",
              "return meant.stream().limit(1).map(request::withApiVersion).toList();"),
          new Mutant(
              "without an API version nothing is done",
              "plan/Versions.java",
              "if (meant.isEmpty()) {",
              "if (supported.isEmpty()) {"),
          new Mutant(
              "look-ups are kept from invocation to invocation",
              "plan/Discovery.java",
              "private final Map<ProfileName, Answer<List<Profile>>> named =",
              "private static final Map<ProfileName, Answer<List<Profile>>> named ="),
          new Mutant(
              "entries that SQS refused are overlooked",
              "aws/SqsBatches.java",
              "Optional.of(refused(entry.code(), entry.message()))",
              "Optional.empty()"),
          new Mutant(
              "a batch that SQS did not take is overlooked",
              "aws/SqsBatches.java",
              "return batch.stream().map(_ -> Optional.of(failure)).toList();",
              "return batch.stream().map(_ -> failure == null ? Optional.of(failure) : Optional.<Failure>empty()).toList();"),
          new Mutant(
              "a batch has eleven entries",
              "aws/SqsBatches.java",
              "static final int MAX_ENTRIES = 10;",
              "static final int MAX_ENTRIES = 11;"),
          new Mutant(
              "the last batch is not sent",
              "aws/SqsBatches.java",
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
              "reset/DeadLetter.java",
              "return new DeadLetter(message.body(), failure",
              "return new DeadLetter(message.messageId(), failure"),
          new Mutant(
              "a dead letter gives another reason",
              "reset/DeadLetter.java",
              "all.put(\"ErrorCode\", legal(failure.code()));",
              "all.put(\"ErrorCode\", \"ValidationException\");"),
          new Mutant(
              "how often a message was received is not read",
              "event/SqsMessage.java",
              "\"ApproximateReceiveCount\"",
              "\"ReceiveCount\""),
          new Mutant(
              "a profile's update means its names only",
              "event/AppFlowEvents.java",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.UsedByFlows()))",
              "new Request.OfConnector(new Connector.NamedProfile(name), new Entities.Names()))"),
          new Mutant(
              "a direct request that may succeed later is dropped",
              "DirectInvocation.java",
              "yield queued(request);",
              "yield answer(0, 1);"),
          new Mutant(
              "a direct request that fails for good is answered",
              "DirectInvocation.java",
              "case Failure.Permanent _ -> throw new RequestFailedException(failure);",
              "case Failure.Permanent _ -> answer(1, 0);"),
          new Mutant(
              "a wide direct request is answered and not queued",
              "DirectInvocation.java",
              "case Plan.Split _ -> queued(request);",
              "case Plan.Split _ -> answer(0, 1);"));

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
