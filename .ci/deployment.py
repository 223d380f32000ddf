"""Deploys the built template with `sam deploy`, unmodified, and drives the stack as its users do.

usage: deployment.py BUILT_TEMPLATE TEST_CLASSPATH

AWS is .ci/aws.py, AppFlow the emulator of the tests: what a check believes is the calls that the emulator received. Then the same
checks have to fail on templates that are broken on purpose.

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

CI = pathlib.Path(__file__).parent
REPOSITORY = CI.parent
REGION = "us-east-1"
# Of a reset of the entity names.
NAMES = "(names)"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION, "AWS_REGION": REGION}


def until(condition, seconds):
    """What the condition comes to, as soon as it is true; else what it was in the end."""
    end = time.monotonic() + seconds
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.2)
    return result


def unless(condition, problem):
    return [] if condition else [problem]


# ---- What runs on this machine


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
                raise SystemExit("the AppFlow emulator does not start: see appflow.log")
            yield appflow

    def is_up(self):
        with contextlib.suppress(OSError):
            return self.calls() == []

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_emulator/{path}", data=data, timeout=10) as answer:
            return json.load(answer)

    def calls(self):
        return self.ask("calls")

    def forget(self):
        self.ask("fault", {"fault": "clear"})
        self.ask("forget", {})

    def fail(self, times, status, code):
        order = {"fault": "error", "operation": "ResetConnectorMetadataCache", "next": times, "status": status, "code": code}
        self.ask("fault", order)

    def resets(self, status=200):
        """The resets that were answered so: profile and entity of each."""
        inputs = [
            call["input"] for call in self.calls() if call["operation"] == "ResetConnectorMetadataCache" and call["status"] == status
        ]
        return [(i.get("connectorProfileName", i.get("connectorType")), i.get("connectorEntityName", NAMES)) for i in inputs]


class Aws:
    """ministack."""

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
        }
        with process("aws", [os.environ["MINISTACK_PYTHON"], str(CI / "aws.py")], environment):
            if not until(aws.is_up, 60):
                raise SystemExit("ministack does not start: see aws.log")
            aws.client("s3").create_bucket(Bucket="artifacts")
            yield aws

    def is_up(self):
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(f"{self.url}/_ministack/health", timeout=2) as answer:
                return answer.status == 200

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
        (stack,) = self.aws.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        self.outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        resources = self.aws.client("cloudformation").describe_stack_resources(StackName=self.name)["StackResources"]
        self.resources = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
        return unless(stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"), stack["StackStatus"])

    def live(self):
        return self.functions.get_function_configuration(FunctionName=self.outputs["FunctionName"], Qualifier="live")

    def remote_invoke(self, *event):
        invoked = self.aws.sam("remote", "invoke", "MetadataResetFunction", "--stack-name", self.name, *event)
        answer = re.search(r"^\{.*}$", invoked.stdout, re.MULTILINE)
        if not answer:
            raise ValueError(f"no answer: {invoked.stdout} {invoked.stderr}")
        return json.loads(answer.group())

    def request(self, request):
        body = request if isinstance(request, str) else json.dumps(request)
        return self.sqs.send_message(QueueUrl=self.outputs["RequestQueueUrl"], MessageBody=body)["MessageId"]

    def event(self, file):
        event = json.loads((REPOSITORY / "events" / file).read_text())
        entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
        self.events.put_events(Entries=[entry])

    def is_idle(self):
        """Nothing waits in the request queue, and nothing is being worked on."""
        counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        queue = self.sqs.get_queue_attributes(QueueUrl=self.outputs["RequestQueueUrl"], AttributeNames=counts)
        return not any(int(count) for count in queue["Attributes"].values())

    def dead_letters(self):
        """Those that lie there now; they stay."""
        letters = self.sqs.receive_message(
            QueueUrl=self.outputs["DeadLetterQueueUrl"], MaxNumberOfMessages=10, MessageAttributeNames=["All"], VisibilityTimeout=0
        )
        return letters.get("Messages", [])

    def drop_dead_letters(self):
        self.sqs.purge_queue(QueueUrl=self.outputs["DeadLetterQueueUrl"])

    def log_lines(self):
        """The JSON lines of the function's log."""
        pages = self.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=self.outputs["LogGroupName"])
        messages = [event["message"] for page in pages for event in page["events"]]
        return [json.loads(message) for message in messages if message.startswith("{")]

    def makes(self, expected, seconds=60):
        """Waits until the stack is idle again; the problems are resets that were not expected, or missing."""
        expected = sorted(expected)
        until(lambda: sorted(self.appflow.resets()) == expected and self.is_idle(), seconds)
        return unless(sorted(self.appflow.resets()) == expected, f"expected {expected}, got {sorted(self.appflow.resets())}")


