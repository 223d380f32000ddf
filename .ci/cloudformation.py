"""The template of a release that needs no transform: template.yaml after SAM's, with the bucket and the key of the package as
parameters. StackSets refuse transforms, with service-managed permissions and their default role
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-custom-execution-role.html).

usage: cloudformation.py write TEMPLATE PACKAGE TARGET
       cloudformation.py check TEMPLATE PACKAGE TARGET
"""

import copy
import hashlib
import json
import pathlib
import re
import sys

from checks import report
from template import FUNCTION, parameters_are_described, properties, read, transform

# CloudFormation takes a longer template only from a bucket.
LARGEST = 51_200


def without_transform(template, package):
    """The hash in the version's logical ID covers the location of the package: here, the hash of its contents. So a release publishes a
    version, although its parameters have the same names as before."""
    result = transform(copy.deepcopy(template), code=f"s3://artifacts/{hashlib.sha256(package.read_bytes()).hexdigest()}")
    parameters = {
        "ArtifactBucket": {
            "Type": "String",
            "AllowedPattern": "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
            "Description": "The S3 bucket with the package of this release. It must be in the region of the stack.",
        },
        "ArtifactKey": {
            "Type": "String",
            "Default": package.name,
            "AllowedPattern": ".+",
            "Description": "The key of the package of this release in the bucket.",
        },
    }
    result["Parameters"] = parameters | result["Parameters"]
    interface = result["Metadata"]["AWS::CloudFormation::Interface"]
    interface["ParameterGroups"].insert(0, {"Label": {"default": "Package"}, "Parameters": list(parameters)})
    interface["ParameterLabels"] |= {"ArtifactBucket": {"default": "Bucket of the package"}, "ArtifactKey": {"default": "Key of the package"}}
    properties(result, FUNCTION)["Code"] = {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ArtifactKey"}}
    return result


def write(template, package, target):
    text = json.dumps(without_transform(read(template), pathlib.Path(package)), separators=(",", ":"))
    pathlib.Path(target).write_text(text + "\n", encoding="utf-8")


def same_resources(source, released):
    """As SAM transforms them. A version is named after the package and the properties of its function."""
    ours, sams = (
        json.loads(re.sub(rf"({FUNCTION}Version)[0-9a-f]{{10}}", r"\1", json.dumps(template)))["Resources"]
        for template in (released, transform(copy.deepcopy(source)))
    )
    code = ours[FUNCTION]["Properties"].pop("Code")
    del sams[FUNCTION]["Properties"]["Code"]
    yield from (f"{name} differs" for name in sorted(ours.keys() | sams.keys()) if ours.get(name) != sams.get(name))
    if code != {"S3Bucket": {"Ref": "ArtifactBucket"}, "S3Key": {"Ref": "ArtifactKey"}}:
        yield f"the package is {code}"


def no_transform(source, released):
    if "Transform" in released:
        yield f"Transform: {released['Transform']}"
    yield from (f"{name}: {r['Type']}" for name, r in released["Resources"].items() if r["Type"].startswith("AWS::Serverless::"))
    if released.keys() != source.keys() - {"Transform"}:
        yield f"its sections are {sorted(released)}"


def parameters(source, released):
    if released["Parameters"].keys() - source["Parameters"].keys() != {"ArtifactBucket", "ArtifactKey"}:
        yield f"they are {sorted(released['Parameters'])}"
    yield from (f"{name} differs" for name in source["Parameters"] if released["Parameters"].get(name) != source["Parameters"][name])
    # There is no default for a bucket.
    described = copy.deepcopy(released)
    described["Parameters"]["ArtifactBucket"]["Default"] = ""
    yield from parameters_are_described(described)


def terraform(source, released):
    """The example in the pages parses, and gives each parameter that has no default."""
    import hcl2  # only .ci/run installs it

    page = pathlib.Path("docs/operations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```hcl\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (resource,) = hcl2.loads(example)["resource"]
    (stack,) = resource['"aws_cloudformation_stack"'].values()
    required = {name for name, parameter in released["Parameters"].items() if "Default" not in parameter}
    if not required <= stack["parameters"].keys() <= released["Parameters"].keys():
        yield f"it gives {sorted(stack['parameters'])}"
    if stack["capabilities"] != ['"CAPABILITY_IAM"'] or "cloudformation.json" not in stack["template_body"]:
        yield f"it has {stack['capabilities']} and {stack['template_body']}"


def version_id(released):
    return [name for name, resource in released["Resources"].items() if resource["Type"] == "AWS::Lambda::Version"]


def check(template, package, target):
    source, path = read(template), pathlib.Path(target)
    released = json.loads(path.read_text(encoding="utf-8"))
    verdicts = []
    for claim, find, break_it in [
        ("the release's template for CloudFormation needs no transform", no_transform, lambda t: t.update(Transform="AWS::Serverless-2016-10-31")),
        ("it has the resources of SAM's transform", same_resources, lambda t: t["Resources"].pop("RetriesAlarm")),
        ("it has the parameters of template.yaml, and those of the package", parameters, lambda t: t["Parameters"].pop("ArtifactKey")),
        ("the Terraform example parses, and gives its parameters", terraform, lambda t: t["Parameters"].pop("ConnectorProfilePattern")),
    ]:
        problems = list(find(source, released))
        broken = copy.deepcopy(released)
        break_it(broken)
        if not list(find(source, broken)):
            problems.append("the check does not find the mistake in a broken template")
        verdicts.append(report(claim, problems))
    size = path.stat().st_size
    verdicts.append(report("it is short enough for --template-body", [] if size <= LARGEST else [f"{size} bytes"]))
    # Another file in place of the package.
    same, other = (version_id(without_transform(source, pathlib.Path(file))) for file in (package, template))
    verdicts.append(report("another package publishes another version", [] if same == version_id(released) != other else [f"{version_id(released)}, {other}"]))
    return all(verdicts)


if __name__ == "__main__":
    mode, *arguments = sys.argv[1:]
    if mode == "write":
        write(*arguments)
    else:
        sys.exit(0 if check(*arguments) else 1)
