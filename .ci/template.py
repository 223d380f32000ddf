"""What the linters cannot know of template.yaml, asserted on the template that CloudFormation gets.

usage: template.py template.yaml TRANSFORMED.json

Writes the transformed template, for other tools, and checks it. Every check is also made on a copy that is broken on purpose, and
has to notice.
"""

import copy
import json
import os
import re
import sys

from checks import report

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402

FUNCTION, ALIAS = "MetadataResetFunction", "MetadataResetFunctionAliaslive"
REQUESTS, DEAD_LETTERS = "RequestQueue", "DeadLetterQueue"
RULES = ["FailedRunsRule", "FlowReportsRule", "ProfileChangesRule", "ConnectorChangesRule", "FlowChangesRule"]

# The actions that know no narrower resource than "*".
WITHOUT_RESOURCE = {"appflow:DescribeConnectorProfiles", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}

# The metrics that have to ring.
ALARMS = {
    "ApproximateNumberOfMessagesVisible",
    "ApproximateAgeOfOldestMessage",
    "Denied",
    "Errors",
    "Throttles",
    "DeadLetterErrors",
    "UndeliveredLetters",
    "RecursiveInvocationsDropped",
    "FailedInvocations",
    "InvocationsFailedToBeSentToDlq",
}


def transformed(path):
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    # What `sam package` does to it.
    function = template["Resources"][FUNCTION]["Properties"]
    if function.get("PackageType") == "Image":
        function["ImageUri"] = "111122223333.dkr.ecr.us-east-1.amazonaws.com/function:latest"
    else:
        function["CodeUri"] = "s3://artifacts/function.zip"
    return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, {}, passthrough_metadata=True)


# ---- Finding things


def of_type(template, resource_type):
    return {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == resource_type}


def the(template, resource_type):
    (properties,) = of_type(template, resource_type).values()
    return properties


def properties(template, name):
    return template["Resources"][name]["Properties"]


def number(template, value):
    if isinstance(value, dict) and "Fn::FindInMap" in value:
        name, first, second = value["Fn::FindInMap"]
        return template["Mappings"][name][first][second]
    return value


def arn(name):
    return {"Fn::GetAtt": [name, "Arn"]}


def walk(value):
    yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from walk(child)


def parameters_in(template, value):
    """The parameters that a value refers to."""
    for node in walk(value):
        if isinstance(node, dict) and "Ref" in node:
            yield from {node["Ref"]} & template["Parameters"].keys()
        if isinstance(node, dict) and isinstance(node.get("Fn::Sub"), str):
            yield from set(re.findall(r"\$\{(\w+)}", node["Fn::Sub"])) & template["Parameters"].keys()


def many(value):
    return value if isinstance(value, list) else [value]


def statements(document):
    """The statements of a policy, those under a condition included."""
    for statement in document["Statement"]:
        yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def role_statements(template):
    for role, role_properties in of_type(template, "AWS::IAM::Role").items():
        for policy in role_properties["Policies"]:
            for statement in statements(policy["PolicyDocument"]):
                yield role, statement


def alarm_metrics(alarm):
    """Namespace, name and dimension values of the metrics of an alarm."""
    for metric in [m["MetricStat"]["Metric"] for m in alarm["Metrics"] if "MetricStat" in m] if "Metrics" in alarm else [alarm]:
        yield metric["Namespace"], metric["MetricName"], [d["Value"] for d in metric.get("Dimensions", [])]


# ---- The checks: each yields what is wrong


def visibility_timeout(template):
    timeout = number(template, properties(template, FUNCTION)["Timeout"])
    visibility = number(template, properties(template, REQUESTS)["VisibilityTimeout"])
    window = template["Parameters"]["BatchWindowSeconds"]["MaxValue"]
    if visibility < 6 * timeout + window:
        yield f"{visibility} s is less than 6 times {timeout} s and a window of {window} s"


def retention(template):
    requests = number(template, properties(template, REQUESTS)["MessageRetentionPeriod"])
    letters = number(template, properties(template, DEAD_LETTERS)["MessageRetentionPeriod"])
    if letters <= requests:
        yield f"dead letters are kept {letters} s, requests {requests} s"


