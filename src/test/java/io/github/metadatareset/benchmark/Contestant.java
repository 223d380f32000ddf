package io.github.metadatareset.benchmark;

import io.github.metadatareset.local.Template;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A function as it is deployed.
///
/// @param folder what would be `/var/task`
/// @param command starts its runtime
/// @param concurrency how many calls it makes at the same time
record Contestant(
    String name,
    Path folder,
    List<String> command,
    Map<String, String> variables,
    int concurrency) {

  static final String PACKED = "boto3, packed";

  private static final String HANDLER =
      "io.github.metadatareset.MetadataResetHandler::handleRequest";

  /// What Lambda's runtime gives Java where there are less than 2 GB.
  private static final List<String> MANAGED =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "--enable-native-access=ALL-UNNAMED",
          "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac");

  /// The template's options, and the memory that it gives.
  private static final String OPTIONS = Template.variable("JAVA_TOOL_OPTIONS") + " -XX:MaxRAM=512m";

  /// The thirty lines of Python, on the boto3 that Lambda's runtime brings along, already compiled.
  static Contestant boto3(Path prepared, int threads) {
    return python("boto3", prepared.resolve("boto3"), prepared, Map.of(), threads);
  }

  /// The same with the boto3 that `sam build` packs: sources, which each cold start compiles, as a
  /// function cannot write to where they lie.
  static Contestant boto3Packed(Path prepared) {
    Path folder = prepared.resolve("boto3-packed");
    Map<String, String> variables =
        Map.of("PYTHONPATH", folder.toString(), "PYTHONDONTWRITEBYTECODE", "1");
    return python(PACKED, folder, prepared, variables, 1);
  }

  private static Contestant python(
      String name, Path folder, Path prepared, Map<String, String> variables, int threads) {
    Map<String, String> all = new HashMap<>(variables);
    all.put("THREADS", Integer.toString(threads));
    all.put("AWS_CA_BUNDLE", prepared.resolve("ca-bundle.pem").toString());
    String python = prepared.resolve("python/bin/python").toString();
    return new Contestant(
        name, folder, List.of(python, "-m", "awslambdaric", "function.handler"), all, threads);
  }

  /// The artifact of `sam build`, in the runtime interface client of Lambda's managed runtime.
  static Contestant zip(Path prepared, int calls) {
    List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/java"));
    command.addAll(MANAGED);
    command.addAll(
        List.of(
            "-cp",
            prepared.resolve("runtime") + "/*",
            "com.amazonaws.services.lambda.runtime.api.client.AWSLambda",
            HANDLER));
    Path folder = prepared.resolve("zip");
    Map<String, String> variables = new HashMap<>();
    variables.put("LAMBDA_TASK_ROOT", folder.toString());
    variables.put("JAVA_TOOL_OPTIONS", OPTIONS);
    variables.put("MAX_RECEIVE_COUNT", "12");
    variables.put("MAX_CONCURRENT_CALLS", Integer.toString(calls));
    variables.put("MAX_CALLS_PER_EVENT", "10000000");
    variables.put("CONNECTOR_PROFILE_PATTERN", "*");
    return new Contestant("zip", folder, command, variables, calls);
  }

  /// The same, if it is Java, with further options, none of which has blanks.
  Contestant withJavaOptions(String... options) {
    Map<String, String> all = new HashMap<>(variables);
    all.merge("JAVA_TOOL_OPTIONS", String.join(" ", options), (some, more) -> some + " " + more);
    return new Contestant(name, folder, command, all, concurrency);
  }

  /// The name by which its figures are told from those of another concurrency.
  String label() {
    return concurrency == 1 ? name : name + " x" + concurrency;
  }
}
