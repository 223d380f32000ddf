package io.github.metadatareset.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.metadatareset.json.JsonValue;
import io.github.metadatareset.request.AllowedProfiles;
import io.github.metadatareset.request.RequestFailedException;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What other senders send is refused with what they have to do. Complete inputs are in
/// [SenderInputsTest].
class ForeignShapeTest {

  private static final EventReader READER = new EventReader(AllowedProfiles.ALL);

  private static final String SHAPES =
      """
      TASK_TOKEN       | {"TaskToken":"t","Message":{"flowName":"f1"}}
      TASK_TOKEN       | {"Type":"Notification","TaskToken":"t","Message":"{}"}
      TASK_TOKEN       | {"taskToken":"t","connectorProfileName":"crm"}
      TASK_TOKEN       | {"FunctionName":"f","Payload":{"TaskToken":"t","flowName":"f1"}}
      TASK_TOKEN       | {"detail":{"input":"{\\"TaskToken\\":\\"t\\",\\"flowName\\":\\"f1\\"}"}}
      TERRAFORM        | {"flowName":"f1","tf":{"action":"create","prev_input":null}}
      CUSTOM_RESOURCE  | {"RequestType":"Delete","ResponseURL":"https://x","ResourceProperties":{"flowName":"f1"}}
      PIPELINE_JOB     | {"CodePipeline.job":{"id":"1","data":{}}}
      SNS_CONFIRMATION | {"Type":"SubscriptionConfirmation","Message":"You have chosen","SubscribeURL":"https://x"}
      SNS_CONFIRMATION | {"Type":"UnsubscribeConfirmation","Message":"You have chosen"}
      OFFLOADED_BODY   | ["com.amazon.sqs.javamessaging.MessageS3Pointer",{"s3BucketName":"b","s3Key":"k"}]
      OFFLOADED_BODY   | {"Type":"Notification","Message":"[\\"software.amazon.payloadoffloading.PayloadS3Pointer\\",{}]"}
      LIST_OF_REQUESTS | [{"flowName":"f1"}]
      PIPE             | [{"eventSource":"aws:kinesis","data":"e30="}]
      PIPE             | [{"eventSource":"aws:dynamodb","dynamodb":{}}]
      S3               | {"Records":[{"eventSource":"aws:s3","s3":{}}]}
      S3               | {"Type":"Notification","Message":"{\\"Records\\":[{\\"eventSource\\":\\"aws:s3\\"}]}"}
      STREAM           | {"Records":[{"eventSource":"aws:kinesis","kinesis":{"data":"e30="}}]}
      STREAM           | {"Records":[{"eventSource":"aws:dynamodb","dynamodb":{}}]}
      DOCUMENTDB       | {"eventSource":"aws:docdb","events":[{"event":{}}]}
      KAFKA            | {"eventSource":"aws:kafka","records":{"t-0":[{"value":"e30="}]}}
      KAFKA            | {"eventSource":"SelfManagedKafka","records":{}}
      KAFKA            | {"eventSource":"aws:rmq","rmqMessagesByQueue":{}}
      SQS_BATCH        | {"Records":[{"eventSource":"aws:sqs","messageId":"m","body":"{}"}]}
      SQS_BATCH        | {"Records":[{"eventSource":"aws:sqs"},{"eventSource":"aws:codecommit"}]}
      SQS_BATCH        | {"records":[{"eventSource":"aws:sqs","messageId":"m","body":"{}"}]}
      SNS_BATCH        | {"Records":[{"EventSource":"aws:sns","Sns":{}},{"EventSource":"aws:sns","Sns":{}}]}
      SNS_BATCH        | {"Records":[{"EventSource":"aws:sns","Sns":{"Message":"{}"}}]}
      OTHER_RECORDS    | {"Records":[{"eventSource":"aws:ses"}]}
      OTHER_RECORDS    | {"Records":[{"cf":{}}]}
      OTHER_RECORDS    | {"deliveryStreamArn":"arn:x","records":[{"data":"e30="}]}
      OTHER_RECORDS    | {"Records":null}
      HTTP             | {"version":"2.0","rawPath":"/","requestContext":{"http":{}},"body":"{\\"flowName\\":\\"f1\\"}"}
      HTTP             | {"httpMethod":"POST","path":"/","body":"{}"}
      HTTP             | {"requestContext":{"elb":{}},"body":"{}"}
      NO_PAYLOAD       | {"FunctionName":"f","InvocationType":"Event"}
      MESSAGE_TO_SEND  | {"MessageBody":"{\\"flowName\\":\\"f1\\"}","QueueUrl":"https://x"}
      WARM_UP          | {"source":"serverless-plugin-warmup"}
      WARM_UP          | {"warmer":true,"concurrency":1}
      LOGS             | {"awslogs":{"data":"H4s="}}
      ALARM            | {"source":"aws.cloudwatch","alarmArn":"arn:x","alarmData":{}}
      MESSAGE_WITHOUT_TYPE | {"Message":"{\\"flowName\\":\\"f1\\"}"}
      MESSAGE_WITHOUT_TYPE | {"Message":{"flowName":"f1"},"MessageId":"m"}
      ALARM            | {"Type":"Notification","Message":"{\\"AlarmName\\":\\"a\\",\\"NewStateValue\\":\\"ALARM\\"}"}
      UNKNOWN_WRAPPER  | {"body":"{\\"connectorProfileName\\":\\"a\\"}","isBase64Encoded":false}
      UNKNOWN_WRAPPER  | {"Input":{"flowName":"f1"}}
      UNKNOWN_WRAPPER  | {"body":{"flowName":"f1"},"headers":{}}
      """;

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = SHAPES)
  void isRefusedWithWhatItsSenderHasToDo(ForeignShape shape, String event) {
    String message =
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure().message();

    assertTrue(message.endsWith("; expected " + shape.expectation()), message);
  }

  @Test
  void everyShapeIsTested() {
    Set<String> tested =
        SHAPES
            .lines()
            .map(line -> line.split(" ")[0])
            .collect(Collectors.toCollection(TreeSet::new));

    assertEquals(
        Arrays.stream(ForeignShape.values())
            .map(ForeignShape::name)
            .collect(Collectors.toCollection(TreeSet::new)),
        tested);
  }

  /// A request may have any name, and a wrapper may have any other members.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"Records":[],"requestPayload":{"flowName":"f1"}}
          {"requestContext":{},"requestPayload":{"flowName":"f1"}}
          {"source":"com.example.warm","detail-type":"x","detail":{"flowName":"f1"}}
          {"FunctionName":"f","InvocationType":"Event","Payload":"{\\"flowName\\":\\"f1\\"}"}
          {"FunctionName":"f","Payload":{"flowName":"f1"}}
          {"Records":[{"EventSource":"aws:sns","Sns":{"Type":"Notification","Message":"{\\"flowName\\":\\"f1\\"}"}}]}
          "{\\"flowName\\":\\"f1\\"}"
          {"Type":"Notification","Message":"\\"{\\\\\\"flowName\\\\\\":\\\\\\"f1\\\\\\"}\\""}
          """)
  void wrappersOfARequestAreRead(String event) {
    assertEquals(READER.read(JsonValue.parse("{\"flowName\":\"f1\"}", "")), READER.read(event));
  }

  @Test
  void aStateMachineWhoseRequestIsInItsOutputIsToldSo() {
    String event =
        """
        {"source": "aws.states", "detail-type": "Step Functions Execution Status Change",
         "detail": {"status": "SUCCEEDED", "input": "{}",
           "output": "{\\"connectorProfileName\\":\\"crm\\"}"}}""";

    String message =
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure().message();

    assertEquals(
        "/detail/input: the event contains no request, as only the input of an execution is read,"
            + " and not its output; set the rule's input path to $.detail.output",
        message);
  }

  @Test
  void aStateMachineWithoutARequestAnywhereIsNotSentToItsOutput() {
    String event =
        """
        {"source": "aws.states", "detail-type": "Step Functions Execution Status Change",
         "detail": {"status": "SUCCEEDED", "input": "{}", "output": "{\\"rows\\": 7}"}}""";

    String message =
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure().message();

    assertTrue(message.contains("set the Input of the schedule, or an input transformer"), message);
  }

  @Test
  void aMemberTfThatIsNotOfTerraformIsAnyUnknownMember() {
    String event = "{\"flowName\":\"f1\",\"tf\":{\"state\":\"x\"}}";

    String message =
        assertThrows(RequestFailedException.class, () -> READER.read(event)).failure().message();

    assertTrue(message.startsWith("/tf: {"), message);
  }

  @Test
  void anEventOfYourOwnThatIsAboutSomethingElseIsToldToUseAnInputTransformer() {
    String message =
        assertThrows(
                RequestFailedException.class,
                () ->
                    READER.read(
                        """
                        {"source": "com.example", "detail-type": "Order", "detail": {"orderId": 7}}"""))
            .failure()
            .message();

    assertTrue(message.contains("/detail: the event contains no request"), message);
    assertTrue(message.contains("an input transformer of the rule"), message);
  }
}