def text(letter):
    return {name: attribute["StringValue"] for name, attribute in letter.get("MessageAttributes", {}).items()}


# ---- What a stack has to do


def a_request_is_made(stack):
    stack.appflow.forget()
    stack.request({"connectorProfileName": "crm-prod", "connectorEntityName": "Account"})
    return stack.makes([("crm-prod", "Account")], 30)


def failed_requests_are_done_in_the_end(stack):
    """AppFlow answers once to each that another change is under way, and Lambda has to bring all of them back."""
    stack.appflow.forget()
    entities = ["Contact", "Lead", "Opportunity", "Region__c"]
    stack.appflow.fail(len(entities), 409, "ConflictException")
    for entity in entities:
        stack.request({"connectorProfileName": "crm-prod", "connectorEntityName": entity})
    problems = stack.makes([("crm-prod", entity) for entity in entities], 60)
    return problems + unless(len(stack.appflow.resets(409)) == len(entities), f"refused: {stack.appflow.resets(409)}")


def a_wide_request_is_split(stack):
    stack.appflow.forget()
    stack.request({"connectorProfileName": "crm-*", "entities": "USED_BY_FLOWS"})
    return stack.makes([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity"), ("crm-sandbox", NAMES)])


def a_failed_run_resets_and_a_good_one_does_not(stack):
    stack.appflow.forget()
    stack.event("appflow-end-flow-run-customconnector.json")
    stack.event("appflow-end-flow-run-failed.json")
    return stack.makes([("crm-prod", "Account")], 30)


def sam_remote_invoke_answers(stack):
    stack.appflow.forget()
    requests = [{"connectorProfileName": "crm-prod"}, {"connectorProfileName": "crm-*"}]
    answers = [stack.remote_invoke("--event", json.dumps(request)) for request in requests]
    counts = [(answer.get("reset"), answer.get("queued"), "causeId" in answer) for answer in answers]
    return unless(counts == [(1, 0, True), (0, 1, True)], f"answers: {answers}") + stack.makes(
        [("crm-prod", NAMES), ("crm-prod", NAMES), ("crm-sandbox", NAMES)]
    )


def a_generated_batch_is_understood(stack):
    stack.appflow.forget()
    request = json.dumps({"connectorProfileName": "crm-prod", "connectorEntityName": "Lead"})
    # SAM puts the body into the event as it comes.
    generated = stack.aws.sam("local", "generate-event", "sqs", "receive-message", "--body", json.dumps(request)[1:-1])
    event = pathlib.Path(os.environ["LOGS"], "generated-event.json")
    event.write_text(generated.stdout)
    answer = stack.remote_invoke("--event-file", str(event))
    return unless(answer == {"batchItemFailures": []}, f"the answer is {answer}") + stack.makes([("crm-prod", "Lead")], 10)


def every_file_of_events_is_answered(stack):
    """Or refused with a reason: what each comes to is for the tests in Java to say."""
    problems = unless(list(REPOSITORY.glob("events/*.json")), "there is no file")
    for file in sorted(REPOSITORY.glob("events/*.json")):
        invoked = stack.functions.invoke(FunctionName=stack.outputs["FunctionAliasArn"], Payload=file.read_bytes())
        answer = json.load(invoked["Payload"])
        refused = answer.get("errorType", "").endswith(".RequestFailedException")
        problems += unless(refused or {"causeId"} <= answer.keys() or {"batchItemFailures"} <= answer.keys(), f"{file.name}: {answer}")
    problems += unless(until(stack.is_idle, 120), "requests are left")
    stack.drop_dead_letters()
    return problems


def a_refused_request_is_a_dead_letter_that_replays(stack):
    stack.appflow.forget()
    stack.appflow.fail(1, 400, "ValidationException")
    request = json.dumps({"connectorEntityName": "Lead", "connectorProfileName": "crm-prod"})
    message = stack.request(request)
    letters = until(stack.dead_letters, 30)
    if not letters:
        return ["no dead letter"]
    reason = text(letters[0])
    problems = unless(letters[0]["Body"] == request, f"its body is {letters[0]['Body']}")
    problems += unless(reason.get("ErrorCode") == "ValidationException", f"its attributes are {reason}")
    problems += unless(reason.get("SourceMessageId") == message, f"its attributes are {reason}")
    problems += unless(
        {"ErrorMessage", "RequestID", "CauseId", "ReceiveCount"} <= reason.keys(), f"its attributes are {reason}"
    )
    stack.sqs.start_message_move_task(
        SourceArn=stack.outputs["DeadLetterQueueArn"], DestinationArn=stack.outputs["RequestQueueArn"]
    )
    return problems + stack.makes([("crm-prod", "Lead")], 30) + unless(not stack.dead_letters(), "letters are left")


def an_asynchronous_failure_is_a_dead_letter(stack):
    stack.appflow.forget()
    stack.functions.invoke(
        FunctionName=stack.outputs["FunctionAliasArn"], InvocationType="Event", Payload=b'{"connectorProfileNam": "crm-prod"}'
    )
    letters = until(stack.dead_letters, 60)
    stack.drop_dead_letters()
    if not letters:
        return ["no dead letter"]
    problems = unless(json.loads(letters[0]["Body"]) == {"connectorProfileNam": "crm-prod"}, f"its body is {letters[0]['Body']}")
    return problems + unless("/connectorProfileNam" in text(letters[0])["ErrorMessage"], f"its attributes are {text(letters[0])}")


def changed_parameters_arrive(stack):
    """Those of the function at the version that the alias points to."""
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=40)
    stack.appflow.forget()
    before = stack.live()
    topic = stack.aws.client("sns").create_topic(Name="alarms")["TopicArn"]
    stack.key = stack.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    problems = stack.deploy(
        AlarmTopicArn=topic,
        KmsKeyArn=stack.key,
        ConnectorProfilePattern="crm-*",
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
    problems += [f"{a['AlarmName']} tells {a['AlarmActions']}" for a in alarms if a["AlarmActions"] != [topic]]
    for queue in (stack.outputs["RequestQueueUrl"], stack.outputs["DeadLetterQueueUrl"]):
        attributes = stack.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
        problems += unless(attributes.get("KmsMasterKeyId") == stack.key, f"{queue} is encrypted with {attributes.get('KmsMasterKeyId')}")
    return problems


def the_schedule_fires(stack):
    """With the request that the template gives it: every profile in reach, and what the flows use of it."""
    return stack.makes([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity"), ("crm-sandbox", NAMES)], 120)


def calls_in_cloudtrail_reset(stack):
    """A changed profile; not the function's own call, nor what lies outside the pattern, nor a rule that is switched off."""
    stack.appflow.forget()
    stack.event("cloudtrail-reset-connector-metadata-cache.json")
    stack.event("appflow-end-flow-run-failed.json")
    stack.event("cloudtrail-update-connector-registration.json")
    stack.event("cloudtrail-update-connector-profile.json")
    return stack.makes([("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity")])


def the_deployed_role_allows_just_enough(stack):
    iam = stack.aws.client("iam")
    role = iam.get_role(RoleName=stack.resources["FunctionRole"])["Role"]["Arn"]
    _, _, _, region, account, _ = stack.outputs["RequestQueueArn"].split(":", 5)
    appflow = f"arn:aws:appflow:{region}:{account}:"
    requests, letters = stack.outputs["RequestQueueArn"], stack.outputs["DeadLetterQueueArn"]
    log = f"arn:aws:logs:{region}:{account}:log-group:{stack.outputs['LogGroupName']}:log-stream:any"
    allowed = [
        ("appflow:ResetConnectorMetadataCache", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:ListConnectorEntities", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:DescribeConnectorProfiles", "*"),
        ("appflow:DescribeConnector", f"{appflow}connector/InternalErp"),
        ("appflow:ListFlows", f"{appflow}flow/any"),
        ("appflow:DescribeFlow", f"{appflow}flow/any"),
        ("sqs:ReceiveMessage", requests),
        ("sqs:DeleteMessage", requests),
        ("sqs:GetQueueAttributes", requests),
        ("sqs:ChangeMessageVisibility", requests),
        ("sqs:SendMessage", requests),
        ("sqs:SendMessage", letters),
        ("logs:CreateLogStream", log),
        ("logs:PutLogEvents", log),
        ("xray:PutTraceSegments", "*"),
        ("kms:Decrypt", stack.key),
        ("kms:GenerateDataKey", stack.key),
    ]
    denied = [
        ("appflow:ResetConnectorMetadataCache", f"{appflow}connectorprofile/sap-erp"),
        ("appflow:ListConnectorEntities", f"{appflow}connectorprofile/sap-erp"),
        ("appflow:DeleteConnectorProfile", f"{appflow}connectorprofile/crm-prod"),
        ("appflow:DeleteFlow", f"{appflow}flow/any"),
        ("appflow:StartFlow", f"{appflow}flow/any"),
        ("appflow:UpdateFlow", f"{appflow}flow/any"),
        ("sqs:SendMessage", f"{requests}-other"),
        ("sqs:ReceiveMessage", letters),
        ("sqs:PurgeQueue", requests),
        ("logs:PutLogEvents", log.replace(stack.name, "other")),
        ("logs:DeleteLogGroup", log),
        ("kms:Decrypt", f"arn:aws:kms:{region}:{account}:key/any"),
        ("iam:PassRole", role),
        ("lambda:InvokeFunction", stack.outputs["FunctionAliasArn"]),
    ]
    problems = []
    for expected, cases in (("allowed", allowed), ("implicitDeny", denied)):
        for action, resource in cases:
            results = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
            decision = results["EvaluationResults"][0]["EvalDecision"]
            problems += unless(decision == expected, f"{action} on {resource}: {decision}")
    return problems


def the_log_says_what_dashboard_alarms_and_queries_read(stack):
    lines = stack.log_lines()
    invocations = [line for line in lines if line["message"] == "invocation"]
    metrics = {
        metric["Name"] for line in invocations for block in line["_aws"]["CloudWatchMetrics"] for metric in block["Metrics"]
    }
    template = stack.template.read_text()
    dashboard = yaml_parse(template)["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    read, namespace = {"Denied"}, ""
    for widget in json.loads(dashboard)["widgets"]:
        for metric in widget["properties"]["metrics"]:
            namespace = namespace if metric[0] in (".", "...") else metric[0]
            if namespace == "AppFlowMetadataReset" and metric[0] != "...":
                read.add(metric[1])
    problems = unless(invocations, "no invocation is in the log")
    problems += [f"{name} is in no line" for name in sorted(read - metrics)]
    problems += [f"a line has {line.get('FunctionName')}" for line in invocations if line.get("FunctionName") != stack.outputs["FunctionName"]]
    failures = [line for line in lines if line.get("outcome") in ("dead letter", "returned")]
    for member in ("level", "outcome", "errorCode", "errorMessage", "causeId", "messageId", "receiveCount"):
        problems += unless(failures and all(member in line for line in failures), f"{member} is not in the lines of failures")
    return problems


def sam_delete_leaves_nothing(stack):
    deleted = stack.aws.sam("delete", "--stack-name", stack.name, "--no-prompts")
    problems = unless(deleted.returncode == 0, deleted.stdout + deleted.stderr)
    left = [queue for queue in stack.sqs.list_queues().get("QueueUrls", []) if stack.name in queue]
    left += [f["FunctionName"] for f in stack.functions.list_functions()["Functions"] if stack.name in f["FunctionName"]]
    left += [rule["Name"] for rule in stack.events.list_rules()["Rules"] if stack.name in rule["Name"]]
    left += [role["RoleName"] for role in stack.aws.client("iam").list_roles()["Roles"] if stack.name in role["RoleName"]]
    left += [s["Name"] for s in stack.aws.client("scheduler").list_schedules()["Schedules"] if stack.name in s["GroupName"]]
    return problems + [f"{name} is left" for name in left]


# ---- What has to fail


def with_another_handler(function):
    function["Handler"] = "io.github.metadatareset.NoSuchHandler::handleRequest"


def without_partial_answers(function):
    del function["Events"]["Requests"]["Properties"]["FunctionResponseTypes"]


def problems_of(check, stack):
    """A check that cannot be made has failed, and the next ones go on."""
    try:
        return check(stack)
    except Exception as error:  # whatever it is, the report says it
        return [f"{type(error).__name__}: {error}"]


def broken(template, name, break_it):
    """The built template, broken, beside it."""
    document = yaml_parse(template.read_text())
    break_it(document["Resources"]["MetadataResetFunction"]["Properties"])
    path = template.with_name(f"{name}.yaml")
    path.write_text(yaml_dump(document))
    return path


def main(built_template, test_classpath):
    template = pathlib.Path(built_template).resolve()
    verdicts = []
    with AppFlow.started(test_classpath) as appflow, Aws.started(appflow) as aws:
        stack = Stack(aws, appflow, "metadata-reset", template)
        if not report("`sam deploy` creates the stack from the template as it is", stack.deploy()):
            return False
        for claim, check in [
            ("a request on the queue is made, by the deployed artifact on a JVM", a_request_is_made),
            ("a wide request is split, and every part made once", a_wide_request_is_split),
            ("requests that fail come back and are done in the end", failed_requests_are_done_in_the_end),
            ("a rule brings the report of a failed run, and not of a good one", a_failed_run_resets_and_a_good_one_does_not),
            ("`sam remote invoke` makes a request, and queues a wide one", sam_remote_invoke_answers),
            ("the batch that `sam local generate-event` makes is understood", a_generated_batch_is_understood),
            ("every file of events/ is answered, or refused with a reason", every_file_of_events_is_answered),
            ("a refused request is a dead letter, with the reason, and replays by a move task", a_refused_request_is_a_dead_letter_that_replays),
            ("an asynchronous invocation that fails is a dead letter", an_asynchronous_failure_is_a_dead_letter),
            ("an update brings changed parameters, those of the function to a new version and the alias", changed_parameters_arrive),
            ("the schedule fires, and makes the template's request", the_schedule_fires),
            ("calls that CloudTrail logs reset, if their rule is on and the pattern reaches them", calls_in_cloudtrail_reset),
            ("the deployed role allows what the function does, and nothing else", the_deployed_role_allows_just_enough),
            ("the log says what dashboard, alarms and queries read", the_log_says_what_dashboard_alarms_and_queries_read),
            ("`sam delete` leaves nothing", sam_delete_leaves_nothing),
        ]:
            verdicts.append(report(claim, problems_of(check, stack)))
        for name, break_it, check in [
            ("another-handler", with_another_handler, a_request_is_made),
            ("no-partial-answers", without_partial_answers, failed_requests_are_done_in_the_end),
        ]:
            stack = Stack(aws, appflow, name, broken(template, name, break_it))
            problems = stack.deploy() or unless(problems_of(check, stack), "the check holds all the same")
            verdicts.append(report(f"control: with {name.replace('-', ' ')}, the check fails", problems))
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
