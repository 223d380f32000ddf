/// Amazon AppFlow and Amazon SQS, called through the AWS SDK. Only this package imports the SDK,
/// and only here its exceptions become failures.
package io.github.metadatareset.aws;