def receive_count(template):
    redrive = properties(template, REQUESTS)["RedrivePolicy"]["maxReceiveCount"]
    environment = properties(template, FUNCTION)["Environment"]["Variables"]["MAX_RECEIVE_COUNT"]
    if redrive != environment or redrive != {"Ref": "MaxReceiveCount"}:
        yield f"the queue has {redrive}, the function {environment}"
    if template["Parameters"]["MaxReceiveCount"]["MinValue"] < 5:
        yield "a queue that Lambda polls needs at least 5 receives"


def one_dead_letter_queue(template):
    paths = {
        "redrive": properties(template, REQUESTS)["RedrivePolicy"]["deadLetterTargetArn"],
        "asynchronous invocations": properties(template, FUNCTION)["DeadLetterConfig"]["TargetArn"],
        "schedule": the(template, "AWS::Scheduler::Schedule")["Target"]["DeadLetterConfig"]["Arn"],
    }
    for name in RULES:
        for target in properties(template, name)["Targets"]:
            paths[name] = target["DeadLetterConfig"]["Arn"]
    for path, queue in paths.items():
        if queue != arn(DEAD_LETTERS):
            yield f"{path}: {queue}"
    if properties(template, FUNCTION)["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"] != {"Ref": DEAD_LETTERS}:
        yield "the function's own letters"


def only_over_tls(template):
    for queue in (REQUESTS, DEAD_LETTERS):
        if not any(
            statement["Effect"] == "Deny"
            and statement["Principal"] == "*"
            and statement["Action"] == "sqs:*"
            and statement["Resource"] == arn(queue)
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            for policy in of_type(template, "AWS::SQS::QueuePolicy").values()
            if policy["Queues"] == [{"Ref": queue}]
            for statement in statements(policy["PolicyDocument"])
        ):
            yield queue


def only_our_rules_send(template):
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy").items():
        allowed = [s for s in statements(policy["PolicyDocument"]) if s["Effect"] == "Allow"]
        if not allowed:
            yield f"{name} lets nobody send"
        for statement in allowed:
            if statement["Principal"] != {"Service": "events.amazonaws.com"} or statement["Action"] != "sqs:SendMessage":
                yield f"{name}: {statement['Principal']} may {statement['Action']}"
            if statement.get("Condition") != {"ArnEquals": {"aws:SourceArn": [arn(rule) for rule in RULES]}}:
                yield f"{name}: {statement.get('Condition')}"


def rules_feed_the_queue(template):
    if sorted(of_type(template, "AWS::Events::Rule")) != sorted(RULES):
        yield f"the rules are {sorted(of_type(template, 'AWS::Events::Rule'))}"
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        for target in rule["Targets"]:
            if target["Arn"] != arn(REQUESTS):
                yield f"{name} targets {target['Arn']}"
            if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= target["RetryPolicy"].keys():
                yield f"{name} leaves its retries to the default"
        if rule["EventPattern"]["source"] != ["aws.appflow"]:
            yield f"{name} takes events of {rule['EventPattern']['source']}"


def never_our_own_calls(template):
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        if rule["EventPattern"]["detail-type"] == ["AWS API Call via CloudTrail"]:
            names = rule["EventPattern"].get("detail", {}).get("eventName", ["every call"])
            if {"every call", "ResetConnectorMetadataCache"} & set(names):
                yield f"{name} matches {names}"


def event_source(template):
    mapping = the(template, "AWS::Lambda::EventSourceMapping")
    if mapping["FunctionName"] != {"Ref": ALIAS}:
        yield f"it invokes {mapping['FunctionName']}"
    if mapping["EventSourceArn"] != arn(REQUESTS):
        yield f"it polls {mapping['EventSourceArn']}"
    if "FilterCriteria" in mapping:
        yield "a filter deletes messages"
    if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "the function's answer is not read: a failed request of a batch would be deleted with the others"
    if mapping.get("ScalingConfig") != {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}:
        yield "nothing bounds its concurrency"


def schedule(template):
    scheduled = the(template, "AWS::Scheduler::Schedule")
    if scheduled["Target"]["Arn"] != {"Ref": ALIAS}:
        yield f"it invokes {scheduled['Target']['Arn']}"
    if json.loads(template["Parameters"]["ScheduledRequest"]["Default"]) != {"connectorProfileName": "*", "entities": "USED_BY_FLOWS"}:
        yield "the default request is another"
    if scheduled["FlexibleTimeWindow"]["Mode"] != "FLEXIBLE":
        yield "no flexible window"
    if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= scheduled["Target"]["RetryPolicy"].keys():
        yield "its retries are left to the default"
    for statement in properties(template, "ScheduleRole")["AssumeRolePolicyDocument"]["Statement"]:
        if set(statement["Condition"]["StringEquals"]) != {"aws:SourceAccount", "aws:SourceArn"}:
            yield "other schedules can take its role"


