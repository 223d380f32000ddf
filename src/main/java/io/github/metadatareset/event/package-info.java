/// What arrives: SQS messages, wrappers around requests, and which request an AWS event means.
package io.github.metadatareset.event;
