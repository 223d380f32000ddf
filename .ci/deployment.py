"""Deploys the built template with `sam deploy`, unmodified, and uses the stack as its users do.

usage: deployment.py BUILT_TEMPLATE TEST_CLASSPATH

.ci/aws.py emulates AWS, and the tests' AppFlowEmulator emulates AppFlow. The checks compare the calls that AppFlowEmulator received
with the expected ones. Then the same checks must fail on templates that are broken on purpose.

Environment: JAVA (a JDK's java), RUNTIME_CLASSPATH (the runtime interface client), MINISTACK_PYTHON, LOGS (a folder).
"""

import contextlib
import datetime
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

import boto3
from checks import report
from samcli.yamlhelper import yaml_dump, yaml_parse
from template import NAMESPACE, dashboard, widget_metrics

CI = pathlib.Path(__file__).parent
REPOSITORY = CI.parent
REGION = "us-east-1"
# In place of an entity: the reset of the list of entity names.
NAMES = "(names)"
# The rule of the acceptance run, in the account of ministack.
ACCEPTANCE_RULE = f"arn:aws:events:{REGION}:000000000000:rule/appflow-metadata-reset-acceptance"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}


def until(condition, seconds):
    """The result of the condition, as soon as it is true, or its last result when the time is up."""
    end = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return result


def unless(condition, problem):
    return [] if condition else [problem]


# ---- AppFlow, AWS and the stack


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def process(name, command, environment=None):
    with open(pathlib.Path(os.environ["LOGS"], f"{name}.log"), "w", encoding="utf-8") as log:
        running = subprocess.Popen(command, env=os.environ | (environment or {}), stdout=log, stderr=log, cwd=os.environ["LOGS"])
        try:
            yield
        finally:
            running.terminate()
            running.wait(20)


