/// What arrives: wrappers around requests, and the requests that AWS events mean.
package io.github.metadatareset.event;
