"""The deployed stack as an acceptance run sees it: its resources, its dead letters, its log; and what the run makes and deletes."""

import contextlib
import functools
import json
import re
import time
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# Everything that a run makes has a name that begins with this. The rule's whole name is fixed, so that the stack can allow it beforehand.
NAME = "appflow-metadata-reset-acceptance"

# An invocation may take the function's whole timeout, and must not be made twice.
CONFIG = Config(read_timeout=150, retries={"mode": "standard", "total_max_attempts": 3})

# How many seconds to wait for what takes seconds, and for what takes minutes.
SOON, LATE = 120, 420


class NotTried(Exception):
    """Why something cannot be tried."""


def until(condition, seconds):
    """The result of the condition, as soon as it is true, or its last result when the time is up."""
    end, pause = time.monotonic() + seconds, 0.2
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(pause)
        pause = min(pause * 1.5, 5)
    return result


def error_of(call, **arguments):
    """Code, HTTP status and text of the error that AWS answers; None if it accepts the call."""
    try:
        call(**arguments)
    except ClientError as error:
        response = error.response
        return {"status": response["ResponseMetadata"].get("HTTPStatusCode"), **response["Error"]}
    return None


def once_accepted(call, **arguments):
    """The answer, as soon as AWS accepts the call: a new role is not known everywhere at once."""
    end = time.monotonic() + SOON
    while True:
        try:
            return call(**arguments)
        except ClientError:
            if time.monotonic() > end:
                raise
            time.sleep(3)


def attributes_of(message):
    return {name: attribute["StringValue"] for name, attribute in message.get("MessageAttributes", {}).items()}