class AppFlow:
    """The emulator of AppFlow."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    @staticmethod
    @contextlib.contextmanager
    def started(test_classpath):
        appflow = AppFlow(free_port())
        account = REPOSITORY / "src/test/resources/appflow/account.json"
        main = ["io.github.metadatareset.local.AppFlowEmulator", str(account), appflow.url.rsplit(":", 1)[1]]
        with process("appflow", [os.environ["JAVA"], "-cp", test_classpath, *main]):
            if not until(appflow.is_up, 30):
                raise SystemExit("the AppFlow emulator did not start: see appflow.log")
            yield appflow

    def is_up(self):
        with contextlib.suppress(OSError):
            return self.calls() == []

    def http(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_emulator/{path}", data=data, timeout=10) as response:
            return json.load(response)

    def calls(self):
        return self.http("calls")

    def clear(self):
        """Removes the faults and the received calls."""
        self.http("fault", {"fault": "clear"})
        self.http("forget", {})

    def fail(self, times, status, code, **of):
        """Answers the next resets, or calls of another `operation`, with an error: all, or those of an `entity`."""
        fault = {"fault": "error", "operation": "ResetConnectorMetadataCache", "next": times, "status": status, "code": code}
        self.http("fault", fault | of)

    @contextlib.contextmanager
    def without_field(self, profile, entity, field, kind):
        """Deletes a field in the source application, and adds it again."""
        change = {"in": profile, "entity": entity, "field": field}
        self.http("source", {"change": "removeField", **change})
        try:
            yield
        finally:
            self.http("source", {"change": "addField", "type": kind, **change})

    def resets(self, status=200):
        """Profile and entity of each reset that was answered with this HTTP status."""
        inputs = [
            call["input"] for call in self.calls() if call["operation"] == "ResetConnectorMetadataCache" and call["status"] == status
        ]
        return [(i.get("connectorProfileName", i.get("connectorType")), i.get("connectorEntityName", NAMES)) for i in inputs]


class Aws:
    """ministack, the emulator of AWS: see aws.py."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"

    @staticmethod
    @contextlib.contextmanager
    def started(appflow):
        aws = Aws(free_port())
        environment = CREDENTIALS | {
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ENDPOINT_URL_APPFLOW": appflow.url,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": aws.url.rsplit(":", 1)[1],
            "MINISTACK_HOST": "127.0.0.1",
            "IOT_MTLS_ENABLED": "0",
            "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "0.2",
            "SFN_WAIT_SCALE": "0.01",
        }
        with process("aws", [os.environ["MINISTACK_PYTHON"], str(CI / "aws.py")], environment):
            if not until(aws.is_up, 60):
                raise SystemExit("ministack did not start: see aws.log")
            aws.client("s3").create_bucket(Bucket="artifacts")
            yield aws

    def is_up(self):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2) as response:
                return response.status == 200

    def client(self, service):
        return boto3.client(
            service, endpoint_url=self.url, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )

    def sam(self, *arguments):
        environment = os.environ | CREDENTIALS | {"AWS_ENDPOINT_URL": self.url, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5"}
        sam = pathlib.Path(sys.executable).with_name("sam")
        return subprocess.run(
            [sam, *arguments, "--region", REGION], env=environment, cwd=os.environ["LOGS"], capture_output=True, text=True, check=False
        )


class Stack:
    def __init__(self, aws, appflow, name, template):
        self.aws, self.appflow, self.name, self.template = aws, appflow, name, template
        self.sqs, self.events, self.functions = aws.client("sqs"), aws.client("events"), aws.client("lambda")

    def deploy(self, **parameters):
        overrides = ["--parameter-overrides", *(f"{name}='{value}'" for name, value in parameters.items())] if parameters else []
        deployed = self.aws.sam(
            "deploy", "--template-file", str(self.template), "--stack-name", self.name, "--s3-bucket", "artifacts",
            "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-progressbar", *overrides,
        )  # fmt: skip
        if deployed.returncode != 0:
            return [deployed.stdout[-3000:] + deployed.stderr[-3000:]]
        status = self.read()
        return unless(status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), status)

    def read(self):
        """Reads parameters, outputs and resources of the stack. Returns its status."""
        (stack,) = self.aws.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        self.parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in stack["Parameters"]}
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        resources = self.aws.client("cloudformation").describe_stack_resources(StackName=self.name)["StackResources"]
        self.resources = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        return stack["StackStatus"]

    def live(self):
        return self.functions.get_function_configuration(FunctionName=self.outputs["FunctionName"], Qualifier="live")

    def remote_invoke(self, *event):
        invoked = self.aws.sam("remote", "invoke", "MetadataResetFunction", "--stack-name", self.name, *event)
        response = re.search(r"^\{.*}$", invoked.stdout, re.MULTILINE)
        if not response:
            raise ValueError(f"no response: {invoked.stdout} {invoked.stderr}")
        return json.loads(response.group())

    def send_request(self, request):
        """Returns the ID of its message."""
        body = request if isinstance(request, str) else json.dumps(request)
        return self.sqs.send_message(QueueUrl=self.outputs["RequestQueueUrl"], MessageBody=body)["MessageId"]

    def put_event(self, file):
        event = json.loads((REPOSITORY / "events" / file).read_text())
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        self.events.put_events(Entries=[entry])

    def is_idle(self):
        """The request queue has no messages, and the function processes none."""
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        queue = self.sqs.get_queue_attributes(QueueUrl=self.outputs["RequestQueueUrl"], AttributeNames=counts)
        return not any(int(count) for count in queue["Attributes"].values())

    def dead_letters(self):
        """Up to 10 messages. They stay in the dead-letter queue."""
        received = self.sqs.receive_message(
            QueueUrl=self.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return received.get("Messages", [])

    def purge_dead_letters(self):
        self.sqs.purge_queue(QueueUrl=self.outputs["DeadLetterQueueUrl"])

    def execution(self, arn):
        """An execution of a state machine, when it has ended."""
        steps = self.aws.client("stepfunctions")
        if not until(lambda: steps.describe_execution(executionArn=arn)["status"] != "RUNNING", 60):
            raise ValueError("the execution does not end")
        return steps.describe_execution(executionArn=arn)

    def log_lines(self):
        """The JSON lines of the function's log."""
        pages = self.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=self.outputs["LogGroupName"])
        messages = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(message) for message in messages if message.startswith("{")]

    def wait_for_resets(self, expected, seconds=60):
        """Waits until the stack is idle and has made the expected resets. The problems are missing and unexpected ones."""
        expected = sorted(expected)
        until(lambda: sorted(self.appflow.resets()) == expected and self.is_idle(), seconds)
        return unless(sorted(self.appflow.resets()) == expected, f"expected {expected}, got {sorted(self.appflow.resets())}")


def attributes_of(message):
    return {name: attribute["StringValue"] for name, attribute in message.get("MessageAttributes", {}).items()}


# ---- The checks: each returns the problems that it finds


