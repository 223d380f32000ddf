/// Fuzz targets, and random input from malicious senders.
package io.github.metadatareset.fuzzing;
