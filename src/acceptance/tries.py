"""What an acceptance run tries: one function for each thing, in this order. Its name says what, its docstring what is expected.

Each returns a result, what was seen, and the evidence. "passed" and "failed" are about what this project relies on. "answered" is a
question that AWS's pages leave open: either answer is a result.
"""

import concurrent.futures
import datetime
import fnmatch
import functools
import json
import re
import time

from stack import LATE, NAME, SOON, NotTried, attributes_of, error_of, once_accepted, until

TRIES = []

# AppFlow's errors that the function does not retry.
PERMANENT = {"ValidationException", "ResourceNotFoundException", "ConnectorAuthenticationException"}

# An event that the function ignores: its own call.
IGNORED = {
    "source": "aws.appflow",
    "detail-type": "AWS API Call via CloudTrail",
    "detail": {"eventSource": "appflow.amazonaws.com", "eventName": "ResetConnectorMetadataCache"},
}

# Saved queries that find lines of every run.
FIND_LINES = ["What did this event do", "What fails and why", "Which events have dead letters", "What is ignored"]


def answers(question):
    def add(function):
        TRIES.append((question, function))
        return function

    return add


def passed_if(condition, seen, evidence):
    return "passed" if condition else "failed", seen, evidence


def answered(seen, evidence):
    return "answered", seen, evidence


# ----


@answers("Does the stack work?")
def a_direct_invocation_is_answered(stack):
    """with a connector profile one reset; without, the request for every profile is on the queue"""
    answer = stack.invoke(stack.request)
    expected = (1, 0) if stack.profile else (0, 1)
    return passed_if((answer.get("reset"), answer.get("queued")) == expected, "an answer", answer)


@answers("Does the stack work?")
def a_dry_run_lists_the_calls(stack):
    """the calls that the request needs; with a connector profile one; nothing is reset"""
    answer = stack.invoke({**stack.request, "dryRun": True})
    counts, logged = answer.get("counts", {}), until(lambda: stack.log(answer["correlationId"]), SOON)
    resets = [line for line in logged if '"message":"reset"' in line]
    right = answer.get("complete") and len(answer["calls"]) == counts.get("calls") and (counts["calls"] == 1 or not stack.profile)
    return passed_if(right and logged and not resets, f"calls: {counts.get('calls')}, resets: {len(resets)}", counts)


@answers("Does the stack work?")
def a_wait_is_answered_when_all_is_done(stack):
    """one reset, and nothing is on the queue"""
    if not stack.profile:
        raise NotTried("it needs a connector profile")
    answer = stack.invoke({"requests": [stack.request, stack.request], "wait": True})
    return passed_if((answer.get("reset"), answer.get("queued")) == (1, 0), "an answer", answer)


@answers("Does the stack work?")
def a_wait_that_cannot_be_done_fails(stack):
    """IncompleteResetException with its package, and what was not done"""
    error = stack.invoke({"requests": [{"flowName": stack.id}], "wait": True})
    named = error.get("errorType") == "io.github.metadatareset.invocation.IncompleteResetException"
    return passed_if(named and stack.id in error.get("errorMessage", ""), error.get("errorType"), error.get("errorMessage"))


@answers("Does the stack work?")
def a_message_is_processed(stack):
    """the log has an invocation with its correlation ID and, with a connector profile, no failure"""
    stack.send(stack.request, "request")
    invocations = until(lambda: stack.lines("request", "invocation"), SOON)
    failures = [line for line in stack.lines("request", "request") if line["level"] == "ERROR" or line["outcome"] == "returned"]
    counts = [{name: value for name, value in line.items() if isinstance(value, int) and value} for line in invocations]
    seen = f"invocations: {len(invocations)}, failures: {len(failures)}"
    return passed_if(invocations and not (stack.profile and failures), seen, failures or counts)


