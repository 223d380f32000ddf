"""Checks that each command in the GitHub workflows is a script that .ci/run runs too.

usage: workflows.py WORKFLOW...
"""

import os
import pathlib
import re
import shlex
import sys

import ruamel.yaml

from checks import report

ROOT = pathlib.Path(__file__).parent.parent


def steps(workflow):
    for job in ruamel.yaml.YAML(typ="safe").load(workflow)["jobs"].values():
        yield from job["steps"]


def is_run_here(script):
    """Whether .ci/run runs it, outside its comments."""
    code = re.sub(r"(?m)^\s*#.*$", "", (ROOT / ".ci/run").read_text())
    return script == ".ci/run" or re.search(rf"(?<![\w/.-]){re.escape(script)}(?![\w.-])", code)


def not_checked_here(workflow):
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    if not commands:
        yield "no step runs a command: there is nothing to check"
    for command in commands:
        script = shlex.split(command)[0]
        if len(command.strip().splitlines()) > 1 or re.search(r"[;&|<>`]|\$\(|\$\{\{", command):
            yield f"this is not the call of a single script: {command.strip()}"
        elif not script.startswith(".ci/") or not os.access(ROOT / script, os.X_OK):
            yield f"this is not an executable script in .ci: {script}"
        elif not is_run_here(script):
            yield f".ci/run does not run this script: {script}"


def main(*workflows):
    verdicts = [
        report(f"each command of {path.name} is a script that .ci/run runs", not_checked_here(path))
        for path in map(pathlib.Path, workflows)
    ]
    return bool(verdicts) and all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
