"""Packs a folder into a zip that depends only on the names and contents of its files.

usage: package.py FOLDER ZIP
"""

import pathlib
import sys
import zipfile

# The earliest date of the zip format.
EPOCH = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


def main(folder, target):
    root = pathlib.Path(folder)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix()):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(root).as_posix(), EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = READABLE
                archive.writestr(entry, path.read_bytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