@answers("Does the stack work?")
def a_rejected_message_is_a_dead_letter(stack):
    """its body unchanged, with the reason and the correlation ID as attributes"""
    body = stack.rejected("message")
    stack.expect("message")
    message_id = stack.send(body, "message")
    letter = stack.dead_letter("message")
    if not letter:
        return "failed", "no dead letter", ""
    attributes = attributes_of(letter)
    expected = {"ErrorCode": "InvalidRequest", "CorrelationId": f"{stack.id}.message", "SourceMessageId": message_id}
    right = expected.items() <= attributes.items() and {"RequestID", "ReceiveCount"} <= attributes.keys()
    right = right and json.loads(letter["Body"]) == body and "/connectorProfileNam" in attributes["ErrorMessage"]
    return passed_if(right, "a dead letter", attributes)


@answers("Does the stack work?")
def an_asynchronous_failure_is_a_dead_letter(stack):
    """after two retries in three minutes, from Lambda: the event unchanged, with RequestID, ErrorCode and ErrorMessage"""
    # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    event, started = stack.rejected("asynchronous"), time.time()
    stack.expect("asynchronous", LATE)
    stack.client("lambda").invoke(FunctionName=stack.outputs["FunctionAliasArn"], InvocationType="Event", Payload=json.dumps(event))
    letter = stack.dead_letter("asynchronous", LATE)
    if not letter:
        return "failed", "no dead letter", ""
    attributes = attributes_of(letter)
    right = json.loads(letter["Body"]) == event and attributes.keys() >= {"RequestID", "ErrorCode", "ErrorMessage"}
    return passed_if(right and "/connectorProfileNam" in attributes["ErrorMessage"], f"after {time.time() - started:.0f} s", attributes)


# ----


@answers("What does EventBridge send?")
def a_schedule_that_fails_is_a_dead_letter(stack):
    """the request to Lambda that Scheduler made: FunctionName, InvocationType and Payload"""
    # AWS shows only a dead letter for an SQS target: https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=90)
    name, scheduler = stack.made_name, stack.client("scheduler")
    target = {
        "Arn": stack.outputs["FunctionAliasArn"],
        "RoleArn": stack.role,  # which may not invoke the function
        "Input": json.dumps(stack.rejected("schedule")),
        "RetryPolicy": {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60},
        "DeadLetterConfig": {"Arn": stack.outputs["DeadLetterQueueArn"]},
    }
    schedule = {
        "Name": name,
        "ScheduleExpression": f"at({at:%Y-%m-%dT%H:%M:%S})",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": target,
    }
    stack.delete_later(f"the schedule {name}", scheduler.delete_schedule, Name=name)
    once_accepted(scheduler.create_schedule, **schedule)
    stack.expect("schedule", LATE)
    letter = stack.dead_letter("schedule", LATE)
    if not letter:
        return "failed", "no dead letter", ""
    members = re.findall(r'"(\w+)":', letter["Body"])
    return answered(f"the members {', '.join(members)}", [letter["Body"], attributes_of(letter)])


