/// Amazon AppFlow, Amazon SQS and Amazon EventBridge, called through the AWS SDK. Only this package
/// imports the SDK, and only here do its exceptions become failures.
package io.github.metadatareset.aws;
