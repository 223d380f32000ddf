package io.github.metadatareset.simulation;

import io.github.metadatareset.simulation.SimulatedLambda.End;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What must hold for a direct invocation that checks one flow: an answer is the right report.
record DirectCheckRules(World world) {

  private static final Pattern SEVERITY = Pattern.compile("\"severity\":\"([A-Z]+)\"");

  void check(Invocation invocation, String body, End end) {
    end.answer().ifPresent(answer -> checkTheAnswer(invocation, body, answer));
  }

  private void checkTheAnswer(Invocation invocation, String body, String answer) {
    Matcher severity = SEVERITY.matcher(answer);
    if (!severity.find()) {
      world.violation("%s answers %s without a report", invocation.id(), answer);
      return;
    }
    world.count("checks that were answered");
    for (String flow : world.oracle().checks(body, invocation.begin())) {
      long begin = invocation.begin();
      long now = world.time().now();
      boolean isRight =
          switch (severity.group(1)) {
            case "BREAKING" -> world.oracle().isBrokenWithin(flow, begin, now);
            case "NONE" ->
                world.oracle().isComparable(flow)
                    && !world.oracle().isBrokenThroughout(flow, begin, now);
            case "UNKNOWN" -> !world.oracle().isComparable(flow);
            default -> false;
          };
      if (!isRight) {
        world.violation("%s answers %s about %s", invocation.id(), answer, flow);
      }
    }
  }
}
