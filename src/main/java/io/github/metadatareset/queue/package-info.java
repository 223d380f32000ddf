/// The messages of the request queue and of the dead-letter queue, and the ports of both queues.
package io.github.metadatareset.queue;
