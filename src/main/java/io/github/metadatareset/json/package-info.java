/// JSON values that know where they stand in the text, read strictly and within bounds, and
/// written.
package io.github.metadatareset.json;