def defaults_of_the_rules(template):
    states = {name: template["Parameters"][f"{name}State"]["Default"] for name in RULES}
    if {name for name, state in states.items() if state == "ENABLED"} != {"FailedRunsRule"}:
        yield f"{states}"
    for name in RULES:
        if properties(template, name)["State"] != {"Ref": f"{name}State"}:
            yield f"{name} cannot be switched"


def parameters_reach_the_alias(template):
    reach = set(parameters_in(template, properties(template, FUNCTION)))
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    missing = reach - set(parameters_in(template, version.get("Description")))
    if missing:
        yield f"a change of {sorted(missing)} would publish no version"
    if "MaxConcurrentCalls" not in reach:
        yield "no parameter reaches the function at all"


def least_privilege(template):
    for role, statement in role_statements(template):
        where = f"{role} {statement.get('Sid')}"
        if "Sid" not in statement:
            yield f"{where}: no name"
        if any("*" in action for action in many(statement["Action"])):
            yield f"{where}: {statement['Action']}"
        if statement["Resource"] == "*" and not set(many(statement["Action"])) <= WITHOUT_RESOURCE:
            yield f"{where}: every resource"
    for role, role_properties in of_type(template, "AWS::IAM::Role").items():
        if "ManagedPolicyArns" in role_properties:
            yield f"{role}: managed policies allow more than is needed"
    if sorted(of_type(template, "AWS::IAM::Role")) != ["FunctionRole", "ScheduleRole"]:
        yield f"the roles are {sorted(of_type(template, 'AWS::IAM::Role'))}"


def profiles_by_pattern(template):
    for _, statement in role_statements(template):
        if {"appflow:ResetConnectorMetadataCache", "appflow:ListConnectorEntities"} & set(many(statement["Action"])):
            if not statement["Resource"].get("Fn::Sub", "").endswith(":connectorprofile/${ConnectorProfilePattern}"):
                yield f"{statement['Sid']}: {statement['Resource']}"


def alarms(template):
    found = {name for alarm in of_type(template, "AWS::CloudWatch::Alarm").values() for _, name, _ in alarm_metrics(alarm)}
    for name in sorted(ALARMS - found):
        yield f"none for {name}"
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        for actions in ("AlarmActions", "OKActions"):
            if alarm.get(actions) != {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}:
                yield f"{name} does not tell the topic by {actions}"
        of_rules = [value["Ref"] for space, _, values in alarm_metrics(alarm) if space == "AWS/Events" for value in values]
        if of_rules and of_rules != RULES:
            yield f"{name} is of {of_rules}"


