package io.github.metadatareset.local;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/// Checks that a call is signed with Signature Version 4 for a service. An emulator does not know
/// the caller's secret key, so it checks the signature's form and scope, but not its value.
final class Signature {
  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/,\\s]+)/(\\d{8})/[a-z0-9-]+/([a-z0-9-]+)/aws4_request,"
              + " ?SignedHeaders=([a-z0-9;-]+), ?Signature=[0-9a-f]{64}");

  private Signature() {}

  /// Checks the headers and returns the access key of the caller.
  ///
  /// @throws AppFlowError if the call is not signed correctly
  static String check(HttpFields headers, String service) {
    String authorization =
        Optional.ofNullable(headers.get(HttpHeader.AUTHORIZATION))
            .orElseThrow(
                () -> refused("MissingAuthenticationToken", "Missing Authentication Token"));
    Matcher signed = AUTHORIZATION.matcher(authorization);
    if (!signed.matches()) {
      throw refused(
          "IncompleteSignature", "The Authorization header is not of Signature Version 4.");
    }
    var names = List.of(signed.group(4).split(";"));
    String date = Optional.ofNullable(headers.get("X-Amz-Date")).orElse("");
    if (!date.startsWith(signed.group(2))
        || !names.contains("host")
        || !names.contains("x-amz-date")) {
      throw refused("IncompleteSignature", "The host and X-Amz-Date headers must be signed.");
    }
    if (!signed.group(3).equals(service)) {
      throw refused(
          "InvalidSignature", "Credential should be scoped to correct service: '" + service + "'.");
    }
    return signed.group(1);
  }

  private static AppFlowError refused(String code, String message) {
    return new AppFlowError(403, code + "Exception", message);
  }
}
