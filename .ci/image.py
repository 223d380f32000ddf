"""The container image, laid out in a folder: it holds what it should, its AOT cache is used, and never with another build.

usage: image.py FOLDER TEST_CLASSPATH template.yaml IMAGE_TEMPLATE

FOLDER is what src/image/assemble and src/image/train leave; IMAGE_TEMPLATE is what src/image/template prints. Each check starts the
image's own entry point, between a Runtime API and the AppFlow emulator of the tests.

Environment: JAVA (the java with which FOLDER was trained), LOGS (a folder).
"""

import contextlib
import http.server
import json
import os
import pathlib
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile

from checks import report
from deployment import CREDENTIALS, REPOSITORY, AppFlow, unless
from samcli.yamlhelper import yaml_parse
from template import FUNCTION, transformed

JAVA = pathlib.Path(os.environ["JAVA"])
FILES = {
    "bootstrap",
    "function.aot",
    "function.aot.tie",
    "function.jar",
    "jvm.options",
    "libaws-crt-jni.so",
    "libaws-lambda-jni.so",
}
EVENT = json.dumps({"connectorProfileName": "crm-prod", "connectorType": "Salesforce", "connectorEntityName": "Account"}).encode()
HANDLER_CLASS = "io/github/metadatareset/MetadataResetHandler.class"

# Loaded by name and from nowhere else than the class path: not the hidden classes that lambdas become.
CLASS_LOADED = re.compile(r"(?P<name>(?:io\.github\.metadatareset|software\.amazon\.awssdk)\.[\w.$]+) source: (?P<source>.*)")
# Of a hundred such classes, those that need not come from the cache.
EXCEPTIONS = 2

# What the function has as a zip, and as an image.
OF_A_ZIP = {"Code", "Handler", "Runtime", "SnapStart"}
OF_AN_IMAGE = {"Code", "PackageType"}
# SAM gives the metadata of the function to all that it makes of it.
IMAGE_METADATA = {"Dockerfile", "DockerContext", "DockerTag"}

ANOTHER_BUILD = """
package io.github.metadatareset;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

public final class MetadataResetHandler implements RequestStreamHandler {
  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
    output.write("{\\"build\\":\\"another\\"}".getBytes());
  }
}
"""


class RuntimeApi(http.server.ThreadingHTTPServer):
    """Lambda's Runtime API, which gives one event. What the runtime reports goes into `reports`, with the end of its path."""

    daemon_threads = True

    def __init__(self, event):
        super().__init__(("127.0.0.1", 0), Invocation)
        self.events, self.reports = queue.Queue(), queue.Queue()
        self.events.put(event)


class Invocation(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        event = self.server.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "request")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() + 60) * 1000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:metadata-reset")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.reports.put((self.path.rsplit("/", 1)[1], body))

    def log_message(self, *_):
        """Says nothing."""


