"""Runs the commands of README.md and docs/, as they are written there, on a stack that they deploy to an emulator of AWS.

usage: doc_commands.py BUILT_TEMPLATE TEST_CLASSPATH

Each block of commands is tried by one check, or NOT_TRIED says why not: a block that has neither is a failure. The emulators are those of deployment.py,
as is the environment; AWS_CLI is the AWS CLI.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

from checks import report
from deployment import CREDENTIALS, NAMES, REPOSITORY, AppFlow, Aws, Stack, problems_of, unless, until

STACK = "appflow-metadata-reset"
OPERATIONS = "docs/operations.md"
PIPELINES = "docs/pipelines.md"

# The start of a command, and the reason why its block is not tried here.
NOT_TRIED = {
    "mvn -q test-compile exec:exec": ".ci/readme-commands runs it",
    "aws s3api put-object": "only on AWS: buckets in two regions",
    "aws cloudformation create-stack-set": "only on AWS: an organization with two accounts",
    "src/image/template > template-image.yaml": "it needs Docker",
}


def blocks(page):
    """The blocks of commands of a page: heading and text."""
    heading = ""
    for part in re.finditer(r"^#+ ([^\n]+)$|^```(\w*)\n(.*?)^```$", (REPOSITORY / page).read_text(), re.MULTILINE | re.DOTALL):
        heading = part[1] or heading
        if part[3] and not part[2] and re.search(r"^(aws|sam|mvn|src/|\w+=\$\(aws|while|output\(\))", part[3], re.MULTILINE):
            yield heading, part[3]


class Shell:
    """A user's shell in a checkout, with the SAM CLI and the AWS CLI. Questions are answered with yes. Variables and functions stay set."""

    def __init__(self, aws, template):
        logs = pathlib.Path(os.environ["LOGS"])
        self.folder, self.state = logs / "user", logs / "user-state.sh"
        binaries = logs / "user-bin"
        for folder in (self.folder / ".aws-sam", binaries):
            folder.mkdir(parents=True, exist_ok=True)
        links = {name: REPOSITORY / name for name in ("docs", "events", "samconfig.toml", "template.yaml")} | {".aws-sam/build": template.parent}
        for link, target in links.items():
            (self.folder / link).unlink(missing_ok=True)
            (self.folder / link).symlink_to(target)
        # The AWS CLI takes an endpoint for SQS only as an option.
        sam = f"{pathlib.Path(sys.executable).with_name('sam')} \"$@\" < <(yes)"
        for name, command in {"sam": sam, "aws": f'{os.environ["AWS_CLI"]} --endpoint-url {aws.url} "$@"'}.items():
            (binaries / name).write_text(f"#!/usr/bin/env bash\n{command}\n")
            (binaries / name).chmod(0o755)
        self.state.write_text("")
        self.environment = os.environ | CREDENTIALS | {
            "AWS_ENDPOINT_URL": aws.url, "SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.5", "PATH": f"{binaries}:{os.environ['PATH']}",
        }  # fmt: skip

    def run(self, commands):
        """Returns what they print. A command that fails ends them."""
        script = f"set -eo pipefail\n. '{self.state}'\n{commands}\n{{ declare -f; declare -p rule topic machine 2>/dev/null || true; }} >'{self.state}'\n"
        finished = subprocess.run(["bash", "-c", script], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise ValueError(f"exit status {finished.returncode}: {finished.stdout[-2000:]} {finished.stderr[-2000:]}")
        return finished.stdout


class User:
    """Somebody who follows the pages, on the deployed stack."""

    def __init__(self, shell, stack):
        self.shell, self.stack, self.tried = shell, stack, set()

    def run(self, page, heading, start):
        """Runs the block under a heading that starts with this command."""
        (block,) = {text for title, text in blocks(page) if title == heading and text.startswith(start)}
        self.tried.add((page, block))
        return self.shell.run(block)

    def operations(self, heading, start):
        return self.run(OPERATIONS, heading, start)


ENTITY = [("crm-prod", "Account")]


# ---- The checks: each returns the problems that it finds


def deploy(user):
    # `sam build` has run: .ci/run times it.
    user.tried |= {(page, "sam build\nsam deploy\n") for page in ("README.md", OPERATIONS)}
    user.shell.run("sam deploy")
    user.operations("Deploy", "output()")
    user.stack.read()
    return unless(user.stack.outputs, "the stack has no outputs")


def parameters(user):
    user.operations("Deploy", "sam deploy --parameter-overrides ConnectorProfilePattern")
    user.stack.read()
    values = user.stack.parameters
    expected = {
        "ConnectorProfilePattern": "prod-*",
        "AlarmTopicArn": "arn:aws:sns:eu-west-1:111122223333:alarms",
        "ScheduleExpression": "rate(1 hour)",
        "ScheduledRequest": '{"connectorProfileName":"crm-*","entities":"USED_BY_FLOWS"}',
    }
    user.shell.run("sam deploy --parameter-overrides \"ConnectorProfilePattern='*'\"")
    return [f"{name} is {values.get(name)}" for name, value in expected.items() if values.get(name) != value]


def first_requests(user):
    """They name no profile, so they succeed in each account."""
    problems = []
    for page, heading, start in (
        (OPERATIONS, "Deploy", "sam remote invoke"),
        ("README.md", "One request, one event", "sam remote invoke"),
        (OPERATIONS, "Send requests from elsewhere", "aws lambda invoke"),
    ):
        user.stack.appflow.clear()
        printed = user.run(page, heading, start)
        until(lambda: ("crm-prod", NAMES) in user.stack.appflow.resets() and user.stack.is_idle(), 60)
        resets = user.stack.appflow.resets()
        problems += unless("FunctionError" not in printed, printed)
        problems += unless(("crm-prod", NAMES) in resets, f"{heading}: it reset {resets}")
    answer = json.loads((user.shell.folder / "answer.json").read_text())
    event = json.loads((REPOSITORY / "events/request-every-profile.json").read_text())
    user.stack.purge_dead_letters()
    problems += unless(event["connectorProfileName"] == "*", f"it is only for {event}")
    return problems + unless(answer.get("queued") == 1, f"the answer is {answer}")


def a_message(user):
    user.stack.appflow.clear()
    user.operations("Send requests from elsewhere", "aws sqs send-message")
    return user.stack.wait_for_resets(ENTITY)


def a_rule_of_ones_own(user):
    user.stack.appflow.clear()
    user.operations("Send requests from elsewhere", "rule=")
    printed = user.operations("Send requests from elsewhere", "aws events put-events")
    return unless('"FailedEntryCount": 0' in printed, printed) + user.stack.wait_for_resets(ENTITY)


def a_topic(user):
    user.stack.appflow.clear()
    user.operations("Send requests from elsewhere", "topic=")
    return user.stack.wait_for_resets(ENTITY)


def reset_everything(user):
    user.stack.appflow.clear()
    user.operations("LostDeliveriesAlarm", "sam remote invoke")
    until(lambda: user.stack.appflow.resets() and user.stack.is_idle(), 60)
    resets = user.stack.appflow.resets()
    user.stack.purge_dead_letters()
    return unless({("crm-prod", NAMES), ("crm-prod", "Account")} <= set(resets), f"it reset {resets}")


def check_the_flow_of_the_runbook(user):
    printed = user.operations("BreakingFlowsAlarm", "sam remote invoke")
    return unless('"severity":"NONE"' in printed.replace(" ", ""), printed)


def no_messages(user):
    queues = {name: user.stack.outputs[f"{name}QueueUrl"] for name in ("Request", "DeadLetter")}
    attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    for name, url in queues.items():
        counts = user.stack.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]
        yield from unless(not any(int(count) for count in counts.values()), f"{name}Queue has messages: {counts}")


