/// One request into the call that it is or the smaller requests that it comes to: profiles,
/// entities, flows and API versions, as AppFlow has them now.
package io.github.metadatareset.plan;
