package io.github.metadatareset.start;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.MetadataResetHandler;
import io.github.metadatareset.aws.AwsClients;
import io.github.metadatareset.local.AppFlowAccount;
import io.github.metadatareset.local.EventSourceMapping;
import io.github.metadatareset.local.EventSourceMapping.Invocation;
import io.github.metadatareset.local.Fault;
import io.github.metadatareset.local.LocalContext;
import io.github.metadatareset.local.LocalStack;
import io.github.metadatareset.local.RuntimeApi;
import io.github.metadatareset.local.RuntimeProcess;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Makes the AOT cache of the container image: the JVM records the classes that it loads and links
/// while the function, started as in the image, handles every kind of event. What is not trained
/// here is slow the first time.
///
/// `TrainingRun FOLDER` writes `function.aot` into the image's task root. `TrainingRun FOLDER
/// accepted` fails unless the JVM starts the function with it.
final class TrainingRun {

  private static final String HANDLER = MetadataResetHandler.class.getName() + "::handleRequest";

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private static final String DIRECT = "{\"connectorProfileName\":\"crm-prod\"}";

  /// The default request of the schedule.
  private static final String SCHEDULED =
      "{\"connectorProfileName\":\"*\",\"entities\":\"USED_BY_FLOWS\"}";

  private static final String THROTTLED = "Contact";

  private static final List<String> REQUESTS =
      List.of(
          request("\"connectorType\":\"Salesforce\",\"connectorEntityName\":\"Account\""),
          request("\"connectorEntityName\":\"Lead\""),
          request("\"connectorEntityName\":\"%s\"".formatted(THROTTLED)),
          request("\"entities\":[\"Account\",\"Opportunity\"]"),
          request("\"entities\":\"ALL\""),
          "malformed",
          "{\"connectorProfileName\":\"refused\",\"connectorEntityName\":\"Account\"}");

  private static final List<String> DEAD_LETTER_CODES =
      List.of("InvalidRequest", "ResourceNotFoundException");

  private TrainingRun() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    Path folder = Path.of(args[0]).toAbsolutePath();
    if (args.length > 1) {
      checkCache(folder);
    } else {
      makeCache(folder);
    }
  }

  private static void makeCache(Path folder) throws IOException, InterruptedException {
    Path cache = folder.resolve("function.aot");
    Files.deleteIfExists(cache);
    run(folder, "-XX:AOTCacheOutput=" + cache.getFileName(), TrainingRun::train);
    require(Files.isRegularFile(cache), "the JVM left no cache");
  }

  /// With AOTMode=on a JVM that cannot use the cache does not start.
  private static void checkCache(Path folder) throws IOException, InterruptedException {
    List<String> log =
        run(
            folder,
            "-XX:AOTMode=on",
            (stack, process) -> {
              invoke(process, DIRECT);
              require(stack.resets().size() == 1, "not one reset, but " + stack.resets());
            });
    require(log.stream().noneMatch(line -> line.contains("[error]")), "the cache is not used");
  }

  @FunctionalInterface
  private interface Work {
    void on(LocalStack stack, RuntimeProcess process) throws IOException, InterruptedException;
  }

  private static List<String> run(Path folder, String javaOption, Work work)
      throws IOException, InterruptedException {
    try (LocalStack stack = LocalStack.start(AppFlowAccount.sample())) {
      RuntimeProcess process =
          RuntimeProcess.launch(
              RuntimeProcess.Settings.ofImage(folder, HANDLER)
                  .with(stack.variables())
                  .withJavaOption(javaOption),
              RuntimeApi.start());
      try (process) {
        process.awaitInitialised();
        work.on(stack, process);
        process.end();
      } finally {
        process.log().forEach(System.out::println);
      }
      return process.log();
    }
  }

  private static void train(LocalStack stack, RuntimeProcess process)
      throws IOException, InterruptedException {
    stack
        .appFlow()
        .faults()
        .next(
            AwsClients.ATTEMPTS,
            "ResetConnectorMetadataCache",
            Fault.throttled(),
            call -> THROTTLED.equals(call.get("connectorEntityName")));
    invoke(process, DIRECT);
    invoke(process, SCHEDULED);
    stack.queues().sendAll(REQUESTS);
    try (EventSourceMapping mapping = mapping(stack, process)) {
      require(mapping.drain(LIMIT), "the queue is not empty after " + LIMIT);
      require(
          mapping.invocations().stream().map(Invocation::failure).allMatch(f -> f.isEmpty()),
          "an invocation failed");
      require(
          mapping.invocations().stream().anyMatch(batch -> !batch.returnedIds().isEmpty()),
          "nothing was returned");
    }
    List<String> codes =
        stack.queues().deadLetters().stream()
            .map(each -> each.messageAttributes().get("ErrorCode").stringValue())
            .toList();
    require(
        codes.containsAll(DEAD_LETTER_CODES), "the error codes of the dead letters are " + codes);
    for (String entity : List.of("Account", "Lead", THROTTLED, "Opportunity")) {
      String reset = "crm-prod Salesforce " + entity;
      require(stack.resets().contains(reset), "no " + reset + " in " + stack.resets());
    }
  }

  private static EventSourceMapping mapping(LocalStack stack, RuntimeProcess process) {
    return new EventSourceMapping(
        stack.queues(),
        process,
        EventSourceMapping.Settings.DEFAULT.withConcurrency(1).withHurriedRetries());
  }

  private static void invoke(RuntimeProcess process, String event) throws IOException {
    process.handleRequest(
        new ByteArrayInputStream(event.getBytes(UTF_8)),
        new ByteArrayOutputStream(),
        LocalContext.withTimeout(LIMIT));
  }

  private static String request(String members) {
    return "{\"connectorProfileName\":\"crm-prod\"," + members + "}";
  }

  private static void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalStateException(problem);
    }
  }
}