# What flows whose names begin with crm- read or write.
USED_BY_CRM_FLOWS = [("crm-prod", "Account")]
AFTER_A_DEPLOYMENT = [("crm-prod", NAMES), ("crm-prod", "Account"), ("crm-prod", "Opportunity"), ("crm-prod", "Region__c")]


def ci_jobs(user):
    """With a fault for one entity the step of the job fails, and prints which."""
    user.run(PIPELINES, "Pipelines", "output()")
    problems = []
    for heading, start, entity, resets in (
        ("Before terraform apply", "echo '{\"flowName\": \"crm-*\", \"wait\"", "Account", USED_BY_CRM_FLOWS),
        ("After a Salesforce deployment", "echo", "Region__c", AFTER_A_DEPLOYMENT),
    ):
        user.stack.appflow.clear()
        user.run(PIPELINES, heading, start)
        # At once: the answer comes after the resets.
        problems += unless(sorted(user.stack.appflow.resets()) == sorted(resets), f"{heading}: it reset {user.stack.appflow.resets()}")
        user.stack.appflow.fail(1, 400, "ValidationException", entity=entity)
        try:
            problems.append(f"{heading}: it does not fail, but prints {user.run(PIPELINES, heading, start)}")
        except ValueError as failed:
            named = all(text in str(failed) for text in ("IncompleteResetException", "1 not done", entity))
            problems += unless(named, f"{heading}: {failed}")
    user.stack.appflow.clear()
    planned = json.loads(user.run(PIPELINES, "Before terraform apply", "echo '{\"flowName\": \"crm-*\", \"dryRun\""))
    calls = [(each["call"]["connectorProfileName"], each["call"]["connectorEntityName"]) for each in planned["calls"]]
    problems += unless(calls == USED_BY_CRM_FLOWS and not user.stack.appflow.resets(), f"the dry run answers {planned}")
    return problems + list(no_messages(user))


