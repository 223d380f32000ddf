package io.github.metadatareset.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.regions.GeneratedServiceMetadataProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.ServiceMetadata;

/// The function's own [GeneratedServiceMetadataProvider] stands before the SDK's.
class ServiceMetadataTest {

  @ParameterizedTest
  @ValueSource(strings = {"appflow", "sqs"})
  void ofWhatTheFunctionCallsIsWhatTheSdkSays(String service) throws Exception {
    try (URLClassLoader sdk = sdkAlone()) {
      assertNotEquals(
          GeneratedServiceMetadataProvider.class,
          sdk.loadClass(GeneratedServiceMetadataProvider.class.getName()));

      assertEquals(endpoints(sdk, service), endpoints(getClass().getClassLoader(), service));
    }
  }

  /// The jars of the class path without the project's own classes.
  private static URLClassLoader sdkAlone() throws IOException {
    URL[] jars =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> entry.endsWith(".jar"))
            .map(ServiceMetadataTest::url)
            .toArray(URL[]::new);
    return new URLClassLoader(jars, ClassLoader.getPlatformClassLoader());
  }

  private static URL url(String file) {
    try {
      return Path.of(file).toUri().toURL();
    } catch (IOException e) {
      throw new IllegalArgumentException(file, e);
    }
  }

  /// Endpoint and signing region in every region, in words, as each loader has types of its own.
  private static Map<String, String> endpoints(ClassLoader loader, String service)
      throws ReflectiveOperationException {
    Class<?> regions = loader.loadClass(Region.class.getName());
    Class<?> metadata = loader.loadClass(ServiceMetadata.class.getName());
    Object ofService = metadata.getMethod("of", String.class).invoke(null, service);
    Map<String, String> endpoints = new TreeMap<>();
    for (Region region : Region.regions()) {
      Object there = regions.getMethod("of", String.class).invoke(null, region.id());
      endpoints.put(
          region.id(),
          metadata.getMethod("endpointFor", regions).invoke(ofService, there)
              + " "
              + metadata.getMethod("signingRegion", regions).invoke(ofService, there));
    }
    return endpoints;
  }
}
