package io.github.metadatareset.aws;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;

/// An HTTP client without network, for priming: every request gets the same response.
record OfflineHttpClient(String answer) implements SdkHttpClient {

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() {
        return answered();
      }

      @Override
      public void abort() {}
    };
  }

  private HttpExecuteResponse answered() {
    return HttpExecuteResponse.builder()
        .response(
            SdkHttpResponse.builder()
                .statusCode(200)
                .putHeader("x-amzn-RequestId", "offline")
                .build())
        .responseBody(
            AbortableInputStream.create(
                new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8))))
        .build();
  }

  @Override
  public void close() {}
}