def parameters_explain_themselves(template):
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    if sorted(grouped) != sorted(template["Parameters"]) or sorted(interface["ParameterLabels"]) != sorted(template["Parameters"]):
        yield "the console's groups or labels miss a parameter, or name one that is not there"
    for name, parameter in template["Parameters"].items():
        if "Default" not in parameter or "Description" not in parameter:
            yield f"{name} has no default or no description"
        if not {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys():
            yield f"{name} takes anything"


def nothing_of_ones_own(template):
    for node in walk(template):
        if isinstance(node, str) and re.search(r"(?<![0-9])[0-9]{12}(?![0-9])|AKIA|ASIA|-----BEGIN", node):
            yield node


def function_as_designed(template):
    function = properties(template, FUNCTION)
    for member, expected in {
        "Runtime": "java25",
        "Architectures": ["arm64"],
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": {"Ref": "FunctionLog"}},
        "RecursiveLoop": "Terminate",
    }.items():
        if function.get(member) != expected:
            yield f"{member} is {function.get(member)}"
    if "RetentionInDays" not in properties(template, "FunctionLog"):
        yield "its log is kept for ever"


# ---- How to break each of them


def version_of_the_build(template):
    """The Serverless Application Repository's version is Maven's."""
    with open("pom.xml", encoding="utf-8") as file:
        maven = re.search(r"^  <version>(.+)</version>$", file.read(), re.MULTILINE)[1]
    published = template["Metadata"]["AWS::ServerlessRepo::Application"]["SemanticVersion"]
    if published != maven:
        yield f"{published} in the template, {maven} in pom.xml"


def setting(name, *path):
    """Sets the last of the path to what comes before it, in a resource's properties."""
    *members, value = path

    def break_it(template):
        target = properties(template, name)
        for member in members[:-1]:
            target = target[member]
        target[members[-1]] = value

    return break_it


def first_of(resource_type, change):
    return lambda template: change(next(iter(of_type(template, resource_type).values())))


CHECKS = [
    ("a request is invisible for 6 timeouts of the function and the longest window", visibility_timeout, setting(FUNCTION, "Timeout", 121)),
    ("dead letters are kept longer than requests", retention, setting(REQUESTS, "MessageRetentionPeriod", 1209600)),
    ("function and redrive policy agree on the number of receives", receive_count, setting(REQUESTS, "RedrivePolicy", "maxReceiveCount", 12)),
    ("every path ends in the one dead-letter queue", one_dead_letter_queue, setting(FUNCTION, "DeadLetterConfig", "TargetArn", arn(REQUESTS))),
    ("both queues refuse what does not come over TLS", only_over_tls, lambda t: properties(t, "DeadLetterQueuePolicy")["PolicyDocument"]["Statement"].pop(0)),
    (
        "only the stack's own rules may send to its queues",
        only_our_rules_send,
        first_of("AWS::SQS::QueuePolicy", lambda policy: policy["PolicyDocument"]["Statement"][1].pop("Condition")),
    ),
    ("the rules, and no others, feed the request queue, with retries said", rules_feed_the_queue, setting("FlowReportsRule", "Targets", 0, "Arn", {"Ref": ALIAS})),
    ("no rule matches the function's own calls", never_our_own_calls, setting("ProfileChangesRule", "EventPattern", "detail", {})),
    (
        "the alias is invoked with batches, unfiltered, and its answer is read",
        event_source,
        first_of("AWS::Lambda::EventSourceMapping", lambda mapping: mapping.pop("FunctionResponseTypes")),
    ),
    ("the schedule makes its request of the alias", schedule, setting("Schedule", "Target", "Arn", {"Ref": FUNCTION})),
    (
        "failed runs reset by default, and nothing that needs a trail",
        defaults_of_the_rules,
        lambda t: t["Parameters"]["FlowChangesRuleState"].update(Default="ENABLED"),
    ),
    (
        "every parameter that changes the function publishes a version of it",
        parameters_reach_the_alias,
        first_of("AWS::Lambda::Version", lambda version: version.update(Description={"Fn::Sub": "${MaxReceiveCount}"})),
    ),
    (
        "roles name actions and resources, or say why they cannot",
        least_privilege,
        lambda t: properties(t, "FunctionRole")["Policies"][0]["PolicyDocument"]["Statement"][4].update(Resource="*"),
    ),
    (
        "IAM knows the profile name pattern",
        profiles_by_pattern,
        lambda t: properties(t, "FunctionRole")["Policies"][0]["PolicyDocument"]["Statement"][0].update(Resource={"Fn::Sub": "arn:connectorprofile/*"}),
    ),
    ("every alarm that has to ring is there, and tells the topic", alarms, lambda t: t["Resources"].pop("DeniedCallsAlarm")),
    ("the parameters explain themselves", parameters_explain_themselves, lambda t: t["Parameters"]["BatchSize"].pop("Description")),
    ("no account and no secret stands in the template", nothing_of_ones_own, lambda t: t.update(Description="of 111122223333")),
    (
        "the template has the version of the build",
        version_of_the_build,
        lambda t: t["Metadata"]["AWS::ServerlessRepo::Application"].update(SemanticVersion="0.0.0"),
    ),
    ("the function runs as designed", function_as_designed, setting(FUNCTION, "Architectures", ["x86_64"])),
]


def main(source, target):
    template = transformed(source)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(template, file, indent=2)
    held = True
    for claim, check, break_it in CHECKS:
        problems = list(check(template))
        broken = copy.deepcopy(template)
        break_it(broken)
        if not list(check(broken)):
            problems.append("the check does not notice a template that is broken")
        held &= report(claim, problems)
    return held


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