class Stack:
    """`due` has the tags of the dead letters that the run causes, and until when they may arrive; `arrived` those in the queue."""

    def __init__(self, name, profile, flow):
        self.name, self.profile, self.flow = name, profile, flow
        self.client = functools.cache(lambda service: boto3.client(service, config=CONFIG))
        self.sqs = self.client("sqs")
        (stack,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        resources = self.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        self.parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack.get("Parameters", [])}
        self.resources = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        _, self.partition, _, self.region, self.account, _ = self.outputs["RequestQueueArn"].split(":")
        self.id = f"acceptance-{uuid.uuid4()}"
        self.made_name = f"{NAME}-{self.id[-12:]}"
        self.started = time.time()
        self.due, self.arrived, self.correlation_ids = {}, set(), set()
        self.left, self.made = [], contextlib.ExitStack()

    def arn(self, service, resource):
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    # ---- Requests and events

    @property
    def request(self):
        """A request that changes nothing that the schedule does not change too."""
        return {"connectorProfileName": self.profile or "*"}

    def rejected(self, tag):
        """A request that the function rejects: the misspelt member carries the run's ID and the tag into the dead letter."""
        return {"connectorProfileNam": f"{self.id}.{tag}"}

    def invoke(self, event, **kind):
        """The answer of a direct invocation. If the function failed, its error."""
        response = self.client("lambda").invoke(FunctionName=self.outputs["FunctionAliasArn"], Payload=json.dumps(event), **kind)
        answer = json.loads(response["Payload"].read() or "{}")
        self.correlation_ids.add(answer.get("correlationId"))
        return answer

    def send(self, body, tag):
        """The ID of the message."""
        correlation = {"CorrelationId": {"DataType": "String", "StringValue": f"{self.id}.{tag}"}}
        sent = self.sqs.send_message(QueueUrl=self.outputs["RequestQueueUrl"], MessageBody=json.dumps(body), MessageAttributes=correlation)
        return sent["MessageId"]

    # ---- Dead letters. Only those of the run are touched

    def expect(self, tag, seconds=SOON):
        """A dead letter with this tag will arrive, and has to be deleted."""
        self.due[tag] = time.monotonic() + seconds

    def tag_of(self, message):
        """None if it is not of this run. A sub-request's dead letter has only the correlation ID."""
        correlation_id = attributes_of(message).get("CorrelationId", "")
        found = re.search(re.escape(self.id) + r"\.(\w+)", f"{message['Body']} {correlation_id}")
        return found.group(1) if found else "direct" if correlation_id in self.correlation_ids else None

    def receive(self, queue_url, visibility):
        received = self.sqs.receive_message(
            QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=visibility, WaitTimeSeconds=1, MessageAttributeNames=["All"]
        )
        return received.get("Messages", [])

    def dead_letters(self):
        """The run's own, by tag. They stay visible, so that the alarm sees them. A receive returns only some of the messages."""
        messages = [message for _ in range(3) for message in self.receive(self.outputs["DeadLetterQueueUrl"], 0)]
        own = {self.tag_of(message): message for message in messages if self.tag_of(message)}
        self.arrived |= own.keys()
        return own

    def dead_letter(self, tag, seconds=SOON):
        return until(lambda: self.dead_letters().get(tag), seconds)

    def others_have_dead_letters(self):
        queue, name = self.outputs["DeadLetterQueueUrl"], "ApproximateNumberOfMessages"

        def all_are_own():
            count = int(self.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])
            seen = {message["MessageId"]: self.tag_of(message) for _ in range(3) for message in self.receive(queue, 0)}
            return all(seen.values()) and len(seen) >= count

        return not until(all_are_own, 20)

    def take_dead_letters(self, then=lambda message: None):
        """Calls `then` with each of the run's own, and deletes it. Those of others become visible again at once."""
        queue = self.outputs["DeadLetterQueueUrl"]
        for _ in range(10):
            messages = self.receive(queue, 30)
            for message in messages:
                if self.tag_of(message):
                    then(message)
                    self.sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                    self.arrived.discard(self.tag_of(message))
                else:
                    self.sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0)
            if not messages:
                break

    def delete_dead_letters(self):
        self.take_dead_letters(lambda message: self.due.pop(self.tag_of(message), None))

    # ---- The log

    def log(self, text, since=None):
        """The lines that contain a text."""
        pages = self.client("logs").get_paginator("filter_log_events").paginate(
            logGroupName=self.outputs["LogGroupName"], startTime=int((since or self.started) * 1000), filterPattern=f'"{text}"'
        )
        return [event["message"].strip() for page in pages for event in page["events"]]

    def lines(self, tag, message):
        """The function's own lines of one kind about a message."""
        lines = [json.loads(line) for line in self.log(f"{self.id}.{tag}") if line.startswith("{")]
        return [line for line in lines if line["message"] == message]

    # ---- What the run makes. Each deletion is registered before the creation, and runs after a failure and after Ctrl-C too

    def delete_later(self, what, delete, **arguments):
        def deletion():
            error = error_of(delete, **arguments)
            if error and not re.search("NotFound|NoSuch|NonExistent", error["Code"]):
                self.left.append(f"{what}: {error['Code']}: {error['Message']}")

        self.made.callback(deletion)

    @functools.cached_property
    def queue(self):
        """A queue of the run's own, to which its rules may send: its URL and ARN."""
        arn = self.arn("sqs", self.made_name)
        policy = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnLike": {"aws:SourceArn": self.arn("events", f"rule/{NAME}*")}},
        }
        attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [policy]}), "MessageRetentionPeriod": "3600"}
        url = functools.partial(self.sqs.get_queue_url, QueueName=self.made_name)
        self.delete_later(f"the queue {self.made_name}", lambda: self.sqs.delete_queue(QueueUrl=url()["QueueUrl"]))
        return self.sqs.create_queue(QueueName=self.made_name, Attributes=attributes)["QueueUrl"], arn

    def rule(self, name, pattern, targets):
        events = self.client("events")
        self.delete_later(f"the rule {name}", events.delete_rule, Name=name)
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), Description="Of an acceptance run, which deletes it")
        self.delete_later(f"the targets of the rule {name}", events.remove_targets, Rule=name, Ids=[target["Id"] for target in targets])
        failed = events.put_targets(Rule=name, Targets=targets)["FailedEntries"]
        if failed:
            raise RuntimeError(f"PutTargets: {failed}")

    @functools.cached_property
    def role(self):
        """A role that Scheduler and this account may assume. It may write dead letters and events and reset metadata, and invoke nothing."""
        iam = self.client("iam")
        principal = {"Service": "scheduler.amazonaws.com", "AWS": f"arn:{self.partition}:iam::{self.account}:root"}
        trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        allowed = [
            {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self.outputs["DeadLetterQueueArn"]},
            {"Effect": "Allow", "Action": ["appflow:ResetConnectorMetadataCache", "events:PutEvents"], "Resource": "*"},
        ]
        if self.parameters.get("KmsKeyArn"):
            allowed.append({"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": self.parameters["KmsKeyArn"]})
        self.delete_later(f"the role {self.made_name}", iam.delete_role, RoleName=self.made_name)
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        arn = iam.create_role(RoleName=self.made_name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        self.delete_later(f"the policy of {self.made_name}", iam.delete_role_policy, RoleName=self.made_name, PolicyName="acceptance")
        document = json.dumps({"Version": "2012-10-17", "Statement": allowed})
        iam.put_role_policy(RoleName=self.made_name, PolicyName="acceptance", PolicyDocument=document)
        return arn

    def client_as(self, service, *allowed):
        """A client for the role with a session policy: what that does not allow too is denied."""
        # Without a statement a session policy is not valid.
        statements = [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": self.outputs["DeadLetterQueueArn"]}, *allowed]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        session = {"RoleArn": self.role, "RoleSessionName": "acceptance", "DurationSeconds": 900, "Policy": policy}
        key = once_accepted(self.client("sts").assume_role, **session)["Credentials"]
        return boto3.client(
            service, config=CONFIG, aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"], aws_session_token=key["SessionToken"],
        )  # fmt: skip

    def clean_up(self):
        """Deletes what the run made: first what could cause more dead letters. What it could not delete is in `left`."""
        self.made.close()
        until(lambda: self.delete_dead_letters() or not any(end > time.monotonic() for end in self.due.values()), LATE)
        self.left += [f"a dead letter that contains {self.id}.{tag} may still arrive" for tag in self.due]
