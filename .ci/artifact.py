"""The artifact of `sam build` contains the function and its libraries, and nothing else.

usage: artifact.py BUILT_TEMPLATE TEST_CLASSES

TEST_CLASSES is the folder with the compiled tests.
"""

import pathlib
import sys

from checks import report
from samcli.yamlhelper import yaml_parse

# The groups of the libraries that the function needs. Add the group of a new library here.
GROUPS = (
    "com.amazonaws.aws-lambda-java-",
    "com.fasterxml.jackson.core.",
    "org.crac.",
    "org.reactivestreams.",
    "org.slf4j.",
    "software.amazon.awssdk.",
    "software.amazon.eventstream.",
)

# A small artifact starts faster. Lambda's limit is 262 MB.
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
            yield f"no library has the prefix {prefix}: remove it from this list"
    for name in libraries:
        if not name.startswith(GROUPS):
            yield name


def no_test_classes(artifact, test_classes):
    tests = files(test_classes)
    if not tests:
        yield f"{test_classes} is empty, so nothing can be compared"
    for name in sorted(files(artifact) & tests):
        yield name


def size_is_within_the_limit(artifact):
    size = sum(path.stat().st_size for path in artifact.rglob("*") if path.is_file())
    if size > LARGEST:
        yield f"{size} bytes; the limit is {LARGEST}"


def main(built_template, test_classes):
    template = pathlib.Path(built_template)
    function = yaml_parse(template.read_text())["Resources"]["MetadataResetFunction"]["Properties"]
    artifact = template.parent / function["CodeUri"]
    results = [
        report("the artifact contains the handler that the template names", the_handler_is_there(artifact, function["Handler"])),
        report("it contains only libraries that the function needs", libraries_are_known(artifact)),
        report("it contains no test classes", no_test_classes(artifact, pathlib.Path(test_classes))),
        report("it is smaller than 20 MB", size_is_within_the_limit(artifact)),
    ]
    return all(results)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
