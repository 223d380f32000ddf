/// Amazon AppFlow and Amazon SQS through the AWS SDK: the only package that knows it, and the one
/// place where its exceptions become failures.
package io.github.metadatareset.aws;
