/// The entry point of the function: the Lambda handler, its configuration, priming for SnapStart,
/// and the composition root.
package io.github.metadatareset;
