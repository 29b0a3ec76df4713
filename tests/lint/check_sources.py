#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every text file of ours: licence line, no path of a particular machine, no tab, no space at a line's end.

usage: check_sources.py [ROOT]     prints one line per breach, exit status 1 if there is any
"""
import os
import re
import sys
from pathlib import Path

SOURCES = {".h", ".cpp", ".cu", ".cuh", ".py"}
TEXTS = SOURCES | {".md", ".txt", ".cmake", ".json", ".qrc", ".svg", ".yml", ".supp", ".sh", ""}
# Copied unchanged, built or fetched.
SKIPPED = {".git", ".deps", "build", "out", "tests/reference", "resources/models", "tests/fuzz/seeds", "__pycache__"}
MACHINE_PATH = re.compile(r"(?<![\w.$}/*-])/(?:work|root|home|tmp|Users|mnt)/[\w.$-]+")
# Where a path below /tmp or /home is the subject, not a place on somebody's machine.
PATH_ALLOWED = {"tests/lint/test_lint.py"}
LICENCE = "SPDX-License-Identifier: Apache-2.0"


def files(root):
    for folder, names, leaves in os.walk(root):
        here = Path(folder).relative_to(root)
        names[:] = [n for n in names if n not in SKIPPED and (here / n).as_posix() not in SKIPPED]
        for leaf in leaves:
            if Path(leaf).suffix in TEXTS:
                yield here / leaf


def breaches(root):
    for path in sorted(files(root)):
        name = path.as_posix()
        try:
            text = (root / path).read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            if path.suffix in SOURCES:
                yield f"{name}: is not UTF-8"
            continue
        lines = text.split("\n")
        if "\0" in text:
            continue
        if path.suffix in SOURCES or text.startswith("#!"):
            first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
            if LICENCE not in first:
                yield f"{name}:1: the first line is not '{LICENCE}' in a comment"
        if path.suffix in SOURCES and not text.endswith("\n"):
            yield f"{name}:{len(lines)}: the last line has no end"
        for number, line in enumerate(lines, 1):
            if name not in PATH_ALLOWED and (match := MACHINE_PATH.search(line)):
                yield f"{name}:{number}: names {match.group()}, a path of one machine"
            if path.suffix in SOURCES and ("\t" in line or line != line.rstrip()):
                yield f"{name}:{number}: has a tab or ends in a space"


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    found = list(breaches(root))
    print("\n".join(found) or "check_sources: every file is in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
