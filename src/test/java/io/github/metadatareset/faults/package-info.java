/// Faults of AppFlow and SQS over HTTP, and processes that are killed.
package io.github.metadatareset.faults;