@functools.cache
def send_event(stack):
    """One event for a rule of the run's own with four targets. What arrived in the run's own queue, by kind, and when it was sent."""
    queue, queue_arn = stack.queue
    dead_letters = {"DeadLetterConfig": {"Arn": queue_arn}, "RetryPolicy": {"MaximumRetryAttempts": 0}}
    template = '{"tag": "%s.transformed", "there": <there>, "missing": <missing>}' % stack.id
    paths = {"there": "$.detail.connectorProfileNam", "missing": "$.detail.no.such.member"}
    targets = [
        {"Id": "RequestQueue", "Arn": stack.outputs["RequestQueueArn"], **dead_letters},
        {"Id": "NoQueue", "Arn": f"{queue_arn}-missing", **dead_letters},
        {"Id": "Transformed", "Arn": queue_arn, "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
        {"Id": "Event", "Arn": queue_arn},
    ]
    stack.rule(NAME, {"source": [NAME], "detail-type": [stack.id]}, targets)
    entry = {"Source": NAME, "DetailType": stack.id, "Detail": json.dumps(stack.rejected("rule"))}
    arrived, times = {}, []

    def receive():
        for message in stack.receive(queue, 30):
            attributes = attributes_of(message)
            kind = "transformed" if ".transformed" in message["Body"] else attributes.get("TARGET_ARN", "event")
            arrived[kind] = message["Body"], attributes
        return "event" in arrived

    def sent():
        times.append(time.time())
        failed = stack.client("events").put_events(Entries=[entry])["FailedEntryCount"]
        return not failed and until(receive, 20)

    # A new rule takes up to a minute until it matches events.
    if not until(sent, SOON):
        raise RuntimeError("the rule delivered no event")
    until(lambda: receive() and len(arrived) >= 3, 20)
    return arrived, times[-1]


@answers("What does EventBridge send?")
def a_custom_event_reaches_the_function(stack):
    """an event of a rule of one's own is read through its detail"""
    rule = stack.arn("events", f"rule/{NAME}")
    queue = stack.sqs.get_queue_attributes(QueueUrl=stack.outputs["RequestQueueUrl"], AttributeNames=["Policy"])
    allowed = re.findall(r'arn:[^"]+:rule/[^"]+', queue["Attributes"].get("Policy", ""))
    if not any(fnmatch.fnmatchcase(rule, pattern) for pattern in allowed):
        raise NotTried(f"the request queue's policy does not allow {rule}")
    stack.expect("rule")
    send_event(stack)
    letter = stack.dead_letter("rule")
    if not letter:
        return "failed", "no dead letter", ""
    message = attributes_of(letter).get("ErrorMessage", "")
    return passed_if("/detail/connectorProfileNam" in message, "the event, rejected for its detail", message)


@answers("What does EventBridge send?")
def a_rule_that_fails_is_a_dead_letter(stack):
    """the event itself, with the reason as attributes, so that it can be replayed"""
    # Without a retry: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
    arrived, _ = send_event(stack)
    body, attributes = next((letter for kind, letter in arrived.items() if kind.endswith("-missing")), ("", {}))
    return passed_if(f"{stack.id}.rule" in body and '"detail"' in body, "the event" if body else "no dead letter", [body, attributes])


@answers("What does EventBridge send?")
def an_input_path_that_leads_nowhere(stack):
    """leaves nothing in the place of the variable"""
    arrived, _ = send_event(stack)
    if "transformed" not in arrived:
        return answered("no delivery", "")
    body, _ = arrived["transformed"]
    return answered("not JSON" if re.search(r'"missing": *}', body) else "JSON", body)


def metric_arrives(stack, since, namespace, name, dimensions):
    """How many seconds later CloudWatch has it."""
    dimensions = [{"Name": dimension, "Value": value} for dimension, value in dimensions.items()]
    metric = {"Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": dimensions}, "Period": 60, "Stat": "Sum"}

    def values():
        times = {"StartTime": since - since % 60, "EndTime": time.time() + 60}  # periods begin at whole minutes
        data = stack.client("cloudwatch").get_metric_data(MetricDataQueries=[{"Id": "m", "MetricStat": metric}], **times)
        return any(data["MetricDataResults"][0]["Values"])

    arrived = until(values, LATE)
    return answered(f"after {time.time() - since:.0f} s" if arrived else f"not in {LATE} s", f"{namespace} {name}")


@answers("What does EventBridge send?")
def the_metric_of_a_rule_that_fails_arrives(stack):
    """FailedInvocations, within minutes"""
    _, sent = send_event(stack)
    return metric_arrives(stack, sent, "AWS/Events", "FailedInvocations", {"RuleName": NAME})


# ----


def replay(stack, by):
    """Replays the run's own dead letters. Each is rejected again, as a new message. Returns the new ones, by tag."""
    before, again = {}, {}

    def all_before():
        before.update({tag: letter for tag, letter in stack.dead_letters().items() if tag in stack.due})
        return before.keys() >= stack.arrived & stack.due.keys()

    until(all_before, SOON)
    if not before:
        raise NotTried("there is no dead letter")
    stack.due.update({tag: time.monotonic() + SOON for tag in before})
    by()

    def all_again():
        for tag, letter in stack.dead_letters().items():
            if tag in before and letter["MessageId"] != before[tag]["MessageId"] and "SourceMessageId" in attributes_of(letter):
                again[tag] = letter
        return before.keys() == again.keys()

    until(all_again, SOON)
    return {tag: again.get(tag) for tag in before}


