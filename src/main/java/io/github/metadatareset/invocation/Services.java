package io.github.metadatareset.invocation;

import io.github.metadatareset.plan.AppFlow;
import io.github.metadatareset.queue.DeadLetterQueue;
import io.github.metadatareset.queue.Deadline;
import io.github.metadatareset.queue.RequestQueue;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/// Everything outside of the function that it uses.
///
/// @param appFlow gives AppFlow for work that has to end by the deadline
/// @param log takes one JSON object a line
public record Services(
    Function<Deadline, AppFlow> appFlow,
    RequestQueue requestQueue,
    DeadLetterQueue deadLetterQueue,
    InstantSource clock,
    RandomGenerator random,
    PrintStream log) {}
