/// A world for the function in one thread and in virtual time, all of it drawn from one seed: SQS,
/// Lambda and AppFlow, with whatever goes wrong with them. What was asked for and what came of it
/// is told independently of the function's own code.
package io.github.metadatareset.simulation;
