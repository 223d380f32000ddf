/// Large batches, small heaps, a steady load, and connectors that list endless entities.
package io.github.metadatareset.load;