class Image:
    def __init__(self, appflow, template):
        self.appflow = appflow
        variables = template["Resources"][FUNCTION]["Properties"]["Environment"]["Variables"]
        self.tool_options = variables["JAVA_TOOL_OPTIONS"]
        self.handler = template["Resources"][FUNCTION]["Properties"]["Handler"]

    def answer(self, name, folder, *java_options):
        """What the function in the folder answers to EVENT, or how it ended; what it printed; and the sources of its classes."""
        log, classes = [pathlib.Path(os.environ["LOGS"], f"image-{name}{suffix}").resolve() for suffix in (".log", ".classes")]
        tool_options = [self.tool_options, f"-Xlog:class+load:file={classes}", *java_options]
        with RuntimeApi(EVENT) as api, open(log, "wb") as output:
            threading.Thread(target=api.serve_forever, daemon=True).start()
            environment = CREDENTIALS | {
                "AWS_ENDPOINT_URL_APPFLOW": self.appflow.url,
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
                "AWS_LAMBDA_FUNCTION_NAME": "metadata-reset",
                "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
                "CONNECTOR_PROFILE_PATTERN": "*",
                "DEAD_LETTER_QUEUE_URL": "http://127.0.0.1:1/111122223333/dead-letters",
                "JAVA_TOOL_OPTIONS": " ".join(tool_options),
                "LAMBDA_TASK_ROOT": str(folder),
                "MAX_CALLS_PER_EVENT": "1000",
                "MAX_CONCURRENT_CALLS": "8",
                "MAX_RECEIVE_COUNT": "12",
                "PATH": f"{JAVA.parent}:{os.environ['PATH']}",
                "REQUEST_QUEUE_URL": "http://127.0.0.1:1/111122223333/requests",
            }
            command = [folder / "bootstrap", self.handler]
            running = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd="/")
            threading.Thread(target=lambda: api.reports.put(("ended", str(running.wait()).encode())), daemon=True).start()
            try:
                kind, body = api.reports.get(timeout=60)
            finally:
                running.terminate()
                running.wait(20)
                api.shutdown()
        answer = json.loads(body) if kind == "response" else f"{kind}: {body.decode(errors='replace')}"
        loaded = [CLASS_LOADED.search(line) for line in classes.read_text().splitlines()] if classes.exists() else []
        return answer, log.read_text(errors="replace"), {each["name"]: each["source"] for each in loaded if each}

    def resets(self, name, folder, *java_options):
        """The same, with what is wrong if the function does not do its work."""
        self.appflow.forget()
        answer, log, classes = self.answer(name, folder, *java_options)
        reset = isinstance(answer, dict) and answer.get("reset") == 1 and self.appflow.resets() == [("crm-prod", "Account")]
        return unless(reset, f"it answers {answer}, and AppFlow got {self.appflow.resets()}: {log[-2000:]}"), log, classes


def from_cache(classes):
    return {name for name, source in classes.items() if source.startswith("shared objects file")}


def holds_its_files(folder, test_classes):
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    if there != FILES:
        yield f"missing: {sorted(FILES - there)}; not known: {sorted(there - FILES)}"
    with zipfile.ZipFile(folder / "function.jar") as jar:
        names = set(jar.namelist())
    tests = {path.relative_to(test_classes).as_posix() for path in test_classes.rglob("*.class")}
    if not tests or HANDLER_CLASS not in names:
        yield f"there is nothing to compare with in {test_classes}, or no handler in function.jar"
    yield from sorted(names & tests)
    yield from sorted(name for name in names if name.endswith((".so", "module-info.class", ".SF", ".RSA", ".DSA")))


def starts_the_handler(image):
    command = f'CMD ["{image.handler}"]'
    dockerfile = (REPOSITORY / "src/image/Dockerfile").read_text()
    return unless(command in dockerfile.splitlines(), f"the Dockerfile does not say {command}")


def is_accepted(image, folder):
    """With AOTMode=on a JVM that cannot use the cache ends."""
    problems, log, _ = image.resets("accepted", folder, "-XX:AOTMode=on")
    return problems + unless("[warning]" not in log and "[error]" not in log, log)


def gives_the_classes(image, folder):
    problems, _, classes = image.resets("classes", folder)
    others = sorted(classes.keys() - from_cache(classes))
    print(f"          {len(classes)} classes, of which {len(others)} are not from the cache", flush=True)
    if len(classes) < 100:
        problems.append(f"{len(classes)} classes: the check does not see them")
    return problems + unless(len(others) * 100 <= EXCEPTIONS * len(classes), f"not from the cache: {others}")


def is_left_by_another_jvm(image, folder):
    """The cache says in its head which JVM made it."""
    cache = folder / "function.aot"
    content = bytearray(cache.read_bytes())
    identity = content.index(b"Server VM (")
    content[identity : identity + 6] = b"Severe"
    cache.write_bytes(content)
    problems, _, classes = image.resets("another-jvm", folder)
    forced, *_ = image.answer("another-jvm-forced", folder, "-XX:AOTMode=on")
    problems += unless(forced == "ended: 1", f"the check that the JVM accepts the cache would not notice: {forced}")
    return problems + unless(classes and not from_cache(classes), f"from the cache: {sorted(from_cache(classes))}")


