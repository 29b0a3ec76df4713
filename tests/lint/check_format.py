#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that clang-format 14 would change nothing. Exit status 77 (skipped, and said) where it is not installed.

usage: check_format.py [ROOT]
"""
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDERS = ["app", "ui", "core", "cache", "kernels", "tests"]


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    program = shutil.which("clang-format-14")
    if program is None:
        print("check_format: SKIPPED, clang-format-14 is not installed (./dev lint installs it)")
        return 77
    sources = [str(path) for folder in FOLDERS for path in sorted((root / folder).rglob("*"))
               if path.suffix in (".h", ".cpp", ".cu")]
    if not sources:
        print("check_format: no source was found")
        return 1
    bad = []
    for source in sources:  # one at a time: the message of a whole batch names no file
        with open(source, "rb") as file:
            text = file.read()
        wanted = subprocess.run([program, f"--assume-filename={source}"], input=text, stdout=subprocess.PIPE, check=True)
        if wanted.stdout != text:
            bad.append(os.path.relpath(source, root))
    for name in bad:
        print(f"{name}: is not formatted (./dev format)")
    print(f"check_format: {len(sources)} files, {len(bad)} not formatted")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