@functools.cache
def with_move_task(stack):
    """One task for all: it moves whatever is in the queue."""
    if stack.others_have_dead_letters():
        raise NotTried("the dead-letter queue has dead letters of others, and a task moves those too")
    arns = {"SourceArn": stack.outputs["DeadLetterQueueArn"], "DestinationArn": stack.outputs["RequestQueueArn"]}
    return replay(stack, lambda: stack.sqs.start_message_move_task(**arns))


def moved(stack, tag, result):
    if tag not in with_move_task(stack):
        raise NotTried("there was no such dead letter")
    letter = with_move_task(stack)[tag]
    if letter:
        return result, "moved, and rejected again", attributes_of(letter).get("ErrorMessage")
    tasks = stack.sqs.list_message_move_tasks(SourceArn=stack.outputs["DeadLetterQueueArn"])["Results"]
    return "failed" if result == "passed" else result, "not moved", tasks


@answers("What can be replayed?")
def a_move_task_moves_a_dead_letter_of_the_function(stack):
    """with the destination given"""
    return moved(stack, "message", "passed")


@answers("What can be replayed?")
def a_move_task_moves_a_dead_letter_of_lambda(stack):
    """AWS's page says that Lambda's are not supported; with the destination given they move"""
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
    return moved(stack, "asynchronous", "answered")


@answers("What can be replayed?")
def a_move_task_moves_a_dead_letter_of_scheduler(stack):
    """with the destination given; the function reads the request in its Payload"""
    return moved(stack, "schedule", "answered")


@answers("What can be replayed?")
def the_loop_replays_every_dead_letter(stack):
    """receive, send to the request queue, delete: each is rejected again"""
    queue = stack.outputs["RequestQueueUrl"]

    def send_again(letter):
        kept = {name: value for name, value in letter.get("MessageAttributes", {}).items() if name == "CorrelationId"}
        stack.sqs.send_message(QueueUrl=queue, MessageBody=letter["Body"], MessageAttributes=kept)

    again = replay(stack, lambda: stack.take_dead_letters(send_again))
    return passed_if(all(again.values()), f"{len([letter for letter in again.values() if letter])} of {len(again)}", sorted(again))


# ----


def error_with_permission(stack, **request):
    """The error that AppFlow answers to a role with the function's permission to reset."""
    pattern = stack.parameters.get("ConnectorProfilePattern", "*")
    resource = stack.arn("appflow", f"connectorprofile/{pattern}")
    allowed = {"Effect": "Allow", "Action": "appflow:ResetConnectorMetadataCache", "Resource": resource}
    reset = stack.client_as("appflow", allowed).reset_connector_metadata_cache
    return error_of(reset, **request)


def reset_by_function(stack, error, **request):
    """What the function makes of AppFlow's answer. It is not asked where it would retry: that goes on for an hour."""
    code = error["Code"] if error else ""
    if error and code not in PERMANENT:
        return "failed", f"{code}: the function would retry this", error
    answer = stack.invoke(request)
    same = answer.get("reset") == 1 if not error else code in answer.get("errorMessage", "")
    return passed_if(same, code or "accepted", [error, answer.get("errorMessage", answer)])


@answers("What do AppFlow and IAM answer?")
def the_resource_of_a_reset_without_a_profile(stack):
    """IAM checks it against connectorprofile/*"""
    error = error_of(stack.client_as("appflow").reset_connector_metadata_cache, connectorType="S3")
    if not error:
        return "failed", "accepted without any permission", ""
    resource = re.search(r"on resource: (\S+)", error["Message"])
    allowed = error_with_permission(stack, connectorType="S3") or "accepted"
    return answered(resource.group(1) if resource else error["Code"], [error, "with the stack's permission:", allowed])


@answers("What do AppFlow and IAM answer?")
def a_reset_without_a_profile(stack):
    """accepted, with the permission that the stack gives"""
    return reset_by_function(stack, error_with_permission(stack, connectorType="S3"), connectorType="S3")


