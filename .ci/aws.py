"""An emulator of AWS: ministack, changed where the deployment needs something that it lacks or does differently from AWS.

1. A Java function runs: the deployed artifact, on a JVM with Lambda's runtime interface client.
2. EventBridge Scheduler invokes a function asynchronously: with retries, and with the dead letter that Lambda writes.
3. PutEvents accepts events from `aws.*` sources, because the test takes the place of AppFlow and CloudTrail.
4. A rule delivers to a queue only if the queue's policy allows it.
5. SQS moves messages from a dead-letter queue (StartMessageMoveTask).
6. CloudFormation supports a function's dead-letter queue, schedules that change, numbers from parameters, saved queries and alarms on
   metric math.
7. A state machine can start a flow of AppFlow.

emulated.json says which rows of the acceptance run (src/acceptance) rest on these additions, so that they are never *passed*. The first one runs
the deployed artifact itself: a row that rests on it alone may pass.

Environment: JAVA (a JDK's java), RUNTIME_CLASSPATH (the runtime interface client), and the variables of ministack.
"""

import hashlib
import io
import json
import os
import zipfile

import boto3
import ministack.app as app
from botocore.exceptions import ClientError
from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import eventbridge, lambda_svc, scheduler, sqs, stepfunctions
from ministack.services.cloudformation import provisioners

# ---- 1. Java functions, on ministack's executor for custom runtimes, which serves the Lambda Runtime API

BOOTSTRAP = f"""#!/bin/sh
exec "{os.environ["JAVA"]}" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC \\
  -cp "{os.environ["RUNTIME_CLASSPATH"]}" com.amazonaws.services.lambda.runtime.api.client.AWSLambda "$_HANDLER"
"""

_with_bootstrap = {}


def with_bootstrap(code):
    digest = hashlib.sha256(code).digest()
    if digest not in _with_bootstrap:
        buffer = io.BytesIO(code)
        with zipfile.ZipFile(buffer, "a") as archive:
            entry = zipfile.ZipInfo("bootstrap")
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, BOOTSTRAP)
        _with_bootstrap[digest] = buffer.getvalue()
    return _with_bootstrap[digest]


def run_java(original):
    def dispatch(function, config, event, request_id, started):
        if config.get("Runtime", "").startswith("java"):
            config = dict(config, Runtime="provided.al2023")
            function = dict(function, config=config, code_zip=with_bootstrap(function["code_zip"]))
        return original(function, config, event, request_id, started)

    return dispatch


lambda_svc._execute_function_dispatch = run_java(lambda_svc._execute_function_dispatch)

# ---- 2. Asynchronous invocations


def with_settings_of_the_alias(original):
    """An alias has its own settings for asynchronous invocations."""

    def invoke_async(function, event):
        config = function.get("config") or function
        _, _, _, _, _, _, name, *qualifier = config["FunctionArn"].split(":")
        settings = (lambda_svc._functions[name].get("event_invoke_configs") or {}).get(qualifier[0] if qualifier else "$LATEST")
        original(dict(function, event_invoke_config=settings) if settings else function, event)

    return invoke_async


def dispatch_to_lambda(arn, payload):
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)
    record = lambda_svc._execution_record_for_config(function, dict(config, FunctionArn=arn))
    lambda_svc.invoke_async_with_retry(record, json.loads(payload))


def dead_letter_of_lambda(target_arn, function_name, event, result):
    """The event, with the reason as attributes."""
    error = result.get("body") if isinstance(result.get("body"), dict) else {}
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": new_uuid()},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": str(error.get("errorMessage") or function_name)[:1024]},
    }
    send(target_arn, json.dumps(event), attributes)


lambda_svc.invoke_async_with_retry = with_settings_of_the_alias(lambda_svc.invoke_async_with_retry)
lambda_svc._route_async_failure = dead_letter_of_lambda
eventbridge._dispatch_to_lambda = dispatch_to_lambda

# ---- 3. Events from aws.* sources

eventbridge._put_events.__defaults__ = (True,)  # allow_aws_source

# ---- 4. Rules and queue policies


def by_queue_policy(original):
    def invoke_target(target, event, rule, view=None):
        queue = sqs._queue_by_arn(target["Arn"])
        if queue is not None and not may_send(queue, rule["Arn"]):
            eventbridge.logger.warning("the policy of %s denies %s", target["Arn"], rule["Arn"])
            return
        original(target, event, rule, view)

    return invoke_target


def may_send(queue, rule_arn):
    request = EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action="sqs:SendMessage",
        resource_arn=queue["attributes"]["QueueArn"],
        region=get_region(),
        secure_transport=True,
        service_context={"aws:sourcearn": rule_arn, "aws:sourceaccount": get_account_id()},
    )
    policy = queue["attributes"].get("Policy")
    return evaluate_resource_policy(policy, request, service="events.amazonaws.com").decision == "Allow"


