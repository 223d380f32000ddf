/// Reads events: requests, requests in wrappers, and events of AWS that are translated into
/// requests.
package io.github.metadatareset.event;
