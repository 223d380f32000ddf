"""Checks of template.yaml that linters do not make, on the template that CloudFormation gets.

usage: template.py template.yaml TRANSFORMED.json

Writes the transformed template, for other tools, and checks it. Each check also runs on a copy that is broken on purpose, and must
fail there.
"""

import copy
import json
import os
import re
import sys

from checks import report

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

import botocore.session  # noqa: E402
from samcli.cli.types import CfnParameterOverridesType  # noqa: E402
from samcli.yamlhelper import yaml_parse  # noqa: E402
from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.translator import Translator  # noqa: E402

FUNCTION, ALIAS = "MetadataResetFunction", "MetadataResetFunctionAliaslive"
REQUESTS, DEAD_LETTERS = "RequestQueue", "DeadLetterQueue"
RULES = ["FailedRunsRule", "FlowReportsRule", "ProfileChangesRule", "ConnectorChangesRule", "FlowChangesRule"]

# The actions that support no other resource than "*".
WITHOUT_RESOURCE = {"appflow:DescribeConnectorProfiles", "xray:PutTraceSegments", "xray:PutTelemetryRecords"}

# The metrics that need an alarm.
ALARMS = {
    "ApproximateNumberOfMessagesVisible",
    "ApproximateAgeOfOldestMessage",
    "Returned",
    "Errors",
    "Throttles",
    "BreakingFlows",
    "DeadLetterErrors",
    "InvocationsFailedToBeSentToDlq",
    "InvocationsFailedToBeSentToDeadLetterCount",
}

# The function's own metrics. CloudWatch bills each. Checks of flows have two more.
NAMESPACE = "AppFlowMetadataReset"
CUSTOM_METRICS = {"Resets", "Duplicates", "Returned", "Throttled", "Denied", "RequestAge"}
CHECK_METRICS = {"FlowsChecked", "BreakingFlows"}
STATES = ("DISABLED", "ENABLED")

