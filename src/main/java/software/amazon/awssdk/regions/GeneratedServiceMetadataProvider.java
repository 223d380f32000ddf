package software.amazon.awssdk.regions;

import software.amazon.awssdk.regions.servicemetadata.AppflowServiceMetadata;
import software.amazon.awssdk.regions.servicemetadata.SqsServiceMetadata;

/// In the place of the SDK's class of this name, which makes an object of a class of its own for
/// each of the 300 services of AWS, of which the function uses two: that takes 45 ms of a cold
/// start with an AOT cache, and more without.
///
/// `ServiceMetadataTest` holds that it says of these two what the SDK's says, so that a new version
/// of the SDK cannot differ unnoticed.
public final class GeneratedServiceMetadataProvider implements ServiceMetadataProvider {

  @Override
  public ServiceMetadata serviceMetadata(String endpointPrefix) {
    return switch (endpointPrefix) {
      case "appflow" -> new AppflowServiceMetadata();
      case "sqs" -> new SqsServiceMetadata();
      // The SDK then takes the defaults of the partition, as for a service that it does not know.
      default -> null;
    };
  }
}
