"""What `sam build` leaves: the function and what it needs to run, and nothing else.

usage: artifact.py BUILT_TEMPLATE TEST_CLASSES

TEST_CLASSES is the folder of the compiled tests.
"""

import pathlib
import sys

from checks import report
from samcli.yamlhelper import yaml_parse

# Where the function's libraries come from: another one is a decision, to be made here too.
GROUPS = (
    "com.amazonaws.aws-lambda-java-",
    "com.fasterxml.jackson.core.",
    "org.crac.",
    "org.reactivestreams.",
    "org.slf4j.",
    "software.amazon.awssdk.",
    "software.amazon.eventstream.",
)

# The smaller, the quicker a start; Lambda takes 262 MB.
LARGEST = 20_000_000


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def the_handler_is_there(artifact, handler):
    if not (artifact / f"{handler.split('::')[0].replace('.', '/')}.class").is_file():
        yield f"no class for {handler}"


def libraries_are_known(artifact):
    libraries = sorted(path.name for path in (artifact / "lib").iterdir())
    for prefix in GROUPS:
        if not any(name.startswith(prefix) for name in libraries):
            yield f"none of {prefix}: the list in this check is wrong"
    for name in libraries:
        if not name.startswith(GROUPS):
            yield name


def no_tests(artifact, test_classes):
    tests = files(test_classes)
    if not tests:
        yield f"{test_classes} is empty: there is nothing to compare with"
    for name in sorted(files(artifact) & tests):
        yield name


def small(artifact):
    size = sum(path.stat().st_size for path in artifact.rglob("*") if path.is_file())
    if size > LARGEST:
        yield f"{size} bytes"


def main(built_template, test_classes):
    template = pathlib.Path(built_template)
    function = yaml_parse(template.read_text())["Resources"]["MetadataResetFunction"]["Properties"]
    artifact = template.parent / function["CodeUri"]
    verdicts = [
        report("the artifact holds the handler that the template names", the_handler_is_there(artifact, function["Handler"])),
        report("its libraries are those that the function needs to run", libraries_are_known(artifact)),
        report("it holds no tests", no_tests(artifact, pathlib.Path(test_classes))),
        report("it is small", small(artifact)),
    ]
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
