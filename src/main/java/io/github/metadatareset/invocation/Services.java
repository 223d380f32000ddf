package io.github.metadatareset.invocation;

import io.github.metadatareset.check.ReportPublisher;
import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// The services that the function uses.
///
/// @param appFlow makes a client whose calls end by the deadline
/// @param log gets one JSON object per line
public record Services(
    Function<Deadline, AppFlow> appFlow,
    RequestQueue requestQueue,
    DeadLetterQueue deadLetterQueue,
    ReportPublisher reports,
    InstantSource clock,
    RandomGenerator random,
    PrintStream log) {}
