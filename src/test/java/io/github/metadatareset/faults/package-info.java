/// Faults of AppFlow, SQS and EventBridge over HTTP, and processes that are killed.
package io.github.metadatareset.faults;