eventbridge._invoke_target = by_queue_policy(eventbridge._invoke_target)

# ---- 5. Moving messages


def send(queue_arn, body, attributes):
    queue = sqs._queue_by_arn(queue_arn)
    sqs._act_send_message({"MessageBody": body, "MessageAttributes": attributes}, queue["url"])


def start_message_move_task(request, _url):
    source = sqs._queue_by_arn(request["SourceArn"])
    if source is None:
        raise sqs._Err("ResourceNotFoundException", "The resource that you specified for the SourceArn parameter doesn't exist.")
    destination = request.get("DestinationArn")
    moved, kept = [], []
    for message in source["messages"]:
        # Only a message that a redrive policy moved has its source queue.
        target = destination or message.get("sys", {}).get("DeadLetterQueueSourceArn")
        (moved if target else kept).append((message, target))
    source["messages"] = [message for message, _ in kept]
    for message, target in moved:
        send(target, message["body"], message["message_attributes"])
    return {"TaskHandle": new_uuid()}


sqs._HANDLERS["StartMessageMoveTask"] = start_message_move_task

# ---- 6. CloudFormation


def wrapped(resource_type, before=lambda properties: properties, after=lambda physical_id, properties: None):
    """Calls `before` with the properties of a resource that is created or updated, and `after` with the resource."""
    original = provisioners._RESOURCE_HANDLERS[resource_type]

    def create(logical_id, properties, stack_name):
        physical_id, attributes = original["create"](logical_id, before(properties), stack_name)
        after(physical_id, properties)
        return physical_id, attributes

    def update(physical_id, old, new, *context, **named):
        physical_id, attributes = original["update"](physical_id, before(old), before(new), *context, **named)
        after(physical_id, new)
        return physical_id, attributes

    provisioners._RESOURCE_HANDLERS[resource_type] = dict(original, create=create, update=update)


def numbers(value):
    """Turns text into numbers: the value of a parameter is text."""
    if isinstance(value, dict):
        return {name: numbers(member) for name, member in value.items()}
    return int(value) if isinstance(value, str) and value.isdigit() else value


def set_dead_letter_queue(name, properties):
    lambda_svc._functions[name]["config"]["DeadLetterConfig"] = properties["DeadLetterConfig"]


def forget_earlier_runs(name, properties):
    for key in [key for key in scheduler._schedule_last_fired if key[-1] == f"{properties['GroupName']}/{name}"]:
        del scheduler._schedule_last_fired[key]


def with_metric_math(original):
    def record(name, properties):
        if "Metrics" not in properties:
            return original(name, properties)
        (result,) = [metric for metric in properties["Metrics"] if metric.get("ReturnData", True)]
        return original(name, dict({k: v for k, v in properties.items() if k != "Metrics"}, Namespace="math", MetricName=result["Expression"]))

    return record


def put_query_definition(logical_id, properties, stack_name):
    if not properties["Name"] or not properties["QueryString"]:
        raise ValueError(f"{logical_id} of {stack_name} has no name or no query")
    return new_uuid(), {}


wrapped("AWS::Lambda::EventSourceMapping", before=numbers)
wrapped("AWS::Lambda::Function", after=set_dead_letter_queue)
wrapped("AWS::Scheduler::Schedule", after=forget_earlier_runs)
provisioners._cw_metric_alarm_record = with_metric_math(provisioners._cw_metric_alarm_record)
provisioners._RESOURCE_HANDLERS["AWS::Logs::QueryDefinition"] = {
    "create": put_query_definition,
    "update": lambda physical_id, old, new, stack_name: (physical_id, {}),
    "delete": lambda physical_id, properties: None,
}

# ---- 7. Step Functions


def with_start_flow(original):
    """Members are in PascalCase: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html"""

    def invoke(resource, arguments):
        if resource != "arn:aws:states:::aws-sdk:appflow:startFlow":
            return original(resource, arguments)
        try:
            answer = boto3.client("appflow").start_flow(**{name[0].lower() + name[1:]: value for name, value in arguments.items()})
        except ClientError as error:
            raise stepfunctions._ExecutionError(f"Appflow.{error.response['Error']['Code']}", str(error)) from error
        return {name[0].upper() + name[1:]: value for name, value in answer.items() if name != "ResponseMetadata"}

    return invoke


stepfunctions._invoke_aws_sdk_integration = with_start_flow(stepfunctions._invoke_aws_sdk_integration)

if __name__ == "__main__":
    app.main()
