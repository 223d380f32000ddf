/// Compares the fields that a flow uses with the fields that its source and destination have now,
/// and reports what does not fit.
package io.github.metadatareset.check;
