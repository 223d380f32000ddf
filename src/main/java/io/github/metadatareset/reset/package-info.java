/// What becomes of requests: outcomes, dead letters and backoffs, the deadline, and the memory of
/// what was served.
package io.github.metadatareset.reset;
