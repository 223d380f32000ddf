/// What is asked: requests whose values cannot exist if AppFlow would refuse them, read strictly
/// and written canonically, and why one can fail.
package io.github.metadatareset.request;
