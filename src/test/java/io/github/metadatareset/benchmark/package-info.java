/// The benchmark of the function, with a boto3 function as the baseline: see
/// `src/benchmark/README.md`. It is not run with the tests.
package io.github.metadatareset.benchmark;
