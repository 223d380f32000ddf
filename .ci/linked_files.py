"""Prints the files that a page links to, the files that these pages link to, and so on.

usage: linked_files.py PAGE

All paths are relative to the repository. A link to a folder stands for all files in it. A link that leads nowhere is an error.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#]+)[^)]*\)")


def linked_from(page):
    for target in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", target):
            path = (page.parent / target).resolve()
            if not path.exists():
                raise SystemExit(f"{page}: there is no {target}")
            yield from (file for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())


def main(first):
    found, pending = set(), [ROOT / first]
    while pending:
        file = pending.pop()
        if file not in found:
            found.add(file)
            pending += linked_from(file) if file.suffix == ".md" else []
    print(*sorted(file.relative_to(ROOT).as_posix() for file in found), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