def a_request_is_executed(stack):
    stack.appflow.clear()
    stack.send_request({"connectorProfileName": "crm-prod", "connectorEntityName": "Account"})
    return stack.wait_for_resets([("crm-prod", "Account")], 30)


def failed_requests_are_retried(stack):
    """AppFlow answers each request once with a conflict, so every message must return to the queue and be received again."""
    stack.appflow.clear()
    entities = ["Contact", "Lead", "Opportunity", "Region__c"]
    stack.appflow.fail(len(entities), 409, "ConflictException")
    for entity in entities:
        stack.send_request({"connectorProfileName": "crm-prod", "connectorEntityName": entity})
    problems = stack.wait_for_resets([("crm-prod", entity) for entity in entities], 60)
    return problems + unless(len(stack.appflow.resets(409)) == len(entities), f"conflicts: {stack.appflow.resets(409)}")


def denied_and_throttled_requests_are_retried(stack):
    """The SDK attempts a throttled call three times, so the message returns after the third."""
    problems = []
    for times, status, code in ((1, 403, "AccessDeniedException"), (3, 429, "ThrottlingException")):
        stack.appflow.clear()
        stack.appflow.fail(times, status, code)
        stack.send_request({"connectorProfileName": "crm-prod", "connectorEntityName": "Account"})
        problems += stack.wait_for_resets([("crm-prod", "Account")], 60)
        problems += unless(len(stack.appflow.resets(status)) == times, f"{code}: {stack.appflow.resets(status)}")
    return problems


