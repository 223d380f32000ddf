"""Checks the container image, without a container engine: its Dockerfile copies the files of the zip, and its template differs from
template.yaml only in the package.

usage: image.py FOLDER BUILT_TEMPLATE IMAGE_TEMPLATE

Follows src/image/Dockerfile in FOLDER. BUILT_TEMPLATE is what `sam build` leaves, IMAGE_TEMPLATE what src/image/template prints.
"""

import filecmp
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

from checks import report
from samcli.yamlhelper import yaml_parse
from template import FUNCTION, transformed

REPOSITORY = pathlib.Path(__file__).parent.parent
TEMPLATE = REPOSITORY / "template.yaml"
TASK_ROOT = "/var/task"

OF_A_ZIP = {"Code", "Handler", "Runtime"}
OF_AN_IMAGE = {"Code", "PackageType"}
# SAM copies the metadata of the function to all resources that it generates from it.
IMAGE_METADATA = {"Dockerfile", "DockerContext", "DockerTag"}


def copy(source, target):
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)


def laid_out(dockerfile, folder):
    """Executes the stages of a Dockerfile. Returns the base of the last one, its root folder and its command."""
    shutil.rmtree(folder, ignore_errors=True)
    stages, base, command = {}, None, None
    stage = directory = None

    def inside(path):
        return stage / (directory / path.replace("${LAMBDA_TASK_ROOT}", TASK_ROOT)).relative_to("/")

    for line in dockerfile.read_text().splitlines():
        match shlex.split(line, comments=True):
            case []:
                pass
            case ["FROM", base, *name]:
                stage, directory = folder / str(len(stages)), pathlib.PurePosixPath("/")
                stages["".join(name[1:])] = stage
            case ["WORKDIR", path]:
                directory = pathlib.PurePosixPath(path)
                inside(".").mkdir(parents=True)
            case ["COPY", source, target]:
                copy(REPOSITORY / source, inside(target))
            case ["COPY", option, source, target]:
                copy(stages[option.removeprefix("--from=")] / source.lstrip("/"), inside(target))
            case ["RUN", *arguments]:
                ran = subprocess.run(arguments, cwd=inside("."), capture_output=True, text=True, check=False)
                if ran.returncode != 0:
                    raise SystemExit(ran.stdout + ran.stderr)
            case ["CMD", _]:
                command = json.loads(line.removeprefix("CMD "))
            case _:
                raise SystemExit(f"{dockerfile}: this check does not support the instruction: {line}")
    return base, stage, command


def files(folder):
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


def same_files(image, artifact):
    ours, theirs = files(image), files(artifact)
    if not theirs:
        yield f"{artifact} is empty: there is nothing to compare with"
    yield from (f"only in the image or only in the zip: {name}" for name in sorted(ours ^ theirs))
    yield from (f"differs: {name}" for name in sorted(ours & theirs) if not filecmp.cmp(image / name, artifact / name, shallow=False))


def runs_what_the_template_names(base, command):
    function = yaml_parse(TEMPLATE.read_text())["Resources"][FUNCTION]["Properties"]
    if base != function["Runtime"].replace("java", "public.ecr.aws/lambda/java:"):
        yield f"its base is {base}, for {function['Runtime']}"
    if command != [function["Handler"]]:
        yield f"its command is {command}, for {function['Handler']}"


def without(names, members):
    return {name: member for name, member in members.items() if name not in names}


def differs_only_by_the_package(image_template):
    """Both as CloudFormation gets them. A version is named after the properties of its function."""
    both = []
    for path, names, metadata in ((TEMPLATE, OF_A_ZIP, set()), (image_template, OF_AN_IMAGE, IMAGE_METADATA)):
        template = json.loads(re.sub(rf"({FUNCTION}Version)[0-9a-f]{{10}}", r"\1", json.dumps(transformed(path))))
        resources = template.pop("Resources")
        function = resources[FUNCTION]
        missing = (names - function["Properties"].keys()) | (metadata - function["Metadata"].keys())
        yield from (f"{path}: no {name}" for name in sorted(missing))
        function["Properties"] = without(names, function["Properties"])
        for resource in resources.values():
            resource["Metadata"] = without(metadata, resource.get("Metadata", {}))
        both.append(resources | template)
    zipped, image = both
    yield from (f"{name} differs" for name in sorted(zipped.keys() | image.keys()) if zipped.get(name) != image.get(name))


def main(folder, built_template, image_template):
    base, root, command = laid_out(REPOSITORY / "src/image/Dockerfile", pathlib.Path(folder).resolve())
    artifact = pathlib.Path(built_template).parent / FUNCTION
    verdicts = [
        report("the image contains the files of the zip", same_files(root / TASK_ROOT.lstrip("/"), artifact)),
        report("the image has the runtime and the handler that the template names", runs_what_the_template_names(base, command)),
        report("the image's template differs only in the package", differs_only_by_the_package(image_template)),
    ]
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
