/// Large batches, small heaps, a steady load, and connectors that list entities without end.
package io.github.metadatareset.load;
