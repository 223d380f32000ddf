package io.github.metadatareset.load;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.metadatareset.json.JsonValue;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/// A body of the largest size that SQS allows, of a shape that is expensive to read.
///
/// @param text makes the body, with different names for each number
record ExpensiveBody(String shape, IntFunction<String> text) {

  /// The largest message of SQS.
  private static final int MAX_BYTES = 1024 * 1024;

  private static final String CRM = "{\"connectorProfileName\":\"crm\",";

  static final List<ExpensiveBody> ALL =
      List.of(
          filled("a number of a million digits", "", _ -> "7", ""),
          filled("a long string", "\"", _ -> "x", "\""),
          filled("a long string of two bytes a character", "\"😀", _ -> "x", "\""),
          filled("escapes", "\"", _ -> "\\u0000", "\""),
          filled("brackets that stay open", "", _ -> "[", ""),
          filled("half a million numbers", "[0", _ -> ",0", "]"),
          filled("decimals", "[0", _ -> ",1.5", "]"),
          filled("empty objects", "[0", _ -> ",{}", "]"),
          filled("objects", "[0", _ -> ",{\"\":0}", "]"),
          filled("lists in lists", "[0", _ -> "," + "[".repeat(63) + "]".repeat(63), "]"),
          filled("unknown members", "{\"\":0", id -> ",\"%s\":0".formatted(id), "}"),
          filled(
              "members with long names",
              "{\"\":0",
              id -> ",\"%s%s\":0".formatted(id, "x".repeat(49_980)),
              "}"),
          filled("the same member many times", "{\"\":0", _ -> ",\"\":0", "}"),
          filled("a list of no entities", CRM + "\"entities\":[0", _ -> ",0", "]}"),
          filled("a list of no requests", "{\"requests\":[0", _ -> ",0", "]}"),
          filled("a list of empty requests", "{\"requests\":[{}", _ -> ",{}", "]}"),
          filled("a profile with a long name", "{\"connectorProfileName\":\"", _ -> "x", "\"}"),
          thousand(
              "a thousand entities",
              CRM + "\"entities\":[",
              id -> "\"%s%s\"".formatted(id, "x".repeat(1000))),
          thousand(
              "a thousand entities of two bytes a character",
              CRM + "\"entities\":[",
              id -> "\"%s\\ud83d\\ude00%s\"".formatted(id, "x".repeat(1000))),
          thousand(
              "a thousand requests",
              "{\"requests\":[",
              id -> CRM + "\"connectorEntityName\":\"%s%s\"}".formatted(id, "x".repeat(900))),
          thousand(
              "a thousand requests, escaped",
              "{\"requests\":[",
              id -> CRM + "\"connectorEntityName\":\"%s%s\"}".formatted(id, "\\u5ba2".repeat(150))),
          filled(
              "a recorded call with a long name",
              "{\"source\":\"\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":"
                  + "{\"eventSource\":\"appflow.amazonaws.com\",\"eventName\":\"",
              _ -> "é",
              "\"}}"),
          new ExpensiveBody(
              "a request in four wrappers",
              _ -> wrapped(4, CRM + "\"apiVersion\":\"%s\"}".formatted("x".repeat(1_000_000)))));

  /// Bodies with many names, which a function with a memory leak would keep.
  static final List<ExpensiveBody> WITH_MANY_NAMES =
      ALL.stream()
          .filter(
              body ->
                  body.shape().equals("members with long names")
                      || body.shape().startsWith("a thousand entities of"))
          .toList();

  /// With as many pieces as fit.
  private static ExpensiveBody filled(
      String shape, String start, UnaryOperator<String> piece, String end) {
    return new ExpensiveBody(
        shape,
        number -> {
          StringBuilder text = new StringBuilder(start);
          int room = MAX_BYTES - start.getBytes(UTF_8).length - end.length();
          for (int i = 0; ; i++) {
            String more = piece.apply(number + "_" + i);
            room -= more.getBytes(UTF_8).length;
            if (room < 0) {
              return text.append(end).toString();
            }
            text.append(more);
          }
        });
  }

  private static ExpensiveBody thousand(String shape, String start, UnaryOperator<String> element) {
    return new ExpensiveBody(
        shape,
        number -> {
          StringBuilder text = new StringBuilder(start);
          for (int i = 0; i < 1000; i++) {
            text.append(i == 0 ? "" : ",").append(element.apply(number + "_" + i));
          }
          return text.append("]}").toString();
        });
  }

  private static String wrapped(int layers, String content) {
    return layers == 0
        ? content
        : JsonValue.write(Map.of("Type", "Notification", "Message", wrapped(layers - 1, content)));
  }
}