# Values that parameters have to accept and to refuse.
VALUES = [
    ("ScheduledRequest", ['{"flowName": "a"}', '{\n  "requests": []\n}\n'], ["", "{", "{}", "{connectorProfileName:*}", '["a"]']),
    ("ScheduleTimezone", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5"], ["", "Europe/", "Europe Berlin"]),
    ("ExcludedProfilePattern", ["", "crm-test", "*-sandbox?"], ["a b", "${a}", "a,b", '"a"']),
    (
        "SenderArns",
        ["", "arn:aws:events:eu-west-1:111122223333:rule/bus/a.b_c-d", "arn:aws:sns:eu-west-1:111122223333:a,arn:aws:events:eu-west-1:111122223333:rule/a"],
        ["*", "my-rule", "arn:aws:events:eu-west-1:111122223333:rule/*", "arn:aws:iam::111122223333:role/a", "arn:aws:sns:eu-west-1:111122223333:a,"],
    ),
    ("EventBusName", ["default", "flow-reports", "a.b_c"], ["", "a b", "arn:aws:events:eu-west-1:111122223333:event-bus/a", "*"]),
    ("PermissionsBoundaryArn", ["", "arn:aws:iam::111122223333:policy/team/a", "arn:aws:iam::aws:policy/ReadOnlyAccess"], ["a", "arn:aws:iam::111122223333:role/a"]),
    ("RunbookUrl", ["docs/operations.md", "https://git.example.com/a/b/-/blob/main/docs/operations.md?plain=1"], ["", "a#b", 'a"b', "a b", "a\\b"]),
    ("KmsKeyArn", ["", f"arn:aws:kms:eu-west-1:111122223333:key/mrk-{'0' * 32}"], ["alias/a", f"arn:aws:kms:eu-west-1:111122223333:key/{'0' * 37}"]),
]

# What people write behind --parameter-overrides, after the shell has read it, and whether the request is whole when it arrives.
OVERRIDES = [
    ("""ScheduledRequest='{"connectorProfileName": "*", "entities": "ALL"}'""", True),
    (r"""ScheduledRequest={\"connectorProfileName\":\"*\"}""", True),
    ("""ScheduledRequest={"connectorProfileName":"*"}""", False),
    ("""ScheduledRequest="{"connectorProfileName":"*"}\"""", False),
    ("""ScheduledRequest={connectorProfileName:*}""", False),
    ("""ScheduledRequest={'connectorProfileName':'*'}""", False),
]

# US cents a month: for a custom metric, for a metric in an alarm, and what both may cost at most, for each FlowCheckState.
CUSTOM_METRIC, ALARM_METRIC, MOST = 30, 10, {"DISABLED": 300, "ENABLED": 370}


def read(path):
    with open(path, encoding="utf-8") as file:
        return yaml_parse(file.read())


def transformed(path):
    return transform(read(path))


def transform(template, code="s3://artifacts/function.zip"):
    # As `sam package` does.
    function = template["Resources"][FUNCTION]["Properties"]
    if function.get("PackageType") == "Image":
        function["ImageUri"] = "111122223333.dkr.ecr.us-east-1.amazonaws.com/function:latest"
    else:
        function["CodeUri"] = code
    return Translator(managed_policy_map={}, sam_parser=Parser()).translate(template, {}, passthrough_metadata=True)


# ---- Reading the template


def of_type(template, resource_type):
    return {name: r["Properties"] for name, r in template["Resources"].items() if r["Type"] == resource_type}


def the(template, resource_type):
    (properties,) = of_type(template, resource_type).values()
    return properties


def properties(template, name):
    return template["Resources"][name]["Properties"]


def created(template, resource_type, state):
    """As of_type, but only what CloudFormation creates with this FlowCheckState."""
    conditions = {name: template["Resources"][name].get("Condition") for name in of_type(template, resource_type)}
    there = {name for name, condition in conditions.items() if not condition or evaluate(template, template["Conditions"][condition], {"FlowCheckState": state})}
    return {name: found for name, found in of_type(template, resource_type).items() if name in there}


def number(template, value):
    if isinstance(value, dict) and "Fn::FindInMap" in value:
        name, first, second = value["Fn::FindInMap"]
        return template["Mappings"][name][first][second]
    return value


def evaluate(template, value, parameters):
    """What CloudFormation makes of a value, with these values of parameters. It leaves references to resources as they are."""

    def inner(part):
        return evaluate(template, part, parameters)

    if isinstance(value, list):
        return [inner(part) for part in value]
    if not isinstance(value, dict):
        return value
    match list(value.items()):
        case [("Ref", name)]:
            return parameters.get(name, value)
        case [("Fn::If", [condition, then, otherwise])]:
            return inner(then if inner(template["Conditions"][condition]) else otherwise)
        case [("Fn::Equals", [one, other])]:
            return inner(one) == inner(other)
        case [("Fn::Not", [condition])]:
            return not inner(condition)
        case [("Fn::Select", [index, parts])]:
            return inner(parts)[index]
        case [("Fn::Split", [separator, text])]:
            return inner(text).split(separator)
        case [("Fn::Sub", text)]:
            text, named = text if isinstance(text, list) else (text, {})
            named = {name: inner(part) for name, part in named.items()}
            return re.sub(r"\$\{(\w+)}", lambda name: str({**parameters, **named}.get(name[1], name[0])), text)
    return {name: inner(part) for name, part in value.items()}


def longest(parameter):
    """The longest value of a parameter that the function uses."""
    if parameter["Type"] == "Number":
        return parameter["MaxValue"]
    return "a" * parameter["MaxLength"] if "MaxLength" in parameter else f"arn:aws:kms:us-east-1:{'1' * 12}:key/{'a' * 36}"


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
    """The statements of a policy, also those under a condition."""
    for statement in document["Statement"]:
        yield statement["Fn::If"][1] if "Fn::If" in statement else statement


def role_statements(template):
    for role, role_properties in of_type(template, "AWS::IAM::Role").items():
        for policy in role_properties["Policies"]:
            for statement in statements(policy["PolicyDocument"]):
                yield role, statement


def targets(template, rule, state="ENABLED"):
    """The targets of a rule, with this FlowCheckState."""
    return [target for target in evaluate(template, rule["Targets"], {"FlowCheckState": state}) if target != {"Ref": "AWS::NoValue"}]


def alarm_metrics(template, alarm, disabled=()):
    """Namespace, name and dimension values of the metrics of an alarm, with all rules enabled but these."""
    states = {f"{rule}State": "DISABLED" if rule in disabled else "ENABLED" for rule in RULES}
    metrics = evaluate(template, alarm.get("Metrics", []), states)
    for metric in [m["MetricStat"]["Metric"] for m in metrics if "MetricStat" in m] if metrics else [alarm]:
        yield metric["Namespace"], metric["MetricName"], [d["Value"] for d in metric.get("Dimensions", [])]


def dashboard(template, state="ENABLED"):
    """The widgets, with this FlowCheckState."""
    return json.loads(evaluate(template, the(template, "AWS::CloudWatch::Dashboard")["DashboardBody"], {"FlowCheckState": state}))["widgets"]


def widget_metrics(widget):
    """Namespace, name and options of the metrics of a widget. "." and "..." repeat what the metric before has."""
    namespace = name = None
    for metric in widget["properties"].get("metrics", []):
        if isinstance(metric[0], str):
            if metric[0] != "...":
                namespace = namespace if metric[0] == "." else metric[0]
                name = name if metric[1] == "." else metric[1]
            yield namespace, name, metric[-1]


def text_of(value):
    """A text, also one with parameters."""
    return value["Fn::Sub"] if isinstance(value, dict) else value


def runbook_sections():
    """The anchors of the headings of the runbook."""
    with open("docs/operations.md", encoding="utf-8") as page:
        runbook = re.search(r"^## Runbook\n(.*?)(?=^## |\Z)", page.read(), re.MULTILINE | re.DOTALL)[1]
    return {heading.lower() for heading in re.findall(r"^### (\w+)$", runbook, re.MULTILINE)}


# ---- The checks: each yields the problems that it finds


def visibility_timeout(template):
    timeout = number(template, properties(template, FUNCTION)["Timeout"])
    visibility = number(template, properties(template, REQUESTS)["VisibilityTimeout"])
    window = template["Parameters"]["BatchWindowSeconds"]["MaxValue"]
    if visibility < 6 * timeout + window:
        yield f"{visibility} s is less than 6 times {timeout} s and a window of {window} s"


def large_batches(template):
    """Lambda requires a window for more than ten messages, and the rule says so before the deployment begins."""
    rule = template["Rules"]["LargeBatchesHaveAWindow"]
    if rule["RuleCondition"] != {"Fn::Equals": [{"Ref": "BatchWindowSeconds"}, "0"]}:
        yield f"the rule is for {rule['RuleCondition']}"
    (assertion,) = rule["Assertions"]
    if assertion["Assert"] != {"Fn::Contains": [[str(size) for size in range(1, 11)], {"Ref": "BatchSize"}]}:
        yield f"the rule asserts {assertion['Assert']}"
    parameters = template["Parameters"]
    if parameters["BatchSize"]["Default"] > 10 and parameters["BatchWindowSeconds"]["Default"] == 0:
        yield "the defaults break the rule"


def retention(template):
    requests = number(template, properties(template, REQUESTS)["MessageRetentionPeriod"])
    dead_letters = number(template, properties(template, DEAD_LETTERS)["MessageRetentionPeriod"])
    if dead_letters <= requests:
        yield f"dead letters are kept {dead_letters} s, requests {requests} s"


def receive_count(template):
    redrive = properties(template, REQUESTS)["RedrivePolicy"]["maxReceiveCount"]
    environment = properties(template, FUNCTION)["Environment"]["Variables"]["MAX_RECEIVE_COUNT"]
    if redrive != environment or redrive != {"Ref": "MaxReceiveCount"}:
        yield f"the queue has {redrive}, the function {environment}"
    if template["Parameters"]["MaxReceiveCount"]["MinValue"] < 5:
        yield "Lambda recommends at least 5 receives for an event source queue"


def one_dead_letter_queue(template):
    senders = {
        "redrive": properties(template, REQUESTS)["RedrivePolicy"]["deadLetterTargetArn"],
        "asynchronous invocations": properties(template, FUNCTION)["DeadLetterConfig"]["TargetArn"],
    }
    for name, scheduled in of_type(template, "AWS::Scheduler::Schedule").items():
        senders[name] = scheduled["Target"]["DeadLetterConfig"]["Arn"]
    for name in RULES:
        for target in targets(template, properties(template, name)):
            senders[f"{name}, {target['Id']}"] = target["DeadLetterConfig"]["Arn"]
    for sender, queue in senders.items():
        if queue != arn(DEAD_LETTERS):
            yield f"{sender}: {queue}"
    if properties(template, FUNCTION)["Environment"]["Variables"]["DEAD_LETTER_QUEUE_URL"] != {"Ref": DEAD_LETTERS}:
        yield "the function sends its dead letters to another queue"


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


def allowed_senders(template):
    """The rules of the stack, and what SenderArns names: without it there is no second statement."""
    no_value = {"Ref": "AWS::NoValue"}
    for name, policy in of_type(template, "AWS::SQS::QueuePolicy").items():
        _, rules, others = policy["PolicyDocument"]["Statement"]
        if others.get("Fn::If", [None])[0] != "HasSenders" or others["Fn::If"][2] != no_value:
            yield f"{name}: {others} does not depend on SenderArns"
            continue
        for statement, services, arns in (
            (rules, "events.amazonaws.com", [arn(rule) for rule in RULES]),
            (others["Fn::If"][1], ["events.amazonaws.com", "sns.amazonaws.com"], {"Fn::Split": [",", {"Ref": "SenderArns"}]}),
        ):
            if (statement["Effect"], statement["Principal"], statement["Action"]) != ("Allow", {"Service": services}, "sqs:SendMessage"):
                yield f"{name}: {statement['Principal']} may {statement['Action']}"
            if statement["Resource"] != arn(name.removesuffix("Policy")) or statement.get("Condition") != {"ArnEquals": {"aws:SourceArn": arns}}:
                yield f"{name}: {statement['Resource']}, {statement.get('Condition')}"


def rules_target_the_request_queue(template):
    if sorted(of_type(template, "AWS::Events::Rule")) != sorted(RULES):
        yield f"the rules are {sorted(of_type(template, 'AWS::Events::Rule'))}"
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        for target in targets(template, rule):
            if target["Arn"] != arn(REQUESTS):
                yield f"{name} targets {target['Arn']}"
            if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= target["RetryPolicy"].keys():
                yield f"{name} does not set its retries"
        if rule["EventPattern"]["source"] != ["aws.appflow"]:
            yield f"{name} matches events from {rule['EventPattern']['source']}"


def no_rule_matches_the_functions_calls(template):
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        if rule["EventPattern"]["detail-type"] == ["AWS API Call via CloudTrail"]:
            names = rule["EventPattern"].get("detail", {}).get("eventName", ["all calls"])
            if {"all calls", "ResetConnectorMetadataCache"} & set(names):
                yield f"{name} matches {names}"


def no_rule_matches_periodic_reports(template):
    for name, rule in of_type(template, "AWS::Events::Rule").items():
        if "AppFlow Event Flow Report" in rule["EventPattern"]["detail-type"]:
            yield name


def event_source(template):
    mapping = the(template, "AWS::Lambda::EventSourceMapping")
    if mapping["FunctionName"] != {"Ref": ALIAS}:
        yield f"it invokes {mapping['FunctionName']}"
    if mapping["EventSourceArn"] != arn(REQUESTS):
        yield f"it polls {mapping['EventSourceArn']}"
    if "FilterCriteria" in mapping:
        yield "a filter deletes messages that it does not match"
    if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
        yield "Lambda does not read the batch item failures, and deletes failed messages with the others"
    if mapping.get("ScalingConfig") != {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}:
        yield "its concurrency has no limit"


def schedule(template):
    if json.loads(template["Parameters"]["ScheduledRequest"]["Default"]) != {"connectorProfileName": "*", "entities": "USED_BY_FLOWS"}:
        yield "it has another default request"
    for name, scheduled in of_type(template, "AWS::Scheduler::Schedule").items():
        if scheduled["Target"]["Arn"] != {"Ref": ALIAS}:
            yield f"{name} invokes {scheduled['Target']['Arn']}"
        if scheduled["FlexibleTimeWindow"]["Mode"] != "FLEXIBLE":
            yield f"{name} has no flexible time window"
        if not {"MaximumRetryAttempts", "MaximumEventAgeInSeconds"} <= scheduled["Target"]["RetryPolicy"].keys():
            yield f"{name} does not set its retries"
    for statement in properties(template, "ScheduleRole")["AssumeRolePolicyDocument"]["Statement"]:
        if set(statement["Condition"]["StringEquals"]) != {"aws:SourceAccount", "aws:SourceArn"}:
            yield "other schedules can assume its role"


def default_states_of_the_rules(template):
    states = {name: template["Parameters"][f"{name}State"]["Default"] for name in RULES}
    if {name for name, state in states.items() if state == "ENABLED"} != {"FailedRunsRule"}:
        yield f"the default states are {states}"
    for name in RULES:
        if properties(template, name)["State"] != {"Ref": f"{name}State"}:
            yield f"{name} does not have the state of its parameter"


def checks_of_flows(template):
    """By default there are none, as a check uses the API quota of the source application."""
    conditional = sorted(name for name, resource in template["Resources"].items() if resource.get("Condition") == "ChecksFlows")
    if conditional != ["BreakingFlowsAlarm", "FlowCheckSchedule", "FlowChecksQuery"]:
        yield f"these depend on FlowCheckState: {conditional}"
    if template["Conditions"]["ChecksFlows"] != {"Fn::Equals": [{"Ref": "FlowCheckState"}, "ENABLED"]}:
        yield f"{template['Conditions']['ChecksFlows']}"
    rule = properties(template, "FailedRunsRule")
    reset, *check = targets(template, rule)
    if targets(template, rule, "DISABLED") != [reset] or "InputTransformer" in reset or len(check) != 1:
        yield f"after a failed run, the rule sends to {targets(template, rule, 'DISABLED')}, and to {check}"
        return
    transformer = check[0]["InputTransformer"]
    request = json.loads(transformer["InputTemplate"].replace("<flowName>", '"a-flow"'))
    if transformer["InputPathsMap"] != {"flowName": "$.detail.flow-name"} or request != {"flowName": "a-flow", "check": True}:
        yield f"after a failed run, the rule sends {transformer}"
    if check[0].get("SqsParameters") != {"MessageGroupId": "flow:checks"}:
        yield "the checks are not in the message group of checks"
    if json.loads(properties(template, "FlowCheckSchedule")["Target"]["Input"]) != {"flowName": "*", "check": True}:
        yield "the schedule does not check all flows"


def changed_parameters_publish_a_version(template):
    """The version's description differs, and is not too long."""
    function = properties(template, FUNCTION)
    (version,) = of_type(template, "AWS::Lambda::Version").values()
    if any("Fn::FindInMap" in node for node in walk(function) if isinstance(node, dict)):
        yield "a changed value in a mapping publishes no version"
    values = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    used = sorted(set(parameters_in(template, function)))
    for name in used:
        parameter, changed = template["Parameters"][name], {**values, name: longest(template["Parameters"][name])}
        if not re.fullmatch(parameter.get("AllowedPattern", ".*"), str(changed[name])):
            yield f"{name} has no maximum length"
        if evaluate(template, function, changed) == evaluate(template, function, values):
            yield f"{name} does not reach the function"
        if evaluate(template, version["Description"], changed) == evaluate(template, version["Description"], values):
            yield f"a change of {name} publishes no version"
    description = evaluate(template, version["Description"], {name: longest(template["Parameters"][name]) for name in used})
    if len(description) > 256:
        yield f"the description can have {len(description)} characters"


def changed_properties_publish_a_version(source):
    """SAM puts a hash of the function's properties into the version's logical ID."""

    def version(template):
        return list(of_type(transform(copy.deepcopy(template)), "AWS::Lambda::Version"))

    before = version(source)
    variables = properties(source, FUNCTION)["Environment"]["Variables"]
    for path in [("Timeout",), ("MemorySize",), ("KmsKeyArn",), *(("Environment", "Variables", name) for name in variables)]:
        changed = copy.deepcopy(source)
        setting(FUNCTION, *path, 1000)(changed)
        if version(changed) == before:
            yield f"a change of {path[-1]} in the template publishes no version"


def least_privilege(template):
    for role, statement in role_statements(template):
        where = f"{role} {statement.get('Sid')}"
        if "Sid" not in statement:
            yield f"{where}: it has no Sid"
        if any("*" in action for action in many(statement["Action"])):
            yield f"{where}: {statement['Action']}"
        if statement["Resource"] == "*" and not set(many(statement["Action"])) <= WITHOUT_RESOURCE:
            yield f"{where}: it allows all resources"
    for role, role_properties in of_type(template, "AWS::IAM::Role").items():
        if "ManagedPolicyArns" in role_properties:
            yield f"{role}: managed policies allow more than the function needs"
    if sorted(of_type(template, "AWS::IAM::Role")) != ["FunctionRole", "ScheduleRole"]:
        yield f"the roles are {sorted(of_type(template, 'AWS::IAM::Role'))}"


def profiles_by_pattern(template):
    by_profile = {"appflow:ResetConnectorMetadataCache", "appflow:ListConnectorEntities", "appflow:DescribeConnectorEntity"}
    found = {}
    for _, statement in role_statements(template):
        if by_profile & set(many(statement["Action"])):
            found[statement["Effect"]] = (set(statement["Action"]), statement["Resource"]["Fn::Sub"].split(":connectorprofile/")[-1])
    expected = {"Allow": (by_profile, "${ConnectorProfilePattern}"), "Deny": (by_profile, "${ExcludedProfilePattern}")}
    if found != expected:
        yield f"{found}"


def reports(template):
    """Nothing else, and to no other event bus."""
    (statement,) = [statement for _, statement in role_statements(template) if "events:PutEvents" in many(statement["Action"])]
    if statement["Action"] != "events:PutEvents" or statement.get("Condition") != {"StringEquals": {"events:source": "appflow-metadata-reset"}}:
        yield f"it may {statement['Action']}, {statement.get('Condition')}"
    if not statement["Resource"]["Fn::Sub"].endswith(":event-bus/${EventBusName}"):
        yield f"{statement['Resource']}"


def permissions_boundary(template):
    for name, role in of_type(template, "AWS::IAM::Role").items():
        if role.get("PermissionsBoundary") != {"Fn::If": ["HasPermissionsBoundary", {"Ref": "PermissionsBoundaryArn"}, {"Ref": "AWS::NoValue"}]}:
            yield f"{name}: {role.get('PermissionsBoundary')}"


def empty_parameters_have_no_effect(template):
    """Each condition on a parameter is false by default."""
    values = {name: parameter["Default"] for name, parameter in template["Parameters"].items()}
    for name, condition in template["Conditions"].items():
        if evaluate(template, condition, values) is not False:
            yield f"{name} is not false by default"


def regions(template):
    """The list is that of AWS's SDK, and the rule reads it."""
    rule = template["Rules"]["AppFlowIsInThisRegion"]
    if rule["Assertions"][0]["Assert"] != {"Fn::Contains": [{"Ref": "AppFlowRegions"}, {"Ref": "AWS::Region"}]} or len(rule["Assertions"]) != 1:
        yield f"the rule is {rule}"
    known = botocore.session.get_session().get_available_regions("appflow")
    listed = template["Parameters"]["AppFlowRegions"]["Default"].split(",")
    yield from (f"{region}: botocore and the list differ" for region in sorted(set(known) ^ set(listed)))


def accepted_values(template):
    """The patterns of parameters, and what the SAM CLI makes of an option."""
    for name, accepted, refused in VALUES:
        pattern = template["Parameters"][name]["AllowedPattern"]
        yield from (f"{name} refuses {value}" for value in accepted if not re.fullmatch(pattern, value))
        yield from (f"{name} accepts {value}" for value in refused if re.fullmatch(pattern, value))
    for override, is_whole in OVERRIDES:
        value = CfnParameterOverridesType().convert((override,), None, None)["ScheduledRequest"]
        if bool(re.fullmatch(template["Parameters"]["ScheduledRequest"]["AllowedPattern"], value)) != is_whole:
            yield f"of {override} the SAM CLI makes {value}, which is {'refused' if is_whole else 'accepted'}"


def keys(template):
    """What a role may do with a key, and through which service."""
    permissions = {}
    for role, statement in role_statements(template):
        if any(action.startswith("kms:") for action in many(statement["Action"])):
            permissions[role, statement["Resource"]["Ref"], json.dumps(statement.get("Condition"))] = set(many(statement["Action"]))
    logs = json.dumps({"StringEquals": {"kms:ViaService": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}})
    queue = {"kms:Decrypt", "kms:GenerateDataKey"}
    expected = {
        ("FunctionRole", "KmsKeyArn", "null"): queue,
        ("FunctionRole", "KmsKeyArn", logs): queue
        | {"kms:Encrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"},
        ("FunctionRole", "PreviousKmsKeyArn", "null"): {"kms:Decrypt"},
        ("ScheduleRole", "KmsKeyArn", "null"): queue,
    }
    for key in sorted(expected.keys() | permissions.keys()):
        if expected.get(key) != permissions.get(key):
            yield f"{key}: {sorted(permissions.get(key, []))}"


def alarms(template):
    found = {name for alarm in of_type(template, "AWS::CloudWatch::Alarm").values() for _, name, _ in alarm_metrics(template, alarm)}
    for name in sorted(ALARMS - found):
        yield f"there is no alarm for {name}"
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        for actions in ("AlarmActions", "OKActions"):
            if alarm.get(actions) != {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}:
                yield f"{name} does not notify the topic with {actions}"
        if alarm["TreatMissingData"] != "notBreaching":
            yield f"{name} goes off when there is no data"
        if not text_of(alarm["AlarmDescription"]).endswith(f" Runbook: ${{RunbookUrl}}#{name.lower()}"):
            yield f"{name} does not link to its section of the runbook"
        if name.lower() not in runbook_sections():
            yield f"docs/operations.md: the runbook has no section {name}"
        rules = watched_rules(template, alarm)
        if rules and rules != RULES:
            yield f"{name} covers only {rules}"


def watched_rules(template, alarm, disabled=()):
    return [value["Ref"] for namespace, _, values in alarm_metrics(template, alarm, disabled) if namespace == "AWS/Events" for value in values]


def disabled_rules(template):
    """Each metric of an alarm costs, and a disabled rule sends no events. Only the rule for failed runs is enabled by default."""
    for rule in RULES[1:]:
        rules = watched_rules(template, properties(template, "LostDeliveriesAlarm"), [rule])
        if rules != [other for other in RULES if other != rule]:
            yield f"without {rule}, LostDeliveriesAlarm covers {rules}"


def late_metrics(template):
    """An alarm on several metrics: FILL would give a late metric the value 0, and the alarm would be OK."""
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        expressions = [metric["Expression"] for metric in alarm.get("Metrics", []) if "Expression" in metric]
        if expressions and (expressions != ["SUM(METRICS())"] or alarm["EvaluationPeriods"] < 3 or alarm["DatapointsToAlarm"] != 1):
            yield f"{name}: {expressions}, {alarm.get('DatapointsToAlarm')} of {alarm['EvaluationPeriods']}"
    retries = properties(template, "RetriesAlarm")
    if (retries["Period"], retries["DatapointsToAlarm"], retries["EvaluationPeriods"]) != (900, 3, 4):
        yield "RetriesAlarm goes off for single retries, or too late"


def a_callers_typo(template):
    """Lambda makes at most three attempts of one request, within three minutes: that is in two periods of five minutes."""
    errors = properties(template, "FunctionErrorsAlarm")
    if (errors["Period"], errors.get("DatapointsToAlarm"), errors["EvaluationPeriods"]) != (300, 3, 12):
        yield "FunctionErrorsAlarm goes off for the typo of a direct caller, or too late"


def metrics_sent(state):
    """The function's own metrics, with this FlowCheckState and without requests for checks."""
    return CUSTOM_METRICS | (CHECK_METRICS if state == "ENABLED" else set())


def monitoring_cost(template):
    filters = [m for f in of_type(template, "AWS::Logs::MetricFilter").values() for m in f["MetricTransformations"]]
    for state in STATES:
        alarms_on = [metric for alarm in created(template, "AWS::CloudWatch::Alarm", state).values() for metric in alarm_metrics(template, alarm)]
        metrics = len(metrics_sent(state)) + len(filters)
        cents = CUSTOM_METRIC * metrics + ALARM_METRIC * len(alarms_on)
        if cents > MOST[state]:
            yield f"checks {state}: {metrics} custom metrics and {len(alarms_on)} metrics in alarms cost {cents} cents a month"


def the_dashboard(template):
    """It shows every metric that is paid for, every alarm, and the way to the runbook."""
    questions = ["Is the metadata fresh?", "Does something fail?", "Is something throttled?", "How many calls are made and saved?"]
    yield from the_dashboard_with(template, "DISABLED", questions)
    yield from the_dashboard_with(template, "ENABLED", [*questions, "Do flows fit what they read and write?"])


def the_dashboard_with(template, state, questions):
    widgets, alarms_there = dashboard(template, state), created(template, "AWS::CloudWatch::Alarm", state)
    read = {name for widget in widgets for namespace, name, _ in widget_metrics(widget) if namespace == NAMESPACE}
    read |= {name for alarm in alarms_there.values() for namespace, name, _ in alarm_metrics(template, alarm) if namespace == NAMESPACE}
    for name in sorted(read ^ metrics_sent(state)):
        yield f"{name} is not read" if name in metrics_sent(state) else f"the function does not send {name}"
    if widgets[0]["type"] != "text" or "${RunbookUrl}#runbook" not in widgets[0]["properties"]["markdown"]:
        yield "its first line does not lead to the runbook"
    shown = sorted(arn for widget in widgets if widget["type"] == "alarm" for arn in widget["properties"]["alarms"])
    if shown != sorted(f"${{{name}.Arn}}" for name in alarms_there):
        yield f"it shows the alarms {shown}"
    for question in questions:
        if not any(widget["properties"].get("title", "").startswith(question) for widget in widgets):
            yield f"it does not answer: {question}"
    for widget in widgets:
        for _, name, options in widget_metrics(widget):
            if name in ("RequestAge", "ApproximateAgeOfOldestMessage") and options.get("visible", True):
                yield f"{name} is not shown in minutes, by an expression"


def parameters_are_described(template):
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    if sorted(grouped) != sorted(template["Parameters"]) or sorted(interface["ParameterLabels"]) != sorted(template["Parameters"]):
        yield "a parameter has no group or no label, or a group or label names a parameter that does not exist"
    for name, parameter in template["Parameters"].items():
        if "Default" not in parameter or "Description" not in parameter:
            yield f"{name} has no default or no description"
        if not {"AllowedValues", "AllowedPattern", "MinValue"} & parameter.keys():
            yield f"{name} has no constraint"


def no_account_and_no_credentials(template):
    for node in walk(template):
        if isinstance(node, str) and re.search(r"(?<![0-9])[0-9]{12}(?![0-9])|AKIA|ASIA|-----BEGIN", node):
            yield node


def function_settings(template):
    function = properties(template, FUNCTION)
    for member, expected in {
        "Runtime": "java25",
        "Architectures": ["arm64"],
        "SnapStart": {"ApplyOn": "PublishedVersions"},
        "TracingConfig": {"Mode": "Active"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": {"Ref": "FunctionLogGroup"}},
        "RecursiveLoop": "Terminate",
    }.items():
        if function.get(member) != expected:
            yield f"{member} is {function.get(member)}"
    if "RetentionInDays" not in properties(template, "FunctionLogGroup"):
        yield "its log has no retention"


# ---- How to break each of them


def setting(name, *path):
    """Sets the property of a resource at a path to a value: the last argument."""
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
    ("the visibility timeout is 6 function timeouts and the longest batch window", visibility_timeout, setting(FUNCTION, "Timeout", 121)),
    ("the dead-letter queue keeps messages longer than the request queue", retention, setting(REQUESTS, "MessageRetentionPeriod", 1209600)),
    ("function and redrive policy have the same number of receives", receive_count, setting(REQUESTS, "RedrivePolicy", "maxReceiveCount", 12)),
    ("everything sends its dead letters to the same queue", one_dead_letter_queue, setting(FUNCTION, "DeadLetterConfig", "TargetArn", arn(REQUESTS))),
    ("both queues deny access without TLS", only_over_tls, lambda t: properties(t, "DeadLetterQueuePolicy")["PolicyDocument"]["Statement"].pop(0)),
    (
        "the queue policies allow only the stack's own rules, and what SenderArns names, to send",
        allowed_senders,
        first_of("AWS::SQS::QueuePolicy", lambda policy: policy["PolicyDocument"]["Statement"][1].pop("Condition")),
    ),
    (
        "without SenderArns the queue policies have no statement for other senders",
        allowed_senders,
        first_of("AWS::SQS::QueuePolicy", lambda policy: policy["PolicyDocument"]["Statement"].append(policy["PolicyDocument"]["Statement"].pop()["Fn::If"][1])),
    ),
    ("all rules target the request queue and set their retries", rules_target_the_request_queue, setting("FlowReportsRule", "Targets", 0, "Arn", {"Ref": ALIAS})),
    ("no rule matches the function's own calls", no_rule_matches_the_functions_calls, setting("ProfileChangesRule", "EventPattern", "detail", {})),
    (
        "no rule matches the reports that AppFlow sends every five minutes",
        no_rule_matches_periodic_reports,
        lambda t: properties(t, "FlowReportsRule")["EventPattern"]["detail-type"].append("AppFlow Event Flow Report"),
    ),
    (
        "the event source mapping invokes the alias, without a filter, and reads batch item failures",
        event_source,
        first_of("AWS::Lambda::EventSourceMapping", lambda mapping: mapping.pop("FunctionResponseTypes")),
    ),
    ("the schedule invokes the alias with the default request", schedule, setting("Schedule", "Target", "Arn", {"Ref": FUNCTION})),
    (
        "FlowCheckState adds a check of each flow every day, and of a flow after a failed run",
        checks_of_flows,
        lambda t: properties(t, "FailedRunsRule")["Targets"].append(properties(t, "FailedRunsRule")["Targets"].pop()["Fn::If"][1]),
    ),
    (
        "by default only the rule for failed runs is enabled",
        default_states_of_the_rules,
        lambda t: t["Parameters"]["FlowChangesRuleState"].update(Default="ENABLED"),
    ),
    (
        "a change of any parameter that the function uses publishes a version",
        changed_parameters_publish_a_version,
        first_of("AWS::Lambda::Version", lambda version: version.update(Description={"Fn::Sub": "${MaxReceiveCount}"})),
    ),
    (
        "the description of a version is not too long with the longest parameters",
        changed_parameters_publish_a_version,
        lambda t: t["Parameters"]["ConnectorProfilePattern"].update(MaxLength=256),
    ),
    (
        "roles name their actions and resources, without wildcards where the action supports it",
        least_privilege,
        lambda t: properties(t, "FunctionRole")["Policies"][0]["PolicyDocument"]["Statement"][4].update(Resource="*"),
    ),
    (
        "IAM allows only the profiles of ConnectorProfilePattern, and denies those of ExcludedProfilePattern",
        profiles_by_pattern,
        lambda t: properties(t, "FunctionRole")["Policies"][0]["PolicyDocument"]["Statement"][0].update(Resource={"Fn::Sub": "arn:connectorprofile/*"}),
    ),
    (
        "IAM allows only events with the source of reports, on the event bus of EventBusName",
        reports,
        lambda t: next(s for _, s in role_statements(t) if "events:PutEvents" in many(s["Action"])).pop("Condition"),
    ),
    ("every role can have a permissions boundary", permissions_boundary, lambda t: properties(t, "ScheduleRole").pop("PermissionsBoundary")),
    (
        "parameters that are empty by default have no effect",
        empty_parameters_have_no_effect,
        lambda t: t["Conditions"].update(HasSenders={"Fn::Not": [{"Fn::Equals": [{"Ref": "SenderArns"}, "none"]}]}),
    ),
    ("a rule refuses large batches without a window", large_batches, lambda t: t["Parameters"]["BatchWindowSeconds"].update(Default=0)),
    ("a rule refuses regions that have no AppFlow", regions, lambda t: t["Parameters"]["AppFlowRegions"].update(Default="us-east-1,eu-north-1")),
    (
        "parameters refuse wrong values, and requests that lost their quotation marks",
        accepted_values,
        lambda t: t["Parameters"]["ScheduledRequest"].update(AllowedPattern=r"\{.*\}"),
    ),
    (
        "with a KMS key, queues and log can be used, and messages of the previous key can be read",
        keys,
        lambda t: properties(t, "FunctionRole")["Policies"][0]["PolicyDocument"]["Statement"].pop(),
    ),
    ("every metric that needs an alarm has one, which notifies the topic and links to its runbook", alarms, lambda t: t["Resources"].pop("RetriesAlarm")),
    ("no alarm is paid for a rule that is disabled by default", disabled_rules, lambda t: t["Conditions"].update(FlowReportsRuleIsEnabled={"Fn::Equals": ["", ""]})),
    ("alarms wait for metrics that come late", late_metrics, setting("LostDeliveriesAlarm", "Metrics", 0, "Expression", "SUM(FILL(METRICS(), 0))")),
    ("a single request that a direct caller got wrong sets off no alarm", a_callers_typo, setting("FunctionErrorsAlarm", "DatapointsToAlarm", 2)),
    (
        "custom metrics and alarms cost at most $3.00 a month, and $3.70 with checks of flows",
        monitoring_cost,
        lambda t: t["Resources"].update(Another=t["Resources"]["RetriesAlarm"]),
    ),
    (
        "the dashboard has all alarms and metrics, and leads to the runbook",
        the_dashboard,
        lambda t: the(t, "AWS::CloudWatch::Dashboard").update(
            DashboardBody={"Fn::Sub": [part.replace('"Duplicates"', '"Splits"') if isinstance(part, str) else part for part in the(t, "AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Sub"]]}
        ),
    ),
    ("every parameter has a default, a description, a constraint, a group and a label", parameters_are_described, lambda t: t["Parameters"]["BatchSize"].pop("Description")),
    ("the template contains no account ID and no credentials", no_account_and_no_credentials, lambda t: t.update(Description="in 111122223333")),
    ("the function has its runtime, SnapStart, tracing, log and loop detection", function_settings, setting(FUNCTION, "Architectures", ["x86_64"])),
]

# The same, of the template before SAM's transform.
SOURCE_CHECKS = [
    (
        "a change of the function's timeout, memory or environment publishes a version",
        changed_properties_publish_a_version,
        setting(FUNCTION, "AutoPublishAliasAllProperties", False),
    ),
]


def main(path, target):
    source, template = read(path), transformed(path)
    with open(target, "w", encoding="utf-8") as file:
        json.dump(template, file, indent=2)
    held = True
    for checked, (claim, check, break_it) in [*((template, c) for c in CHECKS), *((source, c) for c in SOURCE_CHECKS)]:
        problems = list(check(checked))
        broken = copy.deepcopy(checked)
        break_it(broken)
        if not list(check(broken)):
            problems.append("the check does not find the mistake in a broken template")
        held &= report(claim, problems)
    return held


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