def state_machine(user):
    """The flow is started after the resets, also if one of them succeeds only in the second invocation. If one fails in both, it is not started."""
    user.run(PIPELINES, "A state machine", "aws iam create-role")
    user.run(PIPELINES, "A state machine", "role=")
    appflow, problems = user.stack.appflow, []
    for failures, status, resets in ((0, "SUCCEEDED", 2), (1, "SUCCEEDED", 3), (2, "FAILED", 2)):
        appflow.clear()
        appflow.fail(failures, 400, "ValidationException", entity="drives/documents")
        started = json.loads(user.run(PIPELINES, "A state machine", "aws stepfunctions start-execution"))["executionArn"]
        execution = user.stack.execution(started)
        calls = [call for call in appflow.calls() if call["operation"] in ("ResetConnectorMetadataCache", "StartFlow") and call["status"] == 200]
        operations = [call["operation"] for call in calls]
        expected = ["ResetConnectorMetadataCache"] * resets + ["StartFlow"] * (status == "SUCCEEDED")
        problems += unless((execution["status"], operations) == (status, expected), f"with {failures} failures: {execution}: {operations}")
        if status == "SUCCEEDED":
            problems += unless(calls[-1]["input"]["flowName"] == "sharepoint-docs", f"{calls[-1]}")
            problems += unless("ExecutionId" in json.loads(execution["output"]), f"the output is {execution['output']}")
        else:
            problems += unless(execution["error"] == "NotReset" and "1 not done, 1 reset" in execution["cause"], f"{execution}")
            problems += unless("drives/documents" in execution["cause"], f"the cause is {execution['cause']}")
    return problems + list(no_messages(user))


BROKEN_BY = ("crm-prod", "Account", "Tier__c", "picklist")


def check_then_start(user):
    """The flow is started if it fits, also if the source application answers only the second check. With a deleted field it is not started."""
    user.run(PIPELINES, "Check, then start", "aws iam create-role")
    appflow, problems = user.stack.appflow, []

    def execution():
        started = json.loads(user.run(PIPELINES, "Check, then start", "aws stepfunctions start-execution"))["executionArn"]
        return user.stack.execution(started)

    for failures in (0, 1):
        appflow.clear()
        appflow.fail(failures, 400, "ConnectorServerException", operation="DescribeConnectorEntity")
        ended = execution()
        calls = [(call["operation"], call["status"]) for call in appflow.calls() if call["operation"] in ("DescribeConnectorEntity", "StartFlow")]
        expected = [("DescribeConnectorEntity", 400)] * failures + [("DescribeConnectorEntity", 200), ("StartFlow", 200)]
        problems += unless((ended["status"], calls) == ("SUCCEEDED", expected), f"with {failures} failures: {ended}: {calls}")
    appflow.clear()
    with appflow.without_field(*BROKEN_BY):
        ended = execution()
    problems += unless((ended["status"], ended.get("error")) == ("FAILED", "DoesNotFit"), f"{ended}")
    problems += unless("Tier__c" in ended.get("cause", ""), f"the cause is {ended.get('cause')}")
    problems += unless("StartFlow" not in [call["operation"] for call in appflow.calls()], "the flow is started")
    return problems + list(no_messages(user))


