/// The function: the handler with its whole flow, the composition root, and the log line.
package io.github.metadatareset;