@answers("What do AppFlow and IAM answer?")
def a_reset_of_an_unknown_profile(stack):
    """an error that is permanent: ResourceNotFoundException or ValidationException"""
    pattern = stack.parameters.get("ConnectorProfilePattern", "*")
    profile = pattern.replace("*", stack.id).replace("?", "x")
    if profile == pattern:
        raise NotTried(f"the stack allows only the profile {pattern}")
    error = error_of(stack.client("appflow").reset_connector_metadata_cache, connectorProfileName=profile)
    if not error:
        return answered("accepted", "")
    result, seen, evidence = reset_by_function(stack, error, connectorProfileName=profile)
    return "answered" if result == "passed" else result, seen, evidence


def profile_of(stack):
    """The name of the connector profile and, for a custom connector, the API version."""
    if not stack.profile:
        raise NotTried("needs --connector-profile")
    appflow = stack.client("appflow")
    profiles = appflow.describe_connector_profiles(connectorProfileNames=[stack.profile])["connectorProfileDetails"]
    if not profiles:
        raise NotTried(f"there is no connector profile {stack.profile}")
    named = {"connectorProfileName": stack.profile}
    if profiles[0]["connectorType"] == "CustomConnector":
        connector = appflow.describe_connector(connectorType="CustomConnector", connectorLabel=profiles[0]["connectorLabel"])
        named["apiVersion"] = connector["connectorConfiguration"]["supportedApiVersions"][0]
    return named


@answers("What do AppFlow and IAM answer?")
def a_reset_of_an_unknown_entity(stack):
    """either accepted, or a permanent error"""
    request = {**profile_of(stack), "connectorEntityName": stack.id}
    error = error_of(stack.client("appflow").reset_connector_metadata_cache, **request)
    result, seen, evidence = reset_by_function(stack, error, **request)
    return "answered" if result == "passed" else result, seen, evidence


@answers("What do AppFlow and IAM answer?")
def a_description_of_an_entity_that_does_not_exist(stack):
    """ResourceNotFoundException"""
    error = error_of(stack.client("appflow").describe_connector_entity, **profile_of(stack), connectorEntityName=stack.id)
    return answered(error["Code"] if error else "accepted", error)


@answers("What do AppFlow and IAM answer?")
def a_flow_run_that_fails_is_reported(stack):
    """a status other than "Execution Successful"; a flow that maps all fields is described as it was created"""
    if error_with_permission(stack, connectorType="S3"):
        raise NotTried("the stack's rule would send the report to the function, which may not reset S3")
    name, appflow, s3 = stack.made_name, stack.client("appflow"), stack.client("s3")
    queue, queue_arn = stack.queue
    pattern = {"source": ["aws.appflow"], "detail-type": ["AppFlow End Flow Run Report"], "detail": {"flow-name": [name]}}
    stack.rule(f"{NAME}-flow", pattern, [{"Id": "Queue", "Arn": queue_arn}])
    make_bucket(stack)
    there = lambda folder: {"S3": {"bucketName": name, "bucketPrefix": folder}}  # noqa: E731
    stack.delete_later(f"the flow {name}", appflow.delete_flow, flowName=name, forceDelete=True)
    appflow.create_flow(
        flowName=name,
        triggerConfig={"triggerType": "OnDemand"},
        sourceFlowConfig={"connectorType": "S3", "sourceConnectorProperties": there("in")},
        destinationFlowConfigList=[{"connectorType": "S3", "destinationConnectorProperties": there("out")}],
        tasks=[{"taskType": "Map_all", "sourceFields": [], "connectorOperator": {"S3": "NO_OP"}, "taskProperties": {}}],
    )
    tasks = appflow.describe_flow(flowName=name)["tasks"]
    s3.delete_bucket_policy(Bucket=name)
    error = error_of(appflow.start_flow, flowName=name)
    if error:
        return answered(f"the flow does not start: {error['Code']}", [error, {"tasks": tasks}])
    reports = lambda: [m["Body"] for m in stack.receive(queue, 30) if name in m["Body"]]  # noqa: E731
    (report,) = until(reports, LATE) or ["{}"]
    status = json.loads(report).get("detail", {}).get("status")
    if status is None:
        return "failed", "no report", {"tasks": tasks}
    return answered(f"{status}; described with {len(tasks)} tasks", [report, {"tasks": tasks}])


