"""Checks the pages: the targets of their links exist, and so do the names in them.

usage: pages.py [ARTIFACT SBOM]

ARTIFACT is the folder of the function that `sam build` writes, SBOM is that of a release: with them the licences are checked too. Options of `sam` and
`aws` commands are checked if this Python has the SAM CLI, as in .ci/run. The last check is a test of the others: they have to find mistakes that it adds
to the pages.
"""

import fnmatch
import functools
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import zipfile
from collections import Counter
from xml.etree import ElementTree

os.environ.setdefault("CHECKS", os.devnull)

from checks import report  # noqa: E402

# The SAM CLI of this Python. It depends on botocore, which is then installed too.
SAM = pathlib.Path(sys.executable).parent / "sam"
if SAM.exists():
    import botocore.session
    from botocore import xform_name

ROOT = pathlib.Path(__file__).resolve().parent.parent
README_WORDS = 1000
LICENSES = "src/main/resources/META-INF/THIRD-PARTY-LICENSES.md"

# Words that only somebody who wrote this project would understand, and what to write instead.
PRIVATE_WORDS = {
    r"bury|buries|buried": "send to the dead-letter queue",
    r"mend(s|ed)?": "fix",
    r"coalesc\w+": "duplicate; equal requests are made once",
    r"letters lie|lies in the dead": "are in the dead-letter queue",
    r"rival|contestants?": "baseline, candidate",
    r"begets?": "recursive request",
    r"an alarm r[au]ng|rings": "goes off",
    r"causeIds?|CauseId": "correlationId",
    r"typing errors?": "typo",
}
# A changelog names what was renamed.
OLD_NAMES_ARE_FINE = {"CHANGELOG.md"}

PHASES = {"clean", "validate", "compile", "test-compile", "test", "package", "verify", "install"}
# Properties of Maven itself and of its plugins.
MAVEN_PROPERTIES = {"test", "skipTests", "maven.test.skip", "includeScope"}
# Options of every command, and options that the AWS CLI calls differently from the API.
AWS_OPTIONS = {"--query", "--output", "--region", "--profile", "--endpoint-url", "--no-cli-pager", "--cli-read-timeout", "--cli-input-json"} | {"--notification-endpoint"}
# Names in code that are not in the sources: APIs and products.
FOREIGN_NAMES = {"ERROR_CODE", "ErrorEquals", "FailedEntryCount", "FunctionError", "HttpURLConnection", "MaxConcurrency", "SnapStartNotReadyException", "SqsBatchMessageHandler"}


# ---- The project


