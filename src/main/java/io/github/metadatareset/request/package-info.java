/// Requests: values that AppFlow accepts, how they are read from JSON and written as JSON, and why
/// a request can fail.
package io.github.metadatareset.request;