def a_chat(user):
    """A queue takes the place of the chat."""
    user.run(PIPELINES, "Tell a chat", "aws events create-event-bus")
    user.run(PIPELINES, "Tell a chat", "topic=")
    sqs, sns = user.stack.sqs, user.stack.aws.client("sns")
    (topic,) = [topic["TopicArn"] for topic in sns.list_topics()["Topics"] if topic["TopicArn"].endswith(":flow-reports")]
    queue = sqs.create_queue(QueueName="chat")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    user.stack.appflow.clear()
    with user.stack.appflow.without_field(*BROKEN_BY):
        user.stack.send_request({"flowName": "crm-account-to-lake", "check": True})
        received = until(lambda: sqs.receive_message(QueueUrl=queue).get("Messages"), 60)
    if not received:
        return ["there is no message"]
    message = json.loads(json.loads(received[0]["Body"])["Message"])
    problems = unless((message["version"], message["source"]) == ("1.0", "custom"), f"{message}")
    return problems + unless("Tier__c" in message["content"]["description"], f"{message}") + list(no_messages(user))


def dead_letters_of_two_reasons(user):
    """Two that AppFlow refuses until it is told otherwise, and one that Lambda wrote."""
    user.stack.appflow.clear()
    user.stack.appflow.fail(2, 400, "ValidationException")
    for entity in ("Account", "Lead"):
        user.stack.send_request({"connectorProfileName": "crm-prod", "connectorEntityName": entity})
    user.stack.functions.invoke(FunctionName=user.stack.outputs["FunctionAliasArn"], InvocationType="Event", Payload=b'{"flow": "any"}')
    until(lambda: len(user.stack.dead_letters()) == 3, 60)


def read_dead_letters(user):
    dead_letters_of_two_reasons(user)
    bodies = json.loads(user.operations("Read dead letters", "aws sqs receive-message"))
    table = user.operations("Read dead letters", "while").splitlines()
    problems = unless(len(bodies) == 3 and all(letter["body"] for letter in bodies), f"{bodies}")
    problems += unless([line.split()[:2] for line in table] == [["2", "ValidationException"], ["1", "200"]], f"the table is {table}")
    # The table hides them for 30 seconds.
    return problems + unless(until(lambda: len(user.stack.dead_letters()) == 3, 60), "they are no longer in the queue")


def replayed(user, start):
    """The two requests are made, and the third is rejected again."""
    user.stack.appflow.clear()
    user.operations("Replay dead letters", start)
    problems = user.stack.wait_for_resets([("crm-prod", "Account"), ("crm-prod", "Lead")])
    letters = until(user.stack.dead_letters, 30)
    return problems + unless([letter["Body"] for letter in letters] == ['{"flow": "any"}'], f"dead letters: {letters}")


def replay_by_a_move_task(user):
    return replayed(user, "aws sqs start-message-move-task") + purge(user)


def replay_by_the_loop(user):
    dead_letters_of_two_reasons(user)
    return replayed(user, "letters=") + purge(user)


def purge(user):
    user.operations("Replay dead letters", "aws sqs purge-queue")
    return unless(not user.stack.dead_letters(), "the dead-letter queue still has messages")


def update(user):
    user.shell.run("sam deploy --parameter-overrides LogRetentionDays=14")
    user.stack.read()
    kept = {name: user.stack.parameters[name] for name in ("ConnectorProfilePattern", "ScheduleExpression")}
    return unless(kept == {"ConnectorProfilePattern": "*", "ScheduleExpression": "rate(1 hour)"}, f"the parameters are now {kept}")


