/// A simulation of SQS, Lambda and AppFlow, in one thread and virtual time, with faults. Each run
/// depends on its seed alone. What the function should do is computed without the function's code.
package io.github.metadatareset.simulation;