def make_bucket(stack):
    """A bucket with one object, which AppFlow may read and write."""
    name, s3 = stack.made_name, stack.client("s3")

    def delete():
        for item in s3.list_objects_v2(Bucket=name).get("Contents", []):
            s3.delete_object(Bucket=name, Key=item["Key"])
        s3.delete_bucket(Bucket=name)

    stack.delete_later(f"the bucket {name}", delete)
    place = {} if stack.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": stack.region}}
    s3.create_bucket(Bucket=name, **place)
    s3.put_object(Bucket=name, Key="in/data.csv", Body=b"id,name\n1,one\n")
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:GetBucketAcl", "s3:PutObjectAcl", "s3:AbortMultipartUpload"]
    actions += ["s3:ListMultipartUploadParts", "s3:ListBucketMultipartUploads"]
    bucket = f"arn:{stack.partition}:s3:::{name}"
    policy = {
        "Effect": "Allow",
        "Principal": {"Service": "appflow.amazonaws.com"},
        "Action": actions,
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"StringEquals": {"aws:SourceAccount": stack.account}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [policy]}))


# ----


@answers("Do checks work?")
def a_check_of_a_flow_that_fits(stack):
    """NONE; a finding is a false alarm, for example about a filter on a field that AppFlow does not describe"""
    if not stack.flow:
        raise NotTried("needs --flow")
    answer = stack.invoke({"flowName": stack.flow, "check": True})
    return passed_if(answer.get("severity") == "NONE", answer.get("severity", answer.get("errorType")), answer)


@answers("Do checks work?")
def a_description_right_after_a_reset(stack):
    """accepted, and slower than one from the cache, as AppFlow asks the source application; no answer says how old it is"""
    appflow, named = stack.client("appflow"), profile_of(stack)
    lists = appflow.list_connector_entities(**named)["connectorEntityMap"].values()
    entity = next((entity["name"] for entities in lists for entity in entities if not entity.get("hasNestedEntities")), None)
    if not entity:
        raise NotTried("the profile has no entity without nested entities")
    named["connectorEntityName"] = entity

    def seconds():
        started = time.monotonic()
        appflow.describe_connector_entity(**named)
        return time.monotonic() - started

    first, cached = seconds(), seconds()
    appflow.reset_connector_metadata_cache(**named)
    reset, again = seconds(), seconds()
    return answered(f"{reset:.2f} s after a reset, {again:.2f} s after that", f"{entity}: {first:.2f} s and {cached:.2f} s before the reset")


@answers("Do checks work?")
def an_event_with_the_stacks_permission(stack):
    """accepted with the source of reports, and denied with any other"""
    # events:source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    bus, source = stack.parameters.get("EventBusName", "default"), "appflow-metadata-reset"
    resource, condition = stack.arn("events", f"event-bus/{bus}"), {"StringEquals": {"events:source": source}}
    allowed = {"Effect": "Allow", "Action": "events:PutEvents", "Resource": resource, "Condition": condition}
    events = stack.client_as("events", allowed)

    def put(name):
        # Its detail type is not that of reports, so that nobody takes it for one.
        entry = {"Source": name, "DetailType": NAME, "Detail": json.dumps({"run": stack.id}), "EventBusName": bus}
        answer = events.put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            raise RuntimeError(answer["Entries"][0]["ErrorMessage"])

    once_accepted(put, name=source)
    denied = error_of(put, name=NAME)
    return passed_if(denied and denied["Code"] == "AccessDeniedException", denied["Code"] if denied else "both accepted", denied)


# ----


@answers("What does CloudWatch show?")
def metrics_of_the_function_arrive(stack):
    """within minutes, from the line of the log"""
    time.sleep(61 - time.time() % 60)  # a new period, which has no other request of this run
    started = time.time()
    stack.expect("metric")
    stack.send(stack.rejected("metric"), "metric")
    (line, *_) = until(lambda: stack.lines("metric", "invocation"), SOON)
    definition = line["_aws"]["CloudWatchMetrics"][0]
    name = next(metric["Name"] for metric in definition["Metrics"] if line[metric["Name"]] > 0)
    dimensions = {dimension: line[dimension] for dimension in definition["Dimensions"][0]}
    return metric_arrives(stack, started, definition["Namespace"], name, dimensions)