def a_request_is_split(stack):
    stack.appflow.clear()
    stack.send_request({"connectorProfileName": "crm-*", "entities": "USED_BY_FLOWS"})
    return stack.wait_for_resets([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity"), ("crm-sandbox", NAMES)])


def only_a_failed_run_triggers_a_reset(stack):
    stack.appflow.clear()
    stack.put_event("appflow-end-flow-run-customconnector.json")
    stack.put_event("appflow-end-flow-run-failed.json")
    return stack.wait_for_resets([("crm-prod", "Account")], 30)


def sam_remote_invoke_executes_or_queues(stack):
    stack.appflow.clear()
    requests = [{"connectorProfileName": "crm-prod"}, {"connectorProfileName": "crm-*"}]
    responses = [stack.remote_invoke("--event", json.dumps(request)) for request in requests]
    counts = [(response.get("reset"), response.get("queued"), "correlationId" in response) for response in responses]
    return unless(counts == [(1, 0, True), (0, 1, True)], f"responses: {responses}") + stack.wait_for_resets(
        [("crm-prod", NAMES), ("crm-prod", NAMES), ("crm-sandbox", NAMES)]
    )


def a_generated_batch_is_executed(stack):
    stack.appflow.clear()
    request = json.dumps({"connectorProfileName": "crm-prod", "connectorEntityName": "Lead"})
    # SAM puts the body into the event without escaping it.
    generated = stack.aws.sam("local", "generate-event", "sqs", "receive-message", "--body", json.dumps(request)[1:-1])
    event = pathlib.Path(os.environ["LOGS"], "generated-event.json")
    event.write_text(generated.stdout)
    response = stack.remote_invoke("--event-file", str(event))
    return unless(response == {"batchItemFailures": []}, f"the response is {response}") + stack.wait_for_resets([("crm-prod", "Lead")], 10)


def every_example_event_gets_a_response(stack):
    """The response may be a rejection. EventFilesTest checks the outcome of each event."""
    problems = unless(list(REPOSITORY.glob("events/*.json")), "there is no file")
    for file in sorted(REPOSITORY.glob("events/*.json")):
        invoked = stack.functions.invoke(FunctionName=stack.outputs["FunctionAliasArn"], Payload=file.read_bytes())
        response = json.load(invoked["Payload"])
        rejected = response.get("errorType", "").endswith(".RequestFailedException")
        executed = "correlationId" in response or "batchItemFailures" in response
        problems += unless(rejected or executed, f"{file.name}: {response}")
    problems += unless(until(stack.is_idle, 120), "the request queue still has messages")
    stack.purge_dead_letters()
    return problems


def a_permanent_failure_is_a_dead_letter_that_can_be_replayed(stack):
    stack.appflow.clear()
    stack.appflow.fail(1, 400, "ValidationException")
    request = json.dumps({"connectorEntityName": "Lead", "connectorProfileName": "crm-prod"})
    message_id = stack.send_request(request)
    dead_letters = until(stack.dead_letters, 30)
    if not dead_letters:
        return ["there is no dead letter"]
    attributes = attributes_of(dead_letters[0])
    problems = unless(dead_letters[0]["Body"] == request, f"its body is {dead_letters[0]['Body']}")
    problems += unless(attributes.get("ErrorCode") == "ValidationException", f"its attributes are {attributes}")
    problems += unless(attributes.get("SourceMessageId") == message_id, f"its attributes are {attributes}")
    problems += unless(
        {"ErrorMessage", "RequestID", "CorrelationId", "ReceiveCount"} <= attributes.keys(), f"its attributes are {attributes}"
    )
    stack.sqs.start_message_move_task(
        SourceArn=stack.outputs["DeadLetterQueueArn"], DestinationArn=stack.outputs["RequestQueueArn"]
    )
    return problems + stack.wait_for_resets([("crm-prod", "Lead")], 30) + unless(not stack.dead_letters(), "the dead-letter queue still has messages")


def a_failed_asynchronous_invocation_is_a_dead_letter(stack):
    stack.appflow.clear()
    stack.functions.invoke(
        FunctionName=stack.outputs["FunctionAliasArn"], InvocationType="Event", Payload=b'{"connectorProfileNam": "crm-prod"}'
    )
    dead_letters = until(stack.dead_letters, 60)
    stack.purge_dead_letters()
    if not dead_letters:
        return ["there is no dead letter"]
    body, attributes = dead_letters[0]["Body"], attributes_of(dead_letters[0])
    problems = unless(json.loads(body) == {"connectorProfileNam": "crm-prod"}, f"its body is {body}")
    return problems + unless("/connectorProfileNam" in attributes["ErrorMessage"], f"its attributes are {attributes}")


def the_acceptance_run_passes(stack):
    """What the emulator cannot do is not tried, what is only a model of ours does not count as passed, and nothing is left behind."""
    stack.appflow.clear()
    emulated = CI / "emulated.json"
    endpoints = {"AWS_ENDPOINT_URL": stack.aws.url, "AWS_ENDPOINT_URL_APPFLOW": stack.appflow.url}
    run = subprocess.run(
        [sys.executable, REPOSITORY / "src/acceptance/run", stack.name, "--connector-profile", "crm-prod", "--flow", "crm-account-to-lake", "--emulated", emulated],
        env=os.environ | CREDENTIALS | endpoints, capture_output=True, text=True, check=False,
    )  # fmt: skip
    pathlib.Path(os.environ["LOGS"], f"acceptance-of-{stack.name}.md").write_text(run.stdout)
    cells = [line.strip("| ").split(" | ") for line in run.stdout.splitlines() if line.startswith("| ") and not line.startswith("| **")]
    results = {name: result for name, result, *_ in cells[1:]}
    expected = {name: result for result, names in json.loads(emulated.read_text()).items() for name in names}
    problems = unless(run.returncode == 0 and results, f"exit status {run.returncode}: {run.stdout} {run.stderr}")
    first = "last run on AWS" if (REPOSITORY / "src/acceptance/results.md").exists() else "never run on AWS"
    problems += unless(run.stdout.startswith(first), f"the first line is not {first}")
    problems += [f"there is no row {name}" for name in expected.keys() - results.keys()]
    problems += [f"{name}: {result}" for name, result in results.items() if result != expected.get(name, "passed")]
    left = stack.sqs.list_queues().get("QueueUrls", []) + [rule["Name"] for rule in stack.events.list_rules()["Rules"]]
    left += [role["RoleName"] for role in stack.aws.client("iam").list_roles()["Roles"]] + [m["Body"] for m in stack.dead_letters()]
    return problems + [f"{name} is left" for name in left if "acceptance" in name]


@contextlib.contextmanager
def a_queue_of_ones_own(stack, name, pattern):
    """Receives what a rule of one's own matches on the default event bus. Yields a function that receives the next message."""
    url = stack.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    rule = stack.events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
    allowed = {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    stack.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    stack.events.put_targets(Rule=name, Targets=[{"Id": "Queue", "Arn": arn}])

    def receive(seconds=30):
        received = until(lambda: stack.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"), seconds)
        if received:
            stack.sqs.delete_message(QueueUrl=url, ReceiptHandle=received[0]["ReceiptHandle"])
        return json.loads(received[0]["Body"]) if received else None

    try:
        yield receive
    finally:
        stack.events.remove_targets(Rule=name, Ids=["Queue"])
        stack.events.delete_rule(Name=name)
        stack.sqs.delete_queue(QueueUrl=url)


REPORTS = {"source": ["appflow-metadata-reset"], "detail-type": ["AppFlow Flow Check Report"]}


def a_report_reaches_a_rule_of_ones_own(stack):
    """The flow maps a field that is deleted. A check that finds nothing sends no report."""
    stack.appflow.clear()
    check, problems = {"flowName": "crm-account-to-lake", "check": True}, []
    with a_queue_of_ones_own(stack, "reports", REPORTS) as receive:
        answer = stack.remote_invoke("--event", json.dumps(check))
        problems += unless(answer.get("severity") == "NONE" and not receive(2), f"the flow fits, but the answer is {answer}")
        with stack.appflow.without_field("crm-prod", "Account", "Tier__c", "picklist"):
            answer = stack.remote_invoke("--event", json.dumps(check))
            reports = [receive()]
            stack.send_request(check)
            reports.append(receive())
        problems += unless(until(stack.is_idle, 30), "the request queue still has messages")
    if not all(reports):
        return [*problems, f"a report is missing: {reports}"]
    details = [report["detail"] for report in reports]
    problems += unless(answer == details[0], f"the answer is {answer}, and its report {details[0]}")
    problems += unless(details[0]["reportId"] == details[1]["reportId"], f"the reports of the same finding differ: {details}")
    for report, detail in zip(reports, details):
        found = [(finding["kind"], finding["entity"], finding.get("field")) for finding in detail["findings"]]
        problems += unless((detail["flowName"], detail["severity"]) == ("crm-account-to-lake", "BREAKING"), f"{detail}")
        problems += unless(found == [("FIELD_NOT_VISIBLE", "Account", "Tier__c")], f"the findings are {found}")
        problems += unless("Tier__c" in detail["summary"], f"the summary is {detail['summary']}")
        problems += unless([arn.split(":", 5)[5] for arn in report["resources"]] == ["flow/crm-account-to-lake"], f"{report['resources']}")
    return problems


def a_failed_run_triggers_a_check(stack):
    """With FlowCheckState. The flow that failed maps a field that is deleted; that it is reset too is what the rule does anyway."""
    stack.appflow.clear()
    problems = stack.deploy(FlowCheckState="ENABLED", FailedRunsRuleState="ENABLED")
    with a_queue_of_ones_own(stack, "reports", REPORTS) as receive:
        with stack.appflow.without_field("crm-prod", "Account", "Tier__c", "picklist"):
            stack.put_event("appflow-end-flow-run-failed.json")
            report = receive()
            problems += unless(until(stack.is_idle, 30), "the request queue still has messages")
    problems += unless(report and report["detail"]["flowName"] == "crm-account-to-lake", f"the report is {report}")
    alarms = stack.aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    problems += unless([a for a in alarms if a["MetricName"] == "BreakingFlows"], "there is no alarm on BreakingFlows")
    widgets = json.loads(stack.aws.client("cloudwatch").get_dashboard(DashboardName=stack.name)["DashboardBody"])["widgets"]
    return problems + unless(any("BreakingFlows" in json.dumps(widget) for widget in widgets), "the dashboard does not show BreakingFlows")


def the_daily_schedule_checks_every_flow(stack):
    """Its target is invoked as EventBridge Scheduler would do it a day later."""
    stack.appflow.clear()
    scheduler = stack.aws.client("scheduler")
    schedules = [scheduler.get_schedule(GroupName=s["GroupName"], Name=s["Name"]) for s in scheduler.list_schedules()["Schedules"]]
    daily = [schedule for schedule in schedules if schedule["ScheduleExpression"] == "rate(1 day)"]
    if len(daily) != 1 or daily[0]["State"] != "ENABLED":
        return [f"the schedules are {schedules}"]
    target = daily[0]["Target"]
    with a_queue_of_ones_own(stack, "reports", REPORTS) as receive:
        with stack.appflow.without_field("crm-prod", "Account", "Tier__c", "picklist"):
            stack.functions.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=target["Input"])
            report = receive(60)
            problems = unless(until(stack.is_idle, 60), "the request queue still has messages")
        problems += unless(not receive(2), "a flow that fits has a report")
    checked = {line["flowName"] for line in stack.log_lines() if line["message"] == "check"}
    problems += unless({"crm-account-to-lake", "sales-orders-to-crm", "sharepoint-docs", "s3-copy", "erp-orders"} <= checked, f"only {checked} were checked")
    return problems + unless(report and report["detail"]["flowName"] == "crm-account-to-lake", f"the report is {report}")


def an_update_applies_changed_parameters(stack):
    """The function's parameters must reach the version that the alias points to."""
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=40)
    stack.appflow.clear()
    before = stack.live()
    topic = stack.aws.client("sns").create_topic(Name="alarms")["TopicArn"]
    stack.key = stack.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    problems = stack.deploy(
        AlarmTopicArn=topic,
        KmsKeyArn=stack.key,
        ConnectorProfilePattern="crm-*",
        ExcludedProfilePattern="crm-s*",
        MaxConcurrentCalls="4",
        ScheduleExpression=soon.strftime("at(%Y-%m-%dT%H:%M:%S)"),
        FailedRunsRuleState="DISABLED",
        ProfileChangesRuleState="ENABLED",
        ConnectorChangesRuleState="ENABLED",
    )
    after = stack.live()
    variables = after["Environment"]["Variables"]
    problems += unless(after["Version"] != before["Version"], f"it is still version {after['Version']}")
    problems += unless(variables["MAX_CONCURRENT_CALLS"] == "4", f"{variables}")
    problems += unless(variables["CONNECTOR_PROFILE_PATTERN"] == "crm-*", f"{variables}")
    alarms = stack.aws.client("cloudwatch").describe_alarms()["MetricAlarms"]
    problems += unless(alarms, "there is no alarm")
    problems += [f"{a['AlarmName']} notifies {a['AlarmActions']}" for a in alarms if a["AlarmActions"] != [topic]]
    for queue in (stack.outputs["RequestQueueUrl"], stack.outputs["DeadLetterQueueUrl"]):
        attributes = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        problems += unless(attributes.get("KmsMasterKeyId") == stack.key, f"{queue} is encrypted with {attributes.get('KmsMasterKeyId')}")
    return problems


def the_schedule_invokes_the_function(stack):
    """With the default request: the names of every allowed profile, and the entities that flows use. crm-sandbox is excluded."""
    return stack.wait_for_resets([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity")], 120)


def cloudtrail_events_trigger_resets(stack):
    """An updated profile is reset. The function's own call, a profile that is not allowed and a disabled rule cause no reset."""
    stack.appflow.clear()
    stack.put_event("cloudtrail-reset-connector-metadata-cache.json")
    stack.put_event("appflow-end-flow-run-failed.json")
    stack.put_event("cloudtrail-update-connector-registration.json")
    stack.put_event("cloudtrail-update-connector-profile.json")
    return stack.wait_for_resets([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity")])


def the_role_allows_only_what_the_function_needs(stack):
    iam = stack.aws.client("iam")
    role = iam.get_role(RoleName=stack.resources["FunctionRole"])["Role"]["Arn"]
    _, _, _, region, account, _ = stack.outputs["RequestQueueArn"].split(":", 5)
    appflow = f"arn:aws:appflow:{region}:{account}:"
    request_queue, dead_letter_queue = stack.outputs["RequestQueueArn"], stack.outputs["DeadLetterQueueArn"]
    log = f"arn:aws:logs:{region}:{account}:log-group:{stack.outputs['LogGroupName']}:log-stream:any"
    allowed = [
        ("appflow:ResetConnectorMetadataCache", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:ListConnectorEntities", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:DescribeConnectorEntity", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:DescribeConnectorProfiles", "*"),
        ("appflow:DescribeConnector", f"{appflow}connector/InternalErp"),
        ("appflow:ListFlows", f"{appflow}flow/any"),
        ("appflow:DescribeFlow", f"{appflow}flow/any"),
        ("sqs:ReceiveMessage", request_queue),
        ("sqs:DeleteMessage", request_queue),
        ("sqs:GetQueueAttributes", request_queue),
        ("sqs:ChangeMessageVisibility", request_queue),
        ("sqs:SendMessage", request_queue),
        ("sqs:SendMessage", dead_letter_queue),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
        ("xray:PutTraceSegments", "*"),
        ("kms:Decrypt", stack.key),
        ("kms:GenerateDataKey", stack.key),
    ]
    denied = [
        ("appflow:ResetConnectorMetadataCache", f"{appflow}connectorprofile/sap-erp"),
        ("appflow:ListConnectorEntities", f"{appflow}connectorprofile/sap-erp"),
        ("appflow:DescribeConnectorEntity", f"{appflow}connectorprofile/sap-erp"),
        ("appflow:DeleteConnectorProfile", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:DeleteFlow", f"{appflow}flow/any"),
        ("appflow:StartFlow", f"{appflow}flow/any"),
        ("appflow:UpdateFlow", f"{appflow}flow/any"),
        # Without the source of reports. The emulator's simulation takes no context, so .ci/template.py checks the condition.
        ("events:PutEvents", f"arn:aws:events:{region}:{account}:event-bus/default"),
        ("sqs:SendMessage", f"{request_queue}-other"),
        ("sqs:ReceiveMessage", dead_letter_queue),
        ("sqs:PurgeQueue", request_queue),
        ("logs:PutLogEvents", log.replace(stack.name, "other")),
        ("logs:DeleteLogGroup", log),
        ("kms:Decrypt", f"arn:aws:kms:{region}:{account}:key/any"),
        ("iam:PassRole", role),
        ("lambda:InvokeFunction", stack.outputs["FunctionAliasArn"]),
    ]
    problems = []
    excluded = [(action, f"{appflow}connectorprofile/crm-sandbox") for action, _ in allowed[:3]]
    for expected, cases in (("allowed", allowed), ("implicitDeny", denied), ("explicitDeny", excluded)):
        for action, resource in cases:
            results = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
            decision = results["EvaluationResults"][0]["EvalDecision"]
            problems += unless(decision == expected, f"{action} on {resource}: {decision}")
    return problems


def dashboard_and_alarm_metrics(template):
    """The function's own metrics that the dashboard and the alarms read."""
    alarms = [resource["Properties"] for resource in template["Resources"].values() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    read = {alarm["MetricName"] for alarm in alarms if alarm.get("Namespace") == NAMESPACE}
    for widget in dashboard(template):
        read |= {name for namespace, name, _ in widget_metrics(widget) if namespace == NAMESPACE}
    return read


def query_fields(resources):
    """The members of log lines that the saved queries read."""
    queries = [r["Properties"]["QueryString"] for r in resources.values() if r["Type"] == "AWS::Logs::QueryDefinition"]
    lists = [fields for query in queries for fields in re.findall(r"^fields (.*)$|latest\((\w+)\)|ispresent\((\w+)\)", query, re.MULTILINE)]
    return {name for fields in lists for name in re.findall(r"(?<![@\w])\w+", " ".join(fields))}


def the_log_has_what_dashboard_alarms_and_queries_read(stack):
    lines = stack.log_lines()
    invocations = [line for line in lines if line["message"] == "invocation"]
    metrics = {
        metric["Name"] for line in invocations for block in line.get("_aws", {}).get("CloudWatchMetrics", []) for metric in block["Metrics"]
    }
    template = yaml_parse(stack.template.read_text())
    read, fields = dashboard_and_alarm_metrics(template), query_fields(template["Resources"])
    problems = unless(invocations, "the log has no line for an invocation")
    problems += unless({"Denied", "RequestAge", "BreakingFlows"} <= read, f"dashboard and alarms read only {read}")
    problems += unless({"correlationId", "RequestAge"} <= fields, f"the queries read only {fields}")
    problems += [f"no line has the metric {name}" for name in sorted(read - metrics)]
    problems += [f"no line has {name}" for name in sorted(fields) if not any(name in line for line in lines)]
    problems += [f"a line has {line.get('FunctionName')}" for line in invocations if line.get("FunctionName") != stack.outputs["FunctionName"]]
    failures = [line for line in lines if line.get("outcome") in ("dead-lettered", "returned")]
    problems += unless({line["outcome"] for line in failures} == {"dead-lettered", "returned"}, "an outcome is not in the log")
    for member in ("level", "outcome", "errorCode", "errorMessage", "correlationId", "messageId", "receiveCount"):
        problems += unless(failures and all(member in line for line in failures), f"{member} is not in the lines of failures")
    return problems


def sam_delete_deletes_everything(stack):
    deleted = stack.aws.sam("delete", "--stack-name", stack.name, "--no-prompts")
    problems = unless(deleted.returncode == 0, deleted.stdout + deleted.stderr)
    left = [queue for queue in stack.sqs.list_queues().get("QueueUrls", []) if stack.name in queue]
    left += [f["FunctionName"] for f in stack.functions.list_functions()["Functions"] if stack.name in f["FunctionName"]]
    left += [rule["Name"] for rule in stack.events.list_rules()["Rules"] if stack.name in rule["Name"]]
    left += [role["RoleName"] for role in stack.aws.client("iam").list_roles()["Roles"] if stack.name in role["RoleName"]]
    left += [s["Name"] for s in stack.aws.client("scheduler").list_schedules()["Schedules"] if stack.name in s["GroupName"]]
    return problems + [f"{name} is left" for name in left]


# ---- Templates that are broken on purpose


def with_another_handler(function):
    function["Handler"] = "io.github.metadatareset.NoSuchHandler::handleRequest"


def without_batch_item_failures(function):
    del function["Events"]["Requests"]["Properties"]["FunctionResponseTypes"]


def problems_of(check, stack):
    """A check that raises an exception has failed. The next checks still run."""
    try:
        return check(stack)
    except Exception as error:  # any exception: the report contains it
        return [f"{type(error).__name__}: {error}"]


def broken(template, name, break_it):
    """Writes a broken copy of the built template next to it."""
    document = yaml_parse(template.read_text())
    break_it(document["Resources"]["MetadataResetFunction"]["Properties"])
    path = template.with_name(f"{name}.yaml")
    path.write_text(yaml_dump(document))
    return path


def main(built_template, test_classpath):
    template = pathlib.Path(built_template).resolve()
    results = []
    with AppFlow.started(test_classpath) as appflow, Aws.started(appflow) as aws:
        stack = Stack(aws, appflow, "metadata-reset", template)
        if not report("`sam deploy` creates the stack from the unmodified template", stack.deploy(SenderArns=ACCEPTANCE_RULE)):
            return False
        for claim, check in [
            ("the deployed artifact executes a request from the queue", a_request_is_executed),
            ("a request that needs several calls is split, and each call is made once", a_request_is_split),
            ("requests that fail are retried until they succeed", failed_requests_are_retried),
            ("so are requests that AppFlow denies or throttles", denied_and_throttled_requests_are_retried),
            ("a failed flow run triggers a reset, and a successful one does not", only_a_failed_run_triggers_a_reset),
            ("`sam remote invoke` executes a request of one call, and queues one of several", sam_remote_invoke_executes_or_queues),
            ("a batch from `sam local generate-event` is executed", a_generated_batch_is_executed),
            ("every file of events/ is executed, or rejected with a reason", every_example_event_gets_a_response),
            ("a permanent failure is a dead letter with the reason, and a move task replays it", a_permanent_failure_is_a_dead_letter_that_can_be_replayed),
            ("an asynchronous invocation that fails is a dead letter", a_failed_asynchronous_invocation_is_a_dead_letter),
            ("the report of a check reaches a rule of one's own", a_report_reaches_a_rule_of_ones_own),
            ("the acceptance run passes, except for what the emulator cannot answer", the_acceptance_run_passes),
            ("an update applies changed parameters, and moves the alias to a new version", an_update_applies_changed_parameters),
            ("the schedule invokes the function with the scheduled request", the_schedule_invokes_the_function),
            ("CloudTrail events trigger resets of allowed profiles, if their rule is enabled", cloudtrail_events_trigger_resets),
            ("the role allows what the function needs, and denies other actions and resources", the_role_allows_only_what_the_function_needs),
            ("FlowCheckState adds a check after a failed run, and an alarm", a_failed_run_triggers_a_check),
            ("FlowCheckState adds a schedule that checks every flow", the_daily_schedule_checks_every_flow),
            ("the log has the metrics and members that dashboard, alarms and queries read", the_log_has_what_dashboard_alarms_and_queries_read),
            ("`sam delete` deletes every resource", sam_delete_deletes_everything),
        ]:
            results.append(report(claim, problems_of(check, stack)))
        for name, break_it, *checks in [
            ("another-handler", with_another_handler, a_request_is_executed, the_acceptance_run_passes),
            ("no-batch-item-failures", without_batch_item_failures, failed_requests_are_retried),
        ]:
            stack = Stack(aws, appflow, name, broken(template, name, break_it))
            problems = stack.deploy() or [f"{check.__name__} does not fail" for check in checks if not problems_of(check, stack)]
            results.append(report(f"control: with {name.replace('-', ' ')}, the check fails", problems))
    return all(results)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
