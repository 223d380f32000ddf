/// Turns one request into one call or into smaller requests, by what AppFlow has at that time:
/// profiles, entities, flows and API versions.
package io.github.metadatareset.plan;