class Project:
    """The pages, and the names that they may use."""

    def __init__(self):
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        self.files = {name for name in listed.split("\0") if name and (ROOT / name).exists()}
        self.folders = {str(parent) for name in self.files for parent in pathlib.PurePosixPath(name).parents}
        self.ignored = {line.strip("/") for line in self.text(".gitignore").split()}
        self.pages = {name: self.text(name) for name in sorted(self.files) if name.endswith(".md")}
        self.java = {name: without_comments(self.text(name)) for name in self.files if name.endswith(".java")}
        self.template = self.text("template.yaml")
        self.pom = self.text("pom.xml")
        self.schema = json.loads(self.text("src/main/resources/request.schema.json"))
        main = [text for name, text in self.java.items() if name.startswith("src/main/")]
        self.literals = {literal for text in main for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', text)}
        self.types = {
            name for text in self.java.values() for name in re.findall(r"\b(?:class|record|interface|enum)\s+([A-Z]\w*)", text)
        }
        self.tests = {pathlib.PurePosixPath(name).stem for name in self.java if name.startswith("src/test/")}
        self.words = set()
        for text in [*self.java.values(), self.template, self.pom, json.dumps(self.schema), self.text(".ci/cloudformation.py"), *self.state_machines()]:
            self.words.update(re.findall(r"[A-Za-z]\w*", text))

    def state_machines(self):
        return [self.text(name) for name in self.files if name.endswith(".asl.json")]

    def text(self, name):
        return (ROOT / name).read_text(encoding="utf-8")

    def section(self, name):
        """The names in a section of the template, each with its text."""
        body = re.search(rf"^{name}:\n(.*?)(?=^\S|\Z)", self.template, re.M | re.S).group(1)
        parts = re.split(r"^  (\w+):", body, flags=re.M)
        return dict(zip(parts[1::2], parts[2::2]))

    def default(self, parameter):
        found = re.search(r"^    Default: (.*)$", self.section("Parameters")[parameter], re.M).group(1)
        return found[1:-1] if found[0] in "'\"" else found

    def alarms(self):
        return {name for name, text in self.section("Resources").items() if "Type: AWS::CloudWatch::Alarm" in text}

    def queries(self):
        return set(re.findall(r"Name: !Sub \$\{AWS::StackName\}/(.+)", self.template))

    def variables(self):
        block = re.search(r"^        Variables:\n((?:          .*\n|\s*\n)+)", self.template, re.M).group(1)
        return set(re.findall(r"^          ([A-Z_]+):", block, re.M))

    def metrics(self):
        enums = [text for name, text in self.java.items() if name.startswith("src/main/") and name.endswith("/Metric.java")]
        return {name for text in enums for name in re.findall(r'^\s+[A-Z_]+\("(\w+)"', text, re.M)}

    def findings(self):
        """The kinds of findings of a check."""
        enums = [text for name, text in self.java.items() if name.startswith("src/main/") and name.endswith("/FindingKind.java")]
        return {kind for text in enums for kind in re.findall(r"^  ([A-Z_]+)\($", text, re.M)}

    def error_codes(self):
        """The function's own error codes."""
        return {
            code
            for name, text in self.java.items()
            if name.startswith("src/main/")
            for code in re.findall(r'(?:Failure\.\w+|permanent|refused)\(\s*"([A-Z][a-zA-Z]+)"', text)
            + (re.findall(r'String [A-Z_]+ = "([A-Z]\w+)"', text) if name.endswith("/RequestFailedException.java") else [])
        }

    def members(self):
        return set(self.schema["$defs"]["oneRequest"]["properties"]) | {"requests"}

    def actions(self, role):
        # Condition keys are in quotation marks, actions are not.
        return set(re.findall(r"(?<!\")\b((?:appflow|sqs|logs|xray|kms|lambda|events):\w+)\b", self.section("Resources")[role]))


def without_comments(java):
    return re.sub(r"^\s*//.*$", "", java, flags=re.M)


def prose(page):
    """A page without its blocks of code."""
    return re.sub(r"^(`{3,}).*?^\1\s*$", "", page, flags=re.M | re.S)


def spans(page):
    return [span.strip() for _, span in re.findall(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", prose(page), re.S)]


def blocks(page):
    """The code blocks with commands. Continued lines are joined."""
    found = re.findall(r"^```(\w*)\n(.*?)^```\s*$", page, re.M | re.S)
    return [re.sub(r"\\\n\s*", "", body) for language, body in found if language in ("", "bash", "sh")]


def table(page, heading):
    """The rows of the tables below a heading, up to the next one of any level, as lists of cells."""
    below = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", page, re.M | re.S)
    rows = re.findall(r"^\|(.+)\|\s*$", below.group(1), re.M) if below else []
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in rows]
    return [row for at, row in enumerate(cells) if not is_rule(row) and not (at + 1 < len(cells) and is_rule(cells[at + 1]))]


def is_rule(row):
    return all(re.fullmatch(r":?-+:?", cell) for cell in row)


def names(cell):
    return re.findall(r"`([^`]+)`", cell)


# ---- Links


def anchors(page):
    """The anchors that GitHub makes from headings."""
    seen, found = Counter(), set()
    for heading in re.findall(r"^#{1,6} (.+?)\s*$", prose(page), re.M):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
        found.add(slug if not seen[slug] else f"{slug}-{seen[slug]}")
        seen[slug] += 1
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', page))


def resolve(page_name, target):
    return os.path.normpath(os.path.join(os.path.dirname(page_name), target)) if target else page_name


def links(project):
    for name, page in project.pages.items():
        text = re.sub(r"`[^`\n]+`", lambda span: "`" * len(span.group()), prose(page))
        for link in re.findall(r"\]\(\s*<?([^)>\s]+)", text) + re.findall(r'<(?:img|a)[^>]+(?:src|href)="([^"]+)"', text):
            if re.match(r"[a-z]+:", link):
                if not link.startswith("https://"):
                    yield f"{name}: {link} is not https"
                continue
            target, _, anchor = link.partition("#")
            path = resolve(name, target)
            if path not in project.files and path not in project.folders:
                yield f"{name}: {link}: there is no {path}"
            elif anchor and anchor not in anchors(project.pages.get(path, "")):
                yield f"{name}: {link}: {path} has no such heading"


# ---- Commands


def commands(project):
    for name, page in project.pages.items():
        made = set()
        lines = [line for block in blocks(page) for line in block.splitlines()] + spans(page)
        for line in lines:
            made.update(re.findall(r">\s*(\S+)", line))
            for output in re.findall(r"\$\(output (\w+)\)", line):
                if output not in project.section("Outputs"):
                    yield f"{name}: the stack has no output {output}"
            for problem in command(project, line.strip(), made):
                yield f"{name}: {line.strip()[:100]}: {problem}"


def command(project, line, made):
    try:
        words = shlex.split(re.sub(r'"?\$\((?:[^()]|\([^()]*\))*\)"?', "SUBSTITUTED", line))
    except ValueError:
        return
    while words and words[0] in ("env", "do", "python3") or words and re.fullmatch(r"\w+=.*", words[0]):
        words = words[1:]
    if not words:
        return
    if words[0] in ("mvn", "./mvnw") and len(words) > 1:
        yield from maven(project, words[1:])
    elif words[0] == "sam" and len(words) > 1:
        yield from sam(project, words[1:], made)
    elif words[0] == "aws" and len(words) > 2:
        yield from aws(words[1:])
    elif re.match(r"(\.ci|src)/[\w./-]+$", words[0]) and words[0] not in project.folders:
        if words[0] not in project.files:
            yield f"there is no {words[0]}"
        elif len(words) > 1 and not words[0].endswith(".py") and not os.access(ROOT / words[0], os.X_OK):
            yield f"{words[0]} cannot be run"


def maven(project, words):
    for word in words:
        if word.startswith("-D"):
            property_name, _, value = word[2:].partition("=")
            if not (
                property_name in MAVEN_PROPERTIES
                or f"<{property_name}>" in project.pom
                or f"<name>{property_name}</name>" in project.pom
                or any(f'"{property_name}"' in text for text in project.java.values())
            ):
                yield f"nothing reads -D{property_name}"
            for test in value.split(",") if property_name == "test" else []:
                if not fnmatch.filter(project.tests, test.lstrip("!")):
                    yield f"there is no test {test}"
            if property_name == "event" and not value.isupper() and value not in project.files:
                yield f"there is no {value}"
        elif word.startswith("-P") and f"<id>{word[2:]}</id>" not in project.pom:
            yield f"the POM has no profile {word[2:]}"
        elif not word.startswith("-") and word not in PHASES:
            yield from goal(project, word)


def goal(project, word):
    prefix, _, name = word.partition(":")
    plugin = next((p for p in (f"{prefix}-maven-plugin", f"maven-{prefix}-plugin", f"{prefix}-maven") if f"<artifactId>{p}</artifactId>" in project.pom), None)
    if not name or not plugin:
        yield f"{word} is neither a phase nor a goal of a plugin in the POM"
        return
    goals = goals_of(plugin)
    if goals and name not in goals:
        yield f"{plugin} has no goal {name}"


@functools.cache
def goals_of(plugin):
    """Empty if Maven has not downloaded the plugin yet."""
    for jar in pathlib.Path.home().glob(f".m2/repository/**/{plugin}/*/{plugin}-*.jar"):
        with zipfile.ZipFile(jar) as archive:
            descriptor = ElementTree.fromstring(archive.read("META-INF/maven/plugin.xml"))
        return {mojo.findtext("goal") for mojo in descriptor.iter("mojo")}
    return set()


@functools.cache
def sam_options(*words):
    """Empty if there is no such command."""
    shown = subprocess.run([SAM, *words, "--help"], capture_output=True, text=True, env={**os.environ, "COLUMNS": "200", "SAM_CLI_TELEMETRY": "0"})
    return set(re.findall(r"--[a-z][a-z-]*", shown.stdout)) if shown.returncode == 0 else set()


def sam(project, words, made):
    subcommands = list(itertools.takewhile(lambda word: re.fullmatch(r"[a-z-]*[a-z]", word) and word[0] != "-", words))
    known = sam_options(*subcommands) if SAM.exists() else None
    if known is not None and not known:
        yield f"there is no command sam {' '.join(subcommands)}"
        return
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        if word.startswith("--") and known is not None and word not in known:
            yield f"this command has no option {word}"
        if word == "--parameter-overrides":
            for override in words[at + 1 :]:
                parameter = override.partition("=")[0]
                if "=" in override and parameter not in project.section("Parameters"):
                    yield f"the template has no parameter {parameter}"
        if word in ("--event-file", "--template", "--event") and re.fullmatch(r"[\w./-]+\.(json|yaml)", following):
            if following not in project.files and following not in made and following not in project.ignored:
                yield f"there is no {following}"
        if word == "--event" and following.startswith("{"):
            if not set(json.loads(following)) <= project.members():
                yield f"{following} is not a request"
        if re.fullmatch(r"[A-Z]\w+Function", word) and word not in project.section("Resources"):
            yield f"the template has no {word}"


@functools.cache
def aws_service(name):
    # `aws s3` has commands of its own, `aws s3api` those of the API.
    return botocore.session.get_session().get_service_model("s3" if name == "s3api" else name)


def aws(words):
    if not SAM.exists():
        return
    service, operation, *rest = words
    operations = {xform_name(name, "-"): name for name in aws_service(service).operation_names}
    if operation not in operations:
        yield f"{service} has no {operation}"
        return
    members = {"--" + xform_name(name, "-") for name in aws_service(service).operation_model(operations[operation]).input_shape.members}
    members |= {member.replace("--", "--no-", 1) for member in members} | AWS_OPTIONS
    for word in rest:
        if word.startswith("--") and word not in members:
            yield f"{service} {operation} has no option {word}"


# ---- Names


def named(project):
    for name, page in project.pages.items():
        for span in [] if name in OLD_NAMES_ARE_FINE else spans(page):
            problem = unknown(project, name, span)
            if problem:
                yield f"{name}: `{span}`: {problem}"
        for machine in re.findall(r"(?<![\w.:/])/(?:root|home|tmp|work|Users)/\S*", page):
            yield f"{name}: {machine} is a path of one machine"


def unknown(project, page, span):
    is_path = re.fullmatch(r"\.?[\w.-]+(/[\w.-]+)*/?", span) and ("/" in span or re.search(r"\.(md|ya?ml|json|java|txt|xml|toml|py|svg)$", span))
    if is_path and not span.startswith(("META-INF/", "alias/")):
        candidates = {resolve(page, span), span.rstrip("/")}
        if not candidates & (project.files | project.folders | project.ignored):
            return "there is no such file"
    elif re.fullmatch(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+", span):
        if span not in project.variables() | project.findings() | FOREIGN_NAMES and f'"{span}"' not in json.dumps(project.schema):
            return "the template sets no such variable"
    elif match := re.fullmatch(r"([A-Z][a-z]\w*)(?:\.(\w+))?", span):
        name, part = match.groups()
        if page == "ARCHITECTURE.md" and name not in project.types:
            return "there is no such type"
        if name not in project.words and name not in FOREIGN_NAMES:
            return "nothing in the sources or the template has this name"
        sources = [text for file, text in project.java.items() if file.endswith(f"/{name}.java")]
        if part and sources and not any(re.search(rf"\b{part}\b", text) for text in sources):
            return f"{name} has no {part}"
    return None


# ---- Tables that have to be complete


def tables(project):
    operations, requests, security = (project.pages.get(f"docs/{page}.md", "") for page in ("operations", "requests", "security"))
    rows = table(operations, "Parameters")
    yield from differs("docs/operations.md: parameters", first(rows), project.section("Parameters"))
    for row in rows:
        parameters, given = names(row[0]), [value.strip() for value in re.split(r", (?=\d)", row[1])] if len(names(row[0])) > 1 else [row[1]]
        for parameter, value in zip(parameters, given):
            if parameter in project.section("Parameters") and re.sub(r"`|(?<=\d),(?=\d{3})|(?<=,) ", "", value) != project.default(parameter):
                yield f"docs/operations.md: the default of {parameter} is {project.default(parameter)}, not {value}"
    alarms = set(re.findall(r"^### (\w+Alarm)$", operations, re.M))
    yield from differs("docs/operations.md: runbook", alarms, project.alarms())
    yield from differs("docs/operations.md: saved queries", {row[0].strip("*") for row in table(operations, "Saved queries")}, project.queries())
    for page, text in [*project.pages.items(), ("tries.py", project.text("src/acceptance/tries.py"))]:
        for query in re.findall(r"saved query(?:\]\(\S+\))? \*(.+?)\*", text) + re.findall(r'"(W[a-z]+ .+?)"', "".join(re.findall("^FIND_LINES.*", text, re.M))):
            if query not in project.queries():
                yield f"{page}: there is no saved query {query}"
    log = table(operations, "Log and metrics")
    metrics = {name for row in log for name in names(row[0]) if name[0].isupper()}
    yield from differs("docs/operations.md: metrics", metrics, project.metrics())
    for outcome in {name for row in log for name in names(row[0])} - metrics:
        if outcome not in project.literals:
            yield f"docs/operations.md: the log never says {outcome}"
    yield from differs("docs/operations.md: findings", first(table(operations, "BreakingFlowsAlarm")) - {"kind"}, project.findings())
    variables = {span for span in spans(operations) if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", span)} - FOREIGN_NAMES - project.findings()
    yield from differs("docs/operations.md: variables", variables, project.variables() - {"JAVA_TOOL_OPTIONS"})
    yield from differs("docs/requests.md: members", first(table(requests, "Members")), project.members())
    codes = first(table(requests, "Error codes"))
    yield from differs("docs/requests.md: error codes", codes, (codes & project.literals) | project.error_codes())
    for attribute in first(table(requests, "Dead letters")) - project.literals:
        yield f"docs/requests.md: no dead letter has {attribute}"
    roles = table(security, "Permissions")
    split = next((at for at, row in enumerate(roles) if "lambda:InvokeFunction" in row[0]), len(roles))
    yield from differs("docs/security.md: the function's permissions", actions(roles[:split]), project.actions("FunctionRole"))
    yield from differs("docs/security.md: the schedule's permissions", actions(roles[split:]), project.actions("ScheduleRole"))


def first(rows):
    return {name for row in rows for name in names(row[0])}


def actions(rows):
    """In a cell, an action without a service has the service of the action before it."""
    found = set()
    for row in rows:
        service = ""
        for name in names(row[0]):
            service, action = name.split(":") if ":" in name else (service, name)
            found.add(f"{service}:{action}")
    return found


def differs(what, on_the_page, there):
    for name in sorted(set(there) - set(on_the_page)):
        yield f"{what}: {name} is missing"
    for name in sorted(set(on_the_page) - set(there)):
        yield f"{what}: there is no {name}"


# ---- Words


def readme_is_short(project):
    count = len(project.pages["README.md"].split())
    if count > README_WORDS:
        yield f"{count} words"


def plain_words(project):
    for name, page in project.pages.items():
        for pattern, instead in PRIVATE_WORDS.items():
            for word in re.findall(rf"\b(?:{pattern})\b", "" if name in OLD_NAMES_ARE_FINE else page, re.I):
                yield f"{name}: {word or pattern}; write: {instead}"


# ---- Licences


def licenses(project, artifact, sbom):
    if not (artifact / "lib").is_dir() or not sbom.is_file():
        yield "there is no package, or no SBOM"
        return
    rows = {name: row[1] for row in table(project.pages[LICENSES], "Third-party licences") for name in names(row[0])}
    # A jar is called GROUP.ARTIFACT-VERSION.
    libraries = {re.sub(r"-\d.*", "", jar.name) for jar in (artifact / "lib").iterdir()}
    yield from differs(LICENSES, {name.replace(":", ".") for name in rows}, libraries)
    for component in json.loads(sbom.read_text(encoding="utf-8"))["components"]:
        name = f"{component['group']}:{component['name']}"
        given = {entry.get("license", {}).get("id") for entry in component.get("licenses", [])}
        if name in rows and given != {rows[name]}:
            yield f"{name}: its POM says {given}, the list {rows[name]}"
    packed = artifact / "META-INF" / pathlib.PurePosixPath(LICENSES).name
    if not packed.is_file() or packed.read_text(encoding="utf-8") != project.pages[LICENSES]:
        yield "the list in the package is missing or differs"


# ---- The test of these checks

PLANTED = [
    (links, "README.md", "[gone](docs/gone.md)"),
    (links, "README.md", "[gone](docs/operations.md#gone)"),
    (links, "docs/security.md", "[gone](#gone)"),
    (links, "docs/security.md", "![gone](images/gone.svg)"),
    (commands, "README.md", "`mvn test -Dtest=GoneTest`"),
    (commands, "README.md", "`mvn gone:gone`"),
    (commands, "README.md", "`mvn test -DgoneForEver=1`"),
    (commands, "README.md", "`mvn package -Pgone`"),
    (commands, "README.md", "`mvn -q test-compile exec:exec -Devent=events/gone.json`"),
    (commands, "README.md", "```\nsam deploy --parameter-overrides Gone=1\n```"),
    (commands, "README.md", "```\nsam remote invoke GoneFunction\n```"),
    (commands, "README.md", "```\nsam local invoke --event events/gone.json\n```"),
    (commands, "README.md", "```\naws sqs purge-queue --queue-url \"$(output Gone)\"\n```"),
    (commands, "README.md", "```\n.ci/gone FOLDER\n```"),
    (named, "README.md", "`docs/gone.md`"),
    (named, "README.md", "`GoneForEver`"),
    (named, "README.md", "`GONE_FOR_EVER`"),
    (named, "README.md", "`Splitter.gone`"),
    (named, "ARCHITECTURE.md", "`ScheduleExpression`"),
    (named, "README.md", "/home/somebody/file"),
    (readme_is_short, "README.md", "word " * README_WORDS),
    (plain_words, "README.md", "Mend it."),
]
IF_SAM_IS_THERE = [
    (commands, "README.md", "```\nsam gone\n```"),
    (commands, "README.md", "```\nsam deploy --gone\n```"),
    (commands, "README.md", "```\naws sqs gone --queue-url x\n```"),
    (commands, "README.md", "```\naws sqs purge-queue --gone x\n```"),
]
# Each removes a line of a table, or makes it wrong.
CHANGED = [
    ("docs/operations.md", r"\| `ScheduleState` .*\n", ""),
    ("docs/operations.md", r"\| `MaxReceiveCount` \| 12 ", "| `MaxReceiveCount` | 13 "),
    ("docs/operations.md", r"### OldestRequestAlarm\n", ""),
    ("docs/operations.md", r"\| `Returned` ", "| `Gone` "),
    ("docs/operations.md", r"\| `ignored` ", "| `gone` "),
    ("docs/operations.md", r"`REQUEST_QUEUE_URL`, ", ""),
    ("docs/operations.md", r"\| \*What is ignored\* .*\n", ""),
    ("docs/operations.md", r"Run the saved query \*What fails and why", "Run the saved query *What is gone"),
    ("docs/operations.md", r"\| `TYPE_CHANGED` .*\n", ""),
    ("docs/requests.md", r"\| `entitiesPath` .*\n", ""),
    ("docs/requests.md", r"\| `NoMatch` .*\n", ""),
    ("docs/requests.md", r"\| `ErrorCode` \| a code", "| `ErrorGone` | a code"),
    ("docs/security.md", r", `DescribeFlow`", ""),
    ("docs/security.md", r"\| `events:PutEvents` .*\n", ""),
]


def planted_mistakes_are_found(project):
    pages = project.pages
    before = {check: Counter(check(project)) for check in (links, commands, named, tables, readme_is_short, plain_words)}
    changes = [(check, page, f"{pages[page]}\n{mistake}\n", mistake) for check, page, mistake in PLANTED + (IF_SAM_IS_THERE if SAM.exists() else [])]
    changes += [(tables, page, re.sub(pattern, replacement, pages[page], count=1), pattern) for page, pattern, replacement in CHANGED]
    for check, page, changed, mistake in changes:
        project.pages = {**pages, page: changed}
        if changed == pages[page]:
            yield f"{page} has no {mistake}: there is nothing to change"
        elif not Counter(check(project)) - before[check]:
            yield f"not found by {check.__name__}: {page}: {mistake[:60]}"
    project.pages = pages


def main(artifact=None, sbom=None):
    project = Project()
    verdicts = [
        report("the targets of links in the pages exist", links(project)),
        report("commands in the pages exist, with their goals, options, files and tests", commands(project)),
        report("files, parameters, variables, metrics and types that the pages name exist", named(project)),
        report("tables in the pages are complete, compared with template and code", tables(project)),
        report(f"README.md has at most {README_WORDS:,} words", readme_is_short(project)),
        report("the pages use plain words", plain_words(project)),
        report("the checks find mistakes that are added to the pages", planted_mistakes_are_found(project)),
    ]
    if artifact is not None:
        verdicts.append(report("the licences of the libraries in the package are listed", licenses(project, pathlib.Path(artifact), pathlib.Path(sbom or ""))))
    return all(verdicts)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
