/// What is requested: values that cannot exist if AppFlow would refuse them, read strictly and
/// written in one form, and why a request can fail.
package io.github.metadatareset.request;
