package io.github.metadatareset.benchmark;

import io.github.metadatareset.local.Template;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A function that the benchmark measures: this one, or the baseline in boto3.
///
/// @param folder the folder that is `/var/task` in Lambda
/// @param command starts the runtime
/// @param concurrency the number of concurrent calls
record Candidate(
    String name,
    Path folder,
    List<String> command,
    Map<String, String> variables,
    int concurrency) {

  static final String PACKED = "boto3, packed";

  static final String HANDLER = "io.github.metadatareset.MetadataResetHandler::handleRequest";

  /// The options that Lambda's Java runtime sets with SnapStart, for less than 2 GB of memory.
  private static final List<String> RUNTIME_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "--enable-native-access=ALL-UNNAMED",
          "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");

  /// The options and the memory size of the template.
  private static final String TEMPLATE_OPTIONS =
      Template.variable("JAVA_TOOL_OPTIONS") + " -XX:MaxRAM=512m";

  /// The baseline with the boto3 of Lambda's Python runtime, whose modules are compiled.
  static Candidate boto3(Path prepared, int threads) {
    return python("boto3", prepared.resolve("boto3"), prepared, Map.of(), threads);
  }

  /// The baseline with the boto3 that `sam build` packs. Each cold start compiles the modules, as a
  /// function cannot write to its folder.
  static Candidate boto3Packed(Path prepared) {
    Path folder = prepared.resolve("boto3-packed");
    Map<String, String> variables =
        Map.of("PYTHONPATH", folder.toString(), "PYTHONDONTWRITEBYTECODE", "1");
    return python(PACKED, folder, prepared, variables, 1);
  }

  private static Candidate python(
      String name, Path folder, Path prepared, Map<String, String> variables, int threads) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("THREADS", Integer.toString(threads));
    all.put("AWS_CA_BUNDLE", prepared.resolve("ca-bundle.pem").toString());
    String python = prepared.resolve("python/bin/python").toString();
    return new Candidate(
        name, folder, List.of(python, "-m", "awslambdaric", "function.handler"), all, threads);
  }

  /// The artifact of `sam build`, with the runtime interface client of Lambda's managed runtime.
  static Candidate zip(Path prepared, int calls) {
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(RUNTIME_OPTIONS);
    command.addAll(
        List.of(
            "-cp",
            prepared.resolve("runtime") + "/*",
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
            HANDLER));
    Path folder = prepared.resolve("zip");
    Map<String, String> variables = new HashMap<>();
    variables.put("LAMBDA_TASK_ROOT", folder.toString());
    variables.put("JAVA_TOOL_OPTIONS", TEMPLATE_OPTIONS);
    variables.put("MAX_RECEIVE_COUNT", "12");
    variables.put("MAX_CONCURRENT_CALLS", Integer.toString(calls));
    variables.put("MAX_CALLS_PER_EVENT", "10000000");
    variables.put("CONNECTOR_PROFILE_PATTERN", "*");
    variables.put("EVENT_BUS_NAME", "default");
    return new Candidate("zip", folder, command, variables, calls);
  }

  Candidate withCommand(List<String> other) {
    return new Candidate(name, folder, other, variables, concurrency);
  }

  /// Adds JVM options. They must not contain spaces.
  Candidate withJavaOptions(String... options) {
    Map<String, String> all = new HashMap<>(variables);
    all.merge(
        "JAVA_TOOL_OPTIONS", String.join(" ", options), (first, second) -> first + " " + second);
    return new Candidate(name, folder, command, all, concurrency);
  }

  /// The name and the concurrency, as a column of the results.
  String label() {
    return concurrency == 1 ? name : name + " x" + concurrency;
  }
}