@answers("What does CloudWatch show?")
def the_alarm_on_dead_letters_goes_off(stack):
    """ALARM, a few minutes after the first dead letter; up to 15 if nobody used the queue for hours"""
    if stack.others_have_dead_letters():
        raise NotTried("the dead-letter queue has dead letters of others")
    if not stack.dead_letters():
        raise NotTried("there is no dead letter")
    state, changed, _ = alarm(stack)
    if state == "ALARM" and changed < int(stack.started):
        raise NotTried("the alarm had gone off before")
    return alarm_becomes(stack, "ALARM", stack.started)


def alarm(stack):
    (found,) = stack.client("cloudwatch").describe_alarms(AlarmNames=[stack.resources["DeadLettersAlarm"]])["MetricAlarms"]
    return found["StateValue"], found["StateUpdatedTimestamp"].timestamp(), found.get("StateReason")


def alarm_becomes(stack, state, since):
    is_state = until(lambda: alarm(stack)[0] == state, 16 * 60)
    _, changed, reason = alarm(stack)
    return passed_if(is_state, f"{state} after {changed - since:.0f} s" if is_state else f"not {state}", reason)


@answers("What does CloudWatch show?")
def the_first_invocation_after_a_restore(stack):
    """the log has its Restore Duration and Duration"""
    # https://docs.aws.amazon.com/lambda/latest/dg/snapstart-monitoring.html
    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # at the same time, so that Lambda restores the snapshot more than once
        list(pool.map(stack.invoke, [IGNORED] * 8))
    lines = until(lambda: stack.log("Restore Duration"), 60) or stack.log("Restore Duration", since=stack.started - 86400)
    times = [", ".join(re.findall(r"\t((?:Restore )?Duration: [\d.]+ ms)", line)) for line in lines if line.startswith("REPORT")]
    if not times:
        raise NotTried("Lambda restored no snapshot in 24 hours")
    return answered(f"restores: {len(times)}", times)


@answers("What does CloudWatch show?")
def the_jvm_reads_the_options_of_the_template(stack):
    """the first line of its log has them; without them C2 would compile too, as Lambda's default with SnapStart is both compilers"""
    # https://docs.aws.amazon.com/lambda/latest/dg/java-customization.html
    lines = stack.log("Picked up JAVA_TOOL_OPTIONS", since=stack.started - 14 * 86400)
    if not lines:
        raise NotTried("no JVM started in 14 days")
    return passed_if("-XX:TieredStopAtLevel=1" in lines[-1], f"starts: {len(lines)}", lines[-1])


@answers("What does CloudWatch show?")
def the_saved_queries_find_lines(stack):
    """each query completes; those about an event, failures, dead letters and ignored events find lines of this run"""
    stack.send(IGNORED, "ignored")
    logs, found = stack.client("logs"), {}
    queries = logs.describe_query_definitions(queryDefinitionNamePrefix=f"{stack.name}/")["queryDefinitions"]

    def run(query):
        text = query["queryString"].replace("CORRELATION_ID", stack.id)
        times = {"startTime": int(stack.started), "endTime": int(time.time()) + 60}
        query_id = logs.start_query(logGroupName=stack.outputs["LogGroupName"], queryString=text, **times)["queryId"]
        results = until(lambda: (r := logs.get_query_results(queryId=query_id))["status"] not in ("Scheduled", "Running") and r, 60)
        found[query["name"].split("/", 1)[1]] = len(results["results"]) if results and results["status"] == "Complete" else "incomplete"

    def all_found():
        for query in queries:
            run(query)
        return all(found.get(name) for name in FIND_LINES) and "incomplete" not in found.values()

    return passed_if(until(all_found, SOON), f"{len(queries)} queries", found)


@answers("What does CloudWatch show?")
def the_alarm_on_dead_letters_clears(stack):
    """OK, a few minutes after the last dead letter was deleted"""
    if stack.others_have_dead_letters():
        raise NotTried("the dead-letter queue has dead letters of others")
    if alarm(stack)[0] != "ALARM":
        raise NotTried("the alarm has not gone off")
    stack.delete_dead_letters()
    return alarm_becomes(stack, "OK", time.time())