def replace_build(folder):
    """Puts another build of the function into the folder."""
    source = folder.with_suffix(".source")
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir()
    (source / "MetadataResetHandler.java").write_text(ANOTHER_BUILD)
    javac = [JAVA.with_name("javac"), "-cp", folder / "function.jar", "-d", source, source / "MetadataResetHandler.java"]
    subprocess.run(javac, check=True)
    replaced = source / "function.jar"
    with zipfile.ZipFile(folder / "function.jar") as old, zipfile.ZipFile(replaced, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry, (source / HANDLER_CLASS).read_bytes() if entry.filename == HANDLER_CLASS else old.read(entry))
    replaced.replace(folder / "function.jar")


def is_left_by_another_build(image, folder):
    answer, log, classes = image.answer("another-build", folder)
    problems = unless(answer == {"build": "another"}, f"it answers {answer}: {log[-2000:]}")
    problems += unless("made from another function.jar" in log, f"it does not say so: {log}")
    return problems + unless(not from_cache(classes), f"from the cache: {sorted(from_cache(classes))}")


def without_the_tie(image, folder):
    """What the tie is for: the JVM itself, given the cache of another build. Not a check, as another JVM may do better."""
    (folder / "function.aot.tie").unlink()
    answer, _, classes = image.answer("without-the-tie", folder, "-XX:AOTCache=function.aot")
    new = answer == {"build": "another"}
    found = "runs the new code" if new else "runs the OLD code" if isinstance(answer, dict) else f"does not run: {answer}"
    print(f"          without the tie the JVM {found}; {len(from_cache(classes))} classes come from the cache", flush=True)


def without(names, members):
    return {name: member for name, member in members.items() if name not in names}


def differs_only_by_what_a_zip_is(template, image_template):
    """Both as CloudFormation gets them. A version is named after the properties of its function."""
    resources, others = [], []
    for path, names in ((template, OF_A_ZIP), (image_template, OF_AN_IMAGE)):
        whole = json.loads(re.sub(rf"({FUNCTION}Version)[0-9a-f]{{10}}", r"\1", json.dumps(transformed(path))))
        function = whole["Resources"][FUNCTION]
        yield from (f"{path}: no {name}" for name in sorted(names - function["Properties"].keys()))
        if names is OF_AN_IMAGE:
            yield from (f"{path}: no {name}" for name in sorted(IMAGE_METADATA - function["Metadata"].keys()))
        function["Properties"] = without(names, function["Properties"])
        for resource in whole["Resources"].values():
            resource["Metadata"] = without(IMAGE_METADATA, resource.get("Metadata", {}))
        resources.append(whole["Resources"])
        others.append(without({"Resources"}, whole))
    zipped, image = resources
    yield from (f"{name} differs" for name in sorted(zipped.keys() | image.keys()) if zipped.get(name) != image.get(name))
    yield from unless(others[0] == others[1], "something beside the resources differs")


def main(folder, test_classpath, template, image_template):
    folder = pathlib.Path(folder).resolve()
    # The image has it in another place than that in which it was trained, too.
    copies = [folder.with_name(f"{folder.name}-{name}") for name in ("elsewhere", "another-jvm", "another-build")]
    for copy in copies:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy)
    elsewhere, other_jvm, other_build = copies
    replace_build(other_build)

    test_classes = pathlib.Path(test_classpath.split(":")[0])
    verdicts = [
        report("the image's template differs only by what a zip is", differs_only_by_what_a_zip_is(template, image_template)),
        report("the image holds its files, and no tests", holds_its_files(folder, test_classes)),
    ]
    with contextlib.ExitStack() as running:
        appflow = running.enter_context(AppFlow.started(test_classpath))
        image = Image(appflow, yaml_parse(pathlib.Path(template).read_text()))
        verdicts += [
            report("the image starts the handler that the template names", starts_the_handler(image)),
            report("the JVM accepts the image's AOT cache, and the function answers", is_accepted(image, elsewhere)),
            report("the function's and the SDK's classes come from the cache", gives_the_classes(image, elsewhere)),
            report("a cache that another JVM made is not used, and the function answers", is_left_by_another_jvm(image, other_jvm)),
            report("a cache of another build is not used: the new code answers", is_left_by_another_build(image, other_build)),
        ]
        without_the_tie(image, other_build)
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