def roll_back(user):
    """After a deployment that changes the function itself. One that changes only a parameter replaces the version."""
    (block,) = {text for title, text in blocks(OPERATIONS) if title == "Roll back"}
    user.tried.add((OPERATIONS, block))
    listed, moved = block.splitlines()
    before = user.stack.live()["Version"]
    changed = re.sub(r"MemorySize: 512", "MemorySize: 640", user.stack.template.read_text())
    user.stack.template.with_name("changed.yaml").write_text(changed)
    user.shell.run("sam deploy --template-file .aws-sam/build/changed.yaml --config-file \"$PWD/samconfig.toml\"")
    versions = [line.split()[0] for line in user.shell.run(listed).splitlines()]
    problems = unless({before, user.stack.live()["Version"]} < set(versions), f"the versions are {versions}")
    user.shell.run(moved.replace("VERSION", before))
    problems += unless(user.stack.live()["Version"] == before, f"it is version {user.stack.live()['Version']}")
    user.shell.run("sam deploy")
    return problems + unless(user.stack.live()["Version"] not in versions, "the next deployment did not move the alias forward")


def pause(user):
    user.operations("Pause", "sam deploy")
    user.operations("Pause", "aws lambda update-event-source-mapping")
    schedules = user.stack.aws.client("scheduler").list_schedules()["Schedules"]
    (mapping,) = user.stack.functions.list_event_source_mappings(EventSourceArn=user.stack.outputs["RequestQueueArn"])["EventSourceMappings"]
    problems = unless([s["State"] for s in schedules] == ["DISABLED"], f"schedules: {schedules}")
    return problems + unless(mapping["State"] in ("Disabled", "Disabling"), f"the event source mapping is {mapping['State']}")


def remove(user):
    user.operations("Remove", "sam delete")
    return unless(not [q for q in user.stack.sqs.list_queues().get("QueueUrls", []) if STACK in q], "a queue is left")


def every_block_is_tried(user):
    for page in ["README.md", *sorted(str(path.relative_to(REPOSITORY)) for path in REPOSITORY.glob("docs/*.md"))]:
        for heading, block in blocks(page):
            reason = next((reason for start, reason in NOT_TRIED.items() if block.startswith(start)), None)
            print(f"          {page}, {heading}: {reason or 'tried'}: {block.splitlines()[0][:70]}")
            if not reason and (page, block) not in user.tried:
                yield f"{page}, {heading}: {block}"


def main(built_template, test_classpath):
    template = pathlib.Path(built_template).resolve()
    results = []
    with AppFlow.started(test_classpath) as appflow, Aws.started(appflow) as aws:
        user = User(Shell(aws, template), Stack(aws, appflow, STACK, template))
        for claim, check in [
            ("`sam deploy` with samconfig.toml creates the stack", deploy),
            ("parameters with spaces, quotation marks and braces arrive", parameters),
            ("the first requests succeed in an account without the sample's profiles", first_requests),
            ("a message is sent with the AWS CLI", a_message),
            ("an EventBridge rule of one's own sends a request", a_rule_of_ones_own),
            ("an SNS topic sends a request", a_topic),
            ("the steps of CI jobs wait, fail with the reason, and plan", ci_jobs),
            ("the state machine resets, then starts the flow, or fails without starting it", state_machine),
            ("the state machine checks, then starts a flow that fits, and none that does not", check_then_start),
            ("a chat is told which field breaks a flow", a_chat),
            ("the runbook checks a flow", check_the_flow_of_the_runbook),
            ("everything is reset after lost deliveries", reset_everything),
            ("dead letters are read, and counted by reason", read_dead_letters),
            ("a move task replays them", replay_by_a_move_task),
            ("the loop replays them", replay_by_the_loop),
            ("an update keeps the parameters", update),
            ("the alias is rolled back, and the next deployment moves it forward", roll_back),
            ("schedule and queue are paused", pause),
            ("`sam delete` removes the stack", remove),
            ("each block of commands is tried, or has a reason why not", every_block_is_tried),
        ]:
            results.append(report(f"docs: {claim}", problems_of(check, user)))
    return all(results)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
